/* Moving about in a large drawing, and from mark to mark. Wheel with Ctrl, drag, two fingers, buttons and the keys + - 0
   zoom and move; one tab stop leads in, the arrow keys walk to the next mark that way (in a network along ties), Page Up
   and Page Down through all of them, Home and End to the first and the last, Enter opens, Escape lets go. A first tap
   says what a mark is, a second opens it. Names keep their size, and nearer by there are more; places too close to one
   another stand together until there is room. Without this script the drawing stands still, whole, and each mark is a
   link. */

{
  const NEAREST = 8;
  const STEP = 0.2;
  const LEVELS = [22, 13.5, 6.5]; // thousandths of the width: as cartography/labels.py has them
  const SQUARE = 20; // units of a shape
  const APART = 22; // pixels, between places that do not stand together
  const LETTER = 0.56; // the width of one, of its height: as there
  const SHIFTS = [0, -1.4, 1.4, -2.6, 2.6]; // of a country's name, in heights of a letter
  const SVG = "http://www.w3.org/2000/svg";

  function shape(name, attributes, parent) {
    const element = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    parent.append(element);
    return element;
  }

  function zoomable(svg) {
    const { width, height } = svg.viewBox.baseVal;
    const figure = svg.closest("figure");
    const tools = figure.querySelector("[data-zoom-buttons]");
    const card = tools.querySelector(".card");
    const links = [...svg.querySelectorAll("a")];
    const marks = svg.querySelector(".marks"); // of a network, with their ties
    const fingers = new Map();
    let view = { x: 0, y: 0, width };
    let moved = false;
    let chosen = null;
    let known = null; // what was chosen before a tap, which gives the focus first
    let middles;
    let ties;

    let fits; // pixels of a unit where the whole is seen: it may stand amid its element, which is no higher than the window
    let beside; // pixels left free at its left and above it
    let letters; // pixels, of a name
    let text; // the same in units

    /* Read once for each size: to ask for it amid changes would have all laid out anew. */
    function measure() {
      const [wide, tall] = [svg.clientWidth || width, svg.clientHeight || height];
      fits = Math.min(wide / width, tall / height);
      beside = { x: (wide - width * fits) / 2, y: (tall - height * fits) / 2 };
      letters = parseFloat(getComputedStyle(document.documentElement).fontSize) * 0.75;
    }

    const pixels = () => fits * width / view.width;

    /* Where marks are, and what ties them */

    /* Of the mark alone, not of its name, which shows only in passing. */
    function boxOf(link) {
      const mark = link.querySelector("circle, .node path");
      const value = (name) => Number(mark.getAttribute(name));
      if (mark?.matches("path")) {
        const { a, e, f } = mark.transform.baseVal.consolidate().matrix;
        return { x: e, y: f, width: a * SQUARE, height: a * SQUARE };
      }
      if (mark && !link.querySelector(".land")) return { x: value("cx") - value("r"), y: value("cy") - value("r"), width: 2 * value("r"), height: 2 * value("r") };
      return link.getBBox();
    }

    function middleOf(link) {
      middles ??= new Map();
      if (!middles.has(link)) {
        const box = boxOf(link);
        const frame = link.parentElement.transform?.baseVal.consolidate()?.matrix;
        const at = new DOMPoint(box.x + box.width / 2, box.y + box.height / 2);
        middles.set(link, frame ? at.matrixTransform(frame) : at);
      }
      return middles.get(link);
    }

    function tiesOf(link) {
      if (!ties) {
        ties = new Map(links.map((each) => [each, new Set()]));
        const byPlace = new Map(links.map((each) => [`${Math.round(middleOf(each).x)} ${Math.round(middleOf(each).y)}`, each]));
        const path = svg.querySelector(".edges")?.getAttribute("d") ?? "";
        for (const [, x, y, dx, dy] of path.matchAll(/M(-?\d+) (-?\d+)l(-?\d+) (-?\d+)/g)) {
          const one = byPlace.get(`${x} ${y}`);
          const other = byPlace.get(`${Number(x) + Number(dx)} ${Number(y) + Number(dy)}`);
          if (one && other) {
            ties.get(one).add(other);
            ties.get(other).add(one);
          }
        }
      }
      return ties.get(link);
    }

    /* The view */

    function show() {
      view.width = Math.min(width, Math.max(width / NEAREST, view.width));
      const tall = view.width * height / width;
      view.x = Math.min(width - view.width, Math.max(0, view.x));
      view.y = Math.min(height - tall, Math.max(0, view.y));
      svg.setAttribute("viewBox", `${view.x} ${view.y} ${view.width} ${tall}`);
      text = letters / pixels();
      svg.querySelector(".ring")?.setAttribute("r", reachOf(chosen));
      groups?.style.setProperty("--text", `${text}px`); // elsewhere all would be styled anew
      if (groups) svg.style.setProperty("--shrink", Math.max(view.width / width, 0.3));
      over.dataset.level = 1 + LEVELS.filter((least) => text <= least * 1.08 * width / 1000).length;
      named.setAttribute("transform", `translate(${beside.x - view.x * pixels()} ${beside.y - view.y * pixels()})`);
    }

    function zoom(factor, x = 0.5, y = 0.5) {
      const wide = Math.min(width, Math.max(width / NEAREST, view.width * factor));
      view = { x: view.x + (view.width - wide) * x, y: view.y + (view.width - wide) * height / width * y, width: wide };
      show();
      regroup();
      placeNames();
    }

    function move(x, y) {
      view.x += x * view.width;
      view.y += y * view.width;
      show();
    }

    /* Places that would lie upon one another */

    const dots = links.filter((link) => link.querySelector(".dot"));
    const groups = dots.length ? shape("g", { "aria-hidden": "true" }, svg) : null;
    function regroup() {
      if (!groups) return;
      groups.replaceChildren();
      const reach = view.width > width / NEAREST * 1.05 ? APART / pixels() : 0;
      const heads = [];
      for (const dot of dots) {
        const at = middleOf(dot);
        const head = heads.find((each) => Math.hypot(each.at.x - at.x, each.at.y - at.y) < reach);
        if (head) head.dots.push(dot);
        else heads.push({ at, dots: [dot] });
      }
      for (const { at, dots: together } of heads) {
        for (const dot of together) dot.classList.toggle("within", together.length > 1 && dot !== document.activeElement);
        if (together.length < 2) continue;
        const group = shape("g", { class: "cluster" }, groups);
        shape("circle", { cx: at.x, cy: at.y, r: 11 / pixels() }, group);
        shape("text", { x: at.x, y: at.y, dy: ".35em" }, group).textContent = together.length;
        shape("title", {}, group).textContent = card.dataset.cluster.replace("%n", together.length);
        group.addEventListener("click", () => {
          if (moved) return;
          zoom(0.4, (at.x - view.x) / view.width, (at.y - view.y) / (view.width * height / width));
        });
      }
      if (stopped?.matches(".within")) lead(links.findLast((link) => !link.matches(".within")));
      makeRoom(heads.filter(({ dots: together }) => together.length > 1).map(({ at }) => around(at, 11 / pixels())));
    }

    /* Names lie in a drawing of their own above, in pixels: they keep their size, and as the view changes they move but are
       not laid out anew, which takes longer than all else. They keep clear of groups of places and of one another: that of a
       country moves a little, or else is left out. */

    const over = shape("svg", { class: "over", "aria-hidden": "true" }, svg.parentElement);
    const named = shape("g", { class: "drawing" }, over);
    const names = [...svg.querySelectorAll(".name-on-map")].map((element) => ({
      element,
      from: Number(/\bl(\d)/.exec(element.getAttribute("class"))[1]),
      until: Number(/\bu(\d)/.exec(element.getAttribute("class"))?.[1] ?? 9),
      x: Number(element.getAttribute("x")),
      y: Number(element.getAttribute("y")),
      rise: parseFloat(element.getAttribute("dy")),
      long: element.textContent.length,
      side: ["end", "middle", "start"].findIndex((side) => element.classList.contains(side)) / 2,
      shift: 0, // in heights of a letter
    }));
    for (const { element } of names) {
      element.removeAttribute("x");
      element.removeAttribute("y");
      named.append(element);
    }

    function placeNames() {
      for (const { element, x, y, shift } of names) {
        element.setAttribute("transform", `translate(${x * pixels()} ${y * pixels() + shift * letters})`);
      }
    }

    const around = ({ x, y }, reach) => [x - reach, y - reach, x + reach, y + reach];
    const meet = (one, other) => one[0] < other[2] && other[0] < one[2] && one[1] < other[3] && other[1] < one[3];

    function makeRoom(taken) {
      const level = Number(over.dataset.level);
      for (const name of names) {
        const { element, from, until, x, y, rise, long, side } = name;
        if (from > level || until <= level) continue;
        const isUponItsPlace = rise === 0.35;
        const west = x - (1 - side) * long * LETTER * text;
        const found = (isUponItsPlace ? SHIFTS : [0]).find((shift) => {
          const base = y + (rise + shift) * text;
          const box = [west, base - 0.8 * text, west + long * LETTER * text, base + 0.25 * text];
          return !taken.some((each) => meet(box, each)) && taken.push(box);
        });
        element.classList.toggle("crowded", found === undefined);
        name.shift = found ?? 0;
      }
    }

    /* The chosen mark */

    const halo = shape("g", { "aria-hidden": "true" }, svg);

    const reachOf = (link) => Math.max(12 / pixels(), link.querySelector(".land") ? 0 : boxOf(link).width / 2 + 4);

    function choose(link) {
      if (link && link === chosen && card.firstChild) return; // a click hovers, then gives the focus
      chosen = link;
      halo.replaceChildren();
      marks?.classList.toggle("faded", Boolean(link));
      card.replaceChildren();
      if (!link) return;
      const name = link.getAttribute("aria-label") ?? link.querySelector("title").textContent;
      const open = document.createElement("a");
      open.href = link.getAttribute("href");
      open.textContent = name;
      open.tabIndex = -1;
      card.append(open);
      const { x, y } = middleOf(link);
      if (marks) light(link, x, y);
      shape("circle", { class: "ring", cx: x, cy: y, r: reachOf(link) }, halo);
    }

    /* All fade as one, and what is tied to a mark is drawn once more above: to fade each by itself would have all
       styled and painted anew. */
    function light(link, x, y) {
      const tied = tiesOf(link);
      const lit = shape("g", { class: "lit" }, halo);
      const lines = [...tied].map((each) => `M${x} ${y}L${middleOf(each).x} ${middleOf(each).y}`);
      shape("path", { class: "lit-edges", d: lines.join("") }, lit);
      for (const each of [...tied, link]) {
        const group = lit.appendChild(each.parentElement.cloneNode());
        group.append(each.querySelector("circle, path").cloneNode());
      }
    }

    /* Words and ties go; what has the focus stays ringed. */
    function hush() {
      card.replaceChildren();
      marks?.classList.remove("faded");
      halo.querySelector(".lit")?.remove();
    }

    /* Along its ties; where none leads that way, to the nearest mark: else what hangs on a hub alone is never reached. */
    function walk(key) {
      const from = links.find((link) => link === document.activeElement) ?? chosen;
      if (!from) return;
      const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[key];
      const best = (marks && ahead(from, tiesOf(from), way)) ?? ahead(from, links, way);
      if (best) enter(best);
    }

    function ahead(from, links, [dx, dy]) {
      const here = middleOf(from);
      let best;
      let least = Infinity;
      for (const link of links) {
        const x = middleOf(link).x - here.x;
        const y = middleOf(link).y - here.y;
        const on = x * dx + y * dy;
        const beside = Math.abs(x * dy) + Math.abs(y * dx);
        if (link !== from && on > 0.5 && on + 2 * beside < least) [best, least] = [link, on + 2 * beside];
      }
      return best;
    }

    /* Through all, in the order of the drawing: no mark is out of reach, however it lies. */
    const turns = {
      PageDown: (at) => (at + 1) % links.length,
      PageUp: (at) => (at - 1 + links.length) % links.length,
      Home: () => 0,
      End: () => links.length - 1,
    };

    /* The one tab stop. */
    let stopped;

    function lead(stop) {
      if (stopped) stopped.tabIndex = -1;
      else for (const link of links) link.tabIndex = -1;
      stopped = stop;
      if (stop) stop.tabIndex = 0;
    }

    function enter(link) {
      lead(link);
      link.classList.remove("within");
      const { x, y } = middleOf(link);
      const tall = view.width * height / width;
      if (x < view.x || x > view.x + view.width || y < view.y || y > view.y + tall) {
        view = { x: x - view.width / 2, y: y - tall / 2, width: view.width };
        show();
      }
      link.focus({ preventScroll: true });
    }

    /* What people do */

    const at = (event) => {
      const box = svg.getBoundingClientRect();
      return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
    };
    const spread = () => {
      const [one, other] = [...fingers.values()];
      return Math.hypot(one[0] - other[0], one[1] - other[1]);
    };

    svg.addEventListener("wheel", (event) => {
      if (!event.ctrlKey) return; // the wheel alone scrolls the page
      event.preventDefault();
      zoom(event.deltaY > 0 ? 1.25 : 0.8, ...at(event));
    }, { passive: false });

    svg.addEventListener("pointerdown", (event) => {
      fingers.set(event.pointerId, at(event));
      moved = false;
      known = chosen;
    });

    svg.addEventListener("pointermove", (event) => {
      const before = fingers.get(event.pointerId);
      if (!before) return;
      const now = at(event);
      moved ||= Math.hypot(now[0] - before[0], now[1] - before[1]) > 0.004;
      if (fingers.size === 2) {
        const wide = spread();
        fingers.set(event.pointerId, now);
        zoom(wide / Math.max(spread(), 0.01), ...now);
      } else if (moved && view.width < width) {
        fingers.set(event.pointerId, now);
        move(before[0] - now[0], (before[1] - now[1]) * height / width);
      }
    });

    for (const type of ["pointerup", "pointercancel", "pointerleave"]) {
      svg.addEventListener(type, (event) => fingers.delete(event.pointerId));
    }
    /* From near by, a finger moves the drawing and not the page. Not by `touch-action`, which would have every mark styled
       and laid out anew as it changes. */
    svg.addEventListener("touchmove", (event) => {
      if (view.width < width * 0.99 && event.cancelable) event.preventDefault();
    }, { passive: false });
    svg.addEventListener("dragstart", (event) => event.preventDefault());

    svg.addEventListener("click", (event) => {
      const link = event.target.closest("a");
      if (moved || (link && event.pointerType === "touch" && link !== known)) event.preventDefault();
      if (!moved && event.pointerType === "touch") choose(link);
    }, true);

    svg.addEventListener("pointerover", (event) => {
      if (event.pointerType === "mouse") choose(event.target.closest("a") ?? (svg.contains(document.activeElement) ? document.activeElement : null));
    });
    svg.addEventListener("pointerout", (event) => {
      if (event.pointerType === "mouse" && !svg.contains(event.relatedTarget)) choose(null);
    });
    /* Not of the drawing itself, which these would make a tab stop. */
    svg.parentElement.addEventListener("focusin", (event) => choose(event.target.closest("a")));
    svg.parentElement.addEventListener("focusout", (event) => svg.contains(event.relatedTarget) || choose(null));

    /* Keys zoom about the chosen mark, which stays in sight; else about the middle. */
    const centre = () => {
      if (!chosen) return [0.5, 0.5];
      const { x, y } = middleOf(chosen);
      return [(x - view.x) / view.width, (y - view.y) / (view.width * height / width)];
    };

    const keys = {
      "+": () => zoom(0.7, ...centre()),
      "=": () => zoom(0.7, ...centre()),
      "-": () => zoom(1.4, ...centre()),
      0: () => zoom(NEAREST),
      west: () => move(-STEP, 0),
      east: () => move(STEP, 0),
      north: () => move(0, -STEP),
      south: () => move(0, STEP),
      Escape: hush,
    };
    figure.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key.startsWith("Arrow") && svg.contains(event.target)) {
        event.preventDefault();
        walk(event.key);
      } else if (turns[event.key] && svg.contains(event.target)) {
        event.preventDefault();
        enter(links[turns[event.key](links.indexOf(event.target))]);
      } else if (keys[event.key]) {
        event.preventDefault();
        keys[event.key]();
      }
    });
    tools.addEventListener("click", (event) => keys[event.target.dataset.key]?.());
    tools.hidden = false;
    svg.dataset.zoom = "on";

    lead(links.at(-1)); // the greatest lies on top
    function fit() {
      const before = [fits, letters];
      measure();
      if (before[0] === fits && before[1] === letters) return; // as it does when it is first observed
      show();
      regroup();
      placeNames();
    }

    fit();
    new ResizeObserver(fit).observe(svg);
    if (marks) (window.requestIdleCallback ?? setTimeout)(() => tiesOf(links[0])); // not when somebody waits for it
  }

  function start() {
    for (const svg of document.querySelectorAll("svg[data-zoom]:not([data-zoom=on])")) zoomable(svg);
  }

  new MutationObserver(start).observe(document.getElementById("results") ?? document.body, { childList: true });
  start();
}
