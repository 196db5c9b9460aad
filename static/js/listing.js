/* A listing's form works without this. With it, ticking a box shows the new results at once: the address,
   the history, the focus and what a screen reader hears stay right. */

const form = document.querySelector("form[data-live]");
const box = form.elements.q;
const filters = document.getElementById("filters");
const results = document.getElementById("results");
const status = document.getElementById("status");
const parts = ["filters", "results", "problems", "views", "chosen", "result-count"];
let running;
let shown = bare(location.href);

/* An address without the place in the page that it leads to. */
function bare(url) {
  return new URL(url, location.href).href.split("#")[0];
}

function address() {
  const parameters = new URLSearchParams();
  for (const [name, value] of new FormData(form)) if (value) parameters.append(name, value);
  const chosen = form.elements.sort;
  if (chosen?.value === chosen?.dataset.usual) parameters.delete("sort");
  const query = parameters.toString();
  return query ? `${form.action.split("?")[0]}?${query}` : form.action.split("?")[0];
}

/* What had the focus, which groups were open and how they were narrowed, before the filters are drawn anew. */
function remember() {
  const at = document.activeElement;
  const field = at && form.contains(at) && (at.name || at.dataset.narrow) ? [at.name, at.value, at.type, at.dataset.narrow] : null;
  return {
    field,
    open: [...filters.querySelectorAll("details[open]")].map((group) => group.dataset.facet),
    narrowed: [...filters.querySelectorAll("[data-narrow]")].map((each) => [each.dataset.narrow, each.value]),
    scroll: filters.scrollTop,
  };
}

function restore({ field, open, narrowed, scroll }) {
  for (const group of filters.querySelectorAll("details")) group.open = open.includes(group.dataset.facet);
  for (const [facet, text] of narrowed) {
    const again = filters.querySelector(`[data-narrow="${facet}"]`);
    if (again && text) {
      again.value = text;
      narrow(again);
    }
  }
  filters.scrollTop = scroll;
  if (!field || form.contains(document.activeElement)) return;
  const [name, value, type, facet] = field;
  const same = [...form.elements].find((each) => (
    facet ? each.dataset.narrow === facet : each.name === name && (type !== "checkbox" || each.value === value)
  ));
  same?.focus({ preventScroll: true });
}

async function show(url) {
  shown = bare(url);
  running?.abort();
  running = new AbortController();
  results.classList.add("busy");
  const asked = box.value;
  try {
    const response = await fetch(url, { signal: running.signal });
    if (!response.ok) throw new Error(response.status);
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const before = remember();
    for (const id of parts) document.getElementById(id)?.replaceChildren(...page.getElementById(id).childNodes);
    document.title = page.title;
    offerNarrowing();
    restore(before);
    if (box.value === asked) box.value = page.getElementById("q").value; // else somebody types on meanwhile
    status.textContent = document.getElementById("result-count").textContent;
    results.classList.remove("busy");
  } catch (error) {
    if (error.name !== "AbortError") location.assign(url);
  }
}

/* Long groups get a box that narrows them. */
function offerNarrowing() {
  for (const box of filters.querySelectorAll("[data-narrow]")) box.hidden = false;
}

function plain(text) {
  return text.normalize("NFD").replace(/\p{Mark}/gu, "").toLowerCase();
}

function narrow(field) {
  for (const label of field.parentElement.querySelectorAll("label")) {
    label.hidden = !plain(label.textContent).includes(plain(field.value)) && !label.control.checked;
  }
}

filters.addEventListener("input", ({ target }) => {
  if ("narrow" in target.dataset) narrow(target);
});

filters.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && "narrow" in event.target.dataset) event.preventDefault();
});

form.addEventListener("change", (event) => {
  if (event.target.name === "q" || !event.target.name) return;
  const url = address();
  history.pushState(null, "", url);
  show(url);
});

/* Without a reload, and the focus goes to the chip that took the place of the removed one, or to the count. */
results.addEventListener("click", async (event) => {
  const chip = event.target.closest(".chips a");
  if (!chip || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const place = [...results.querySelectorAll(".chips a")].indexOf(chip);
  history.pushState(null, "", chip.href);
  await show(chip.href);
  const chips = results.querySelectorAll(".chips a");
  (chips[Math.min(place, chips.length - 1)] ?? document.getElementById("result-count")).focus();
});

addEventListener("popstate", () => bare(location.href) === shown || show(location.href));
offerNarrowing();
