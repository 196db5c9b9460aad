/* Entries that may be the one being typed are listed above the form. Without this, the same list comes with the page
   and as a warning after saving. */

{
  const section = document.querySelector("section.likely");
  const boxes = section
    ? section.dataset.fields.split(",").map((name) => document.getElementById(`id_${name}`)).filter(Boolean)
    : [];
  let running;
  let waiting;

  function link(url, text) {
    const anchor = document.createElement("a");
    anchor.href = url;
    anchor.textContent = text;
    return anchor;
  }

  function show(entries) {
    section.querySelector("ul").replaceChildren(...entries.map((entry) => {
      const item = document.createElement("li");
      const aside = document.createElement("span");
      aside.className = "quiet";
      aside.textContent = `${entry.status} · ${entry.why}`;
      item.append(link(entry.url, entry.label), " ", aside);
      if (entry.merge_url) item.append(" ", link(entry.merge_url, section.dataset.merge));
      return item;
    }));
    section.hidden = !entries.length;
  }

  async function ask() {
    running?.abort();
    running = new AbortController();
    const query = new URLSearchParams(boxes.map((box) => [box.name, box.value]));
    const country = document.getElementById("id_country");
    if (country) query.set("country", country.value);
    if (section.dataset.key) query.set("pk", section.dataset.key);
    try {
      const response = await fetch(`${section.dataset.url}?${query}`, { signal: running.signal });
      if (response.ok) show((await response.json()).entries);
    } catch (error) {
      if (error.name !== "AbortError") section.hidden = true; // saving warns as well
    }
  }

  for (const box of boxes) {
    box.addEventListener("input", () => {
      clearTimeout(waiting);
      waiting = setTimeout(ask, 250);
    });
  }
}
