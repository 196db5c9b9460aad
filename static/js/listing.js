/* A listing's form works without this. With it, ticking a box shows the new results at once: the address,
   the history, the focus and what a screen reader hears stay right. */

const form = document.querySelector("form[data-live]");
const filters = document.getElementById("filters");
const results = document.getElementById("results");
const problems = document.getElementById("problems");
const status = document.getElementById("status");
let running;

function address() {
  const parameters = new URLSearchParams();
  for (const [name, value] of new FormData(form)) if (value) parameters.append(name, value);
  const chosen = form.elements.sort;
  if (chosen?.value === chosen?.dataset.usual) parameters.delete("sort");
  const query = parameters.toString();
  return query ? `${form.action.split("?")[0]}?${query}` : form.action.split("?")[0];
}

/* What had the focus, and which groups were open, before the filters are drawn anew. */
function remember() {
  const at = document.activeElement;
  return {
    focus: at && at.name && filters.contains(at) ? [at.name, at.value, at.type] : null,
    open: [...filters.querySelectorAll("details[open]")].map((group) => group.dataset.facet ?? ""),
    scroll: Object.fromEntries([...filters.querySelectorAll("fieldset")].map((box, place) => [place, box.scrollTop])),
  };
}

function restore({ focus, open, scroll }) {
  for (const group of filters.querySelectorAll("details")) {
    if (open.includes(group.dataset.facet ?? "")) group.open = true;
  }
  filters.querySelectorAll("fieldset").forEach((box, place) => { box.scrollTop = scroll[place] ?? 0; });
  if (!focus) return;
  const [name, value, type] = focus;
  const same = [...form.elements].find((field) => field.name === name && (type !== "checkbox" || field.value === value));
  same?.focus({ preventScroll: true });
}

async function show(url) {
  running?.abort();
  running = new AbortController();
  results.classList.add("busy");
  try {
    const response = await fetch(url, { signal: running.signal });
    if (!response.ok) throw new Error(response.status);
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const before = remember();
    for (const part of [filters, results, problems]) part.replaceChildren(...page.getElementById(part.id).childNodes);
    offerNarrowing();
    restore(before);
    form.elements.q.value = page.getElementById("q").value;
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

filters.addEventListener("input", ({ target }) => {
  if (!("narrow" in target.dataset)) return;
  for (const label of target.parentElement.querySelectorAll("label")) {
    label.hidden = !plain(label.textContent).includes(plain(target.value)) && !label.control.checked;
  }
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

addEventListener("popstate", () => show(location.href));
offerNarrowing();
