/* Where a timeline is wider than its window and one moves about in it, names of bars that began before what is seen move
   along, those of bars out of sight go, and kinds stay. Without this script names stand where their bars begin. */

{
  const LETTER = 7.3; // units: as pictures/timeline.py has it
  const APART = 14;
  const FEWEST = 4; // letters that still say something

  function endOf(shape) {
    const { x, width } = shape.getBBox();
    return x + width;
  }

  function follow(box) {
    const svg = box.querySelector("svg.timeline");
    const kinds = [...svg.querySelectorAll(".kind")];
    const usual = Number(kinds[0]?.getAttribute("x"));
    const rows = new Map();
    for (const bar of svg.querySelectorAll(".bar")) {
      const name = bar.parentElement.querySelector("text");
      const { x } = bar.parentElement.getBBox();
      const row = name.getAttribute("y");
      if (!rows.has(row)) rows.set(row, []);
      rows.get(row).push({ name, text: name.textContent, x: name.getAttribute("x"), anchor: name.getAttribute("text-anchor") ?? "start", left: x, right: endOf(bar.parentElement.querySelector(".faded") ?? bar) });
    }
    for (const row of rows.values()) row.sort((one, other) => one.left - other.left);

    let before = 0;
    function place() {
      const scale = svg.viewBox.baseVal.width / svg.clientWidth;
      const seen = svg.getBoundingClientRect();
      const window = box.getBoundingClientRect();
      const edge = Math.max(window.left - seen.left, 0) * scale;
      if (!edge && !before) return; // all is seen, as it was
      before = edge;
      const end = edge + window.width * scale;
      for (const kind of kinds) kind.setAttribute("x", edge + usual);
      for (const row of rows.values()) {
        row.forEach((bar, at) => {
          const cut = bar.left < edge;
          const moves = cut && bar.right > edge;
          const room = Math.min(row[at + 1]?.left ?? end, end) - edge - APART;
          const most = Math.floor(room / LETTER);
          bar.name.classList.toggle("out", cut && (!moves || most < FEWEST));
          bar.name.setAttribute("x", moves ? edge + 4 : bar.x);
          bar.name.setAttribute("text-anchor", moves ? "start" : bar.anchor);
          const text = moves && bar.text.length > most ? `${bar.text.slice(0, Math.max(most - 1, 0))}…` : bar.text;
          if (bar.name.textContent !== text) bar.name.textContent = text;
        });
      }
    }

    let waits = false;
    function soon() {
      if (waits) return;
      waits = true;
      requestAnimationFrame(() => {
        waits = false;
        place();
      });
    }
    box.addEventListener("scroll", soon);
    new ResizeObserver(soon).observe(box);
  }

  function start() {
    for (const box of document.querySelectorAll(".timeline-box")) follow(box);
  }

  new MutationObserver(start).observe(document.getElementById("results") ?? document.body, { childList: true });
  start();
}
