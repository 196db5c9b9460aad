/* The search box is a form that works without this. With it, names, countries and types are offered while one
   types: a combobox after the ARIA 1.2 pattern, in which the arrow keys choose, Enter goes and Escape closes. */

for (const box of document.querySelectorAll("input[data-suggest]")) {
  const list = document.getElementById(`${box.id}-suggestions`);
  const spoken = list.nextElementSibling;
  let at = -1;
  let running;
  let waiting;

  Object.entries({
    role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id,
  }).forEach(([name, value]) => box.setAttribute(name, value));

  function close() {
    list.hidden = true;
    box.setAttribute("aria-expanded", "false");
    choose(-1);
  }

  function choose(place) {
    at = place;
    [...list.children].forEach((option, n) => option.setAttribute("aria-selected", String(n === at)));
    if (at < 0) box.removeAttribute("aria-activedescendant");
    else {
      box.setAttribute("aria-activedescendant", list.children[at].id);
      list.children[at].scrollIntoView({ block: "nearest" });
    }
  }

  function show(suggestions) {
    list.replaceChildren(...suggestions.map(({ label, kind, url }, n) => {
      const option = document.createElement("li");
      option.id = `${list.id}-${n}`;
      option.role = "option";
      option.dataset.url = url;
      const aside = document.createElement("span");
      aside.className = "aside";
      aside.textContent = kind;
      option.append(label, " ", aside);
      return option;
    }));
    choose(-1);
    list.hidden = !suggestions.length;
    box.setAttribute("aria-expanded", String(!list.hidden));
    const { some, one, none } = spoken.dataset;
    spoken.textContent = [none, one][suggestions.length] ?? some.replace("%n", suggestions.length);
  }

  async function ask() {
    running?.abort();
    const text = box.value.trim();
    if (text.length < 2) return close();
    running = new AbortController();
    try {
      const response = await fetch(`${box.dataset.suggest}?q=${encodeURIComponent(text)}`, { signal: running.signal });
      if (response.ok && document.activeElement === box) show((await response.json()).suggestions);
    } catch (error) {
      if (error.name !== "AbortError") close(); // the form still works
    }
  }

  box.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(ask, 120);
  });

  box.addEventListener("keydown", (event) => {
    const count = list.children.length;
    if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      close();
    } else if (list.hidden || !count) {
      return;
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      choose(at < 0 && step < 0 ? count - 1 : (at + 1 + step + count + 1) % (count + 1) - 1);
    } else if (event.key === "Enter" && at >= 0) {
      event.preventDefault();
      location.assign(list.children[at].dataset.url);
    }
  });

  list.addEventListener("pointerdown", (event) => event.preventDefault()); // the box keeps the focus
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) location.assign(option.dataset.url);
  });
  box.addEventListener("blur", close);
}
