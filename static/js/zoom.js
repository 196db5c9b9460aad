/* Moving about in a large drawing: wheel with Ctrl, drag, two fingers, and the keys + - 0 and the arrows. Without this
   script the drawing stands still, whole. */

{
  const NEAREST = 8;
  const STEP = 0.15;

  function zoomable(svg) {
    const whole = svg.viewBox.baseVal;
    const full = { x: whole.x, y: whole.y, size: whole.width };
    let view = { ...full };
    const fingers = new Map();
    let moved = false;

    function show() {
      view.size = Math.min(full.size, Math.max(full.size / NEAREST, view.size));
      const most = full.size - view.size;
      view.x = Math.min(full.x + most, Math.max(full.x, view.x));
      view.y = Math.min(full.y + most, Math.max(full.y, view.y));
      svg.setAttribute("viewBox", `${view.x} ${view.y} ${view.size} ${view.size}`);
      svg.classList.toggle("near", view.size < full.size * 0.6);
    }

    function zoom(factor, x = 0.5, y = 0.5) {
      const size = Math.min(full.size, Math.max(full.size / NEAREST, view.size * factor));
      view = { x: view.x + (view.size - size) * x, y: view.y + (view.size - size) * y, size };
      show();
    }

    function at(event) {
      const box = svg.getBoundingClientRect();
      return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
    }

    function spread() {
      const [one, other] = [...fingers.values()];
      return Math.hypot(one[0] - other[0], one[1] - other[1]);
    }

    svg.addEventListener("wheel", (event) => {
      if (!event.ctrlKey) return; // the wheel alone scrolls the page
      event.preventDefault();
      zoom(event.deltaY > 0 ? 1.25 : 0.8, ...at(event));
    }, { passive: false });

    svg.addEventListener("pointerdown", (event) => {
      fingers.set(event.pointerId, at(event));
      moved = false;
    });

    svg.addEventListener("pointermove", (event) => {
      const before = fingers.get(event.pointerId);
      if (!before) return;
      const now = at(event);
      if (fingers.size === 2) {
        const width = spread();
        fingers.set(event.pointerId, now);
        zoom(width / Math.max(spread(), 0.01), ...now);
      } else if (view.size < full.size || event.pointerType === "mouse") {
        view.x -= (now[0] - before[0]) * view.size;
        view.y -= (now[1] - before[1]) * view.size;
        fingers.set(event.pointerId, now);
        show();
      }
      moved ||= Math.hypot(now[0] - before[0], now[1] - before[1]) > 0.004;
    });

    for (const type of ["pointerup", "pointercancel", "pointerleave"]) {
      svg.addEventListener(type, (event) => fingers.delete(event.pointerId));
    }
    svg.addEventListener("click", (event) => { if (moved) event.preventDefault(); }, true);
    svg.addEventListener("dragstart", (event) => event.preventDefault());

    const keys = {
      "+": () => zoom(0.8),
      "=": () => zoom(0.8),
      "-": () => zoom(1.25),
      0: () => { view = { ...full }; show(); },
      ArrowLeft: () => { view.x -= view.size * STEP; show(); },
      ArrowRight: () => { view.x += view.size * STEP; show(); },
      ArrowUp: () => { view.y -= view.size * STEP; show(); },
      ArrowDown: () => { view.y += view.size * STEP; show(); },
    };
    svg.closest("figure").addEventListener("keydown", (event) => {
      const act = keys[event.key];
      if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key.startsWith("Arrow") && view.size === full.size) return; // the page scrolls
      event.preventDefault();
      act();
    });
    svg.addEventListener("focusin", (event) => { // whoever tabs sees where they are
      const mark = event.target.closest("a")?.getBBox();
      if (!mark || view.size === full.size) return;
      view.x = mark.x - view.size / 2;
      view.y = mark.y - view.size / 2;
      show();
    });

    const buttons = svg.closest("figure").querySelector("[data-zoom-buttons]");
    if (!buttons) return;
    buttons.hidden = false;
    buttons.addEventListener("click", (event) => keys[event.target.dataset.key]?.());
  }

  function start() {
    for (const svg of document.querySelectorAll("svg[data-zoom]:not([data-ready])")) {
      svg.dataset.ready = "";
      zoomable(svg);
    }
  }

  new MutationObserver(start).observe(document.getElementById("results") ?? document.body, { childList: true });
  start();
}
