/* Says to screen readers what Django's forms say to the eye alone: the names of boxes with suggestions, and of the
   first column of rows within an entry. */

{
  function nameOf(select) {
    const label = select.getAttribute("aria-label") || select.labels?.[0]?.textContent || select.name;
    return label.trim().replace(/:$/, "");
  }

  function give(container) {
    const name = nameOf(container.previousElementSibling);
    for (const box of container.querySelectorAll("[role=combobox], [role=textbox], input")) {
      box.removeAttribute("aria-labelledby");
      box.setAttribute("aria-label", name);
    }
    const list = container.querySelector("ul.select2-selection__rendered");
    if (list) {
      list.setAttribute("role", "group");
      list.setAttribute("aria-label", name);
    }
    for (const item of list?.children ?? []) item.setAttribute("role", "presentation");
  }

  function giveAll() {
    document.querySelectorAll("select + .select2-container").forEach(give);
  }

  addEventListener("DOMContentLoaded", () => {
    for (const head of document.querySelectorAll(".tabular thead th:empty")) {
      head.setAttribute("role", "presentation");
    }
    let waiting;
    new MutationObserver(() => {
      cancelAnimationFrame(waiting);
      waiting = requestAnimationFrame(giveAll);
    }).observe(document.body, { childList: true, subtree: true });
    giveAll();
  });
}
