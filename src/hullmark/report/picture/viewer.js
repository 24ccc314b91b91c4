"use strict";
(() => {
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  const one = (selector, from = document) => from.querySelector(selector);
  const details = JSON.parse(one("#details").textContent);
  const [paths, inside, parents] = ["paths", "inside", "parents"].map((id) => JSON.parse(one(`#${id}`).textContent));
  const aside = one("aside"), search = one("#search"), none = one(".none");
  const chosen = { role: one("#role"), zone: one("#zone"), tone: one("#tone"), path: one("#path") };
  const tones = ["", "info", "low", "medium", "high", "critical"];
  const shown = () => one(".view.shown");

  // Moving about: the view box is the camera.
  const frames = new Map();
  function frame(svg) {
    if (!frames.has(svg)) frames.set(svg, svg.getAttribute("viewBox").split(" ").map(Number));
    return frames.get(svg);
  }
  function look(svg, box) { svg.setAttribute("viewBox", box.join(" ")); svg.camera = box; }
  function camera(svg) { return svg.camera || frame(svg); }
  function zoom(svg, factor, at) {
    const [x, y, w, h] = camera(svg), full = frame(svg);
    const wide = Math.min(Math.max(w * factor, full[2] / 40), full[2] * 2), ratio = wide / w;
    const cx = at ? at.x : x + w / 2, cy = at ? at.y : y + h / 2;
    look(svg, [cx - (cx - x) * ratio, cy - (cy - y) * ratio, wide, h * ratio]);
  }
  function point(svg, event) {
    const place = new DOMPoint(event.clientX, event.clientY);
    return place.matrixTransform(svg.getScreenCTM().inverse());
  }
  const readable = 0.55;
  // What a narrow screen would shrink beyond reading begins at its left, where people come in.
  function start(svg) {
    const [x, y, w, h] = frame(svg), wide = svg.clientWidth / readable, high = svg.clientHeight / readable;
    if (!svg.camera && matchMedia("(max-width:800px)").matches && wide < w) look(svg, [x, y + (h - high) / 2, wide, high]);
  }
  let grip = null;
  const fingers = new Map();
  const apart = () => { const [a, b] = [...fingers.values()]; return Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY); };
  all(".view svg").forEach((svg) => {
    svg.addEventListener("wheel", (event) => {
      event.preventDefault();
      zoom(svg, event.deltaY > 0 ? 1.15 : 1 / 1.15, point(svg, event));
    }, { passive: false });
    svg.addEventListener("pointerdown", (event) => {
      fingers.set(event.pointerId, event);
      grip = { svg, from: point(svg, event), moved: fingers.size > 1 };
    });
    svg.addEventListener("pointermove", (event) => {
      if (!grip || grip.svg !== svg) return;
      if (fingers.size === 2 && fingers.has(event.pointerId)) {
        const before = apart(), [a, b] = [...fingers.values()];
        fingers.set(event.pointerId, event);
        const middle = { clientX: (a.clientX + b.clientX) / 2, clientY: (a.clientY + b.clientY) / 2 };
        if (apart()) zoom(svg, before / apart(), point(svg, middle));
        return;
      }
      const to = point(svg, event), [x, y, w, h] = camera(svg);
      const dx = grip.from.x - to.x, dy = grip.from.y - to.y;
      if (Math.abs(dx) + Math.abs(dy) > w / 300) grip.moved = true;
      if (grip.moved) look(svg, [x + dx, y + dy, w, h]);
    });
  });
  for (const end of ["pointerup", "pointercancel"]) addEventListener(end, (event) => {
    fingers.delete(event.pointerId);
    setTimeout(() => { grip = null; });
  });

  // What is dimmed: everything that a filter or the search does not mean.
  function within(zone, wanted) {
    for (let at = zone, left = 20; at && left; at = parents[at], left -= 1) if (at === wanted) return true;
    return false;
  }
  function fits(id) {
    if (inside[id]) return inside[id].some(fits);
    const words = search.value.trim().toLowerCase(), told = details[id];
    return (!words || told.text.includes(words))
      && (!chosen.role.value || told.role === chosen.role.value)
      && (!chosen.zone.value || within(told.zone, chosen.zone.value))
      && tones.indexOf(told.tone) >= tones.indexOf(chosen.tone.value);
  }
  const onPath = (path, id) => path.includes(id) || (inside[id] || []).some((one) => path.includes(one));
  function filter() {
    const path = (paths[chosen.path.value] || {}).tiles;
    const home = new Map(Object.entries(inside).flatMap(([zone, ids]) => ids.map((id) => [id, zone])));
    const steps = new Set();
    (path || []).slice(1).forEach((to, i) => {
      for (const a of [path[i], home.get(path[i])]) for (const b of [to, home.get(to)]) if (a && b) steps.add(`${a}\n${b}`);
    });
    all(".view").forEach((view) => {
      const tiles = all(".tile", view), kept = new Set();
      tiles.forEach((tile) => {
        const on = path ? onPath(path, tile.dataset.id) : fits(tile.dataset.id);
        tile.classList.toggle("dim", !on);
        tile.classList.toggle("hot", Boolean(path) && on);
        if (on) kept.add(tile.dataset.id);
      });
      all(".edge[data-from]", view).forEach((edge) => {
        const step = steps.has(`${edge.dataset.from}\n${edge.dataset.to}`);
        const on = path ? step : kept.has(edge.dataset.from) && kept.has(edge.dataset.to);
        edge.classList.toggle("dim", !on);
        edge.classList.toggle("hot", step);
      });
      if (view === shown()) none.style.display = kept.size ? "none" : "block";
    });
  }
  search.addEventListener("input", filter);
  search.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !search.value.trim()) return;
    const words = search.value.trim().toLowerCase(), found = Object.keys(details).filter((id) => !inside[id] && fits(id));
    const named = (same) => found.find((id) => same(details[id].title.toLowerCase()));
    const best = named((title) => title === words) || named((title) => title.includes(words)) || found[0];
    if (best) reveal(best);
  });
  Object.values(chosen).forEach((select) => select.addEventListener("change", filter));
  chosen.path.addEventListener("change", () => {
    const path = paths[chosen.path.value];
    shut();
    if (!path) return;
    // A path that lies within one zone is seen there.
    const zones = new Set(Object.keys(inside).filter((zone) => inside[zone].some((id) => path.tiles.includes(id))));
    if (path.tiles.some((id) => !tileOf(id, shown())) && zones.size === 1) show(`zone ${[...zones][0].slice(5)}`);
    tell(path);
  });

  // What a component is, on a click.
  function element(name, text, parent) {
    const made = document.createElement(name);
    if (text !== undefined) made.textContent = text;
    if (parent) parent.append(made);
    return made;
  }
  function open(tile) {
    const told = details[tile.dataset.id];
    if (tile.dataset.role === "zone") { show(`zone ${tile.dataset.id.slice(5)}`); return; }
    shut();
    tile.classList.add("chosen");
    tile.closest(".view").classList.add("focus");
    all(".edge[data-from]").forEach((edge) => {
      edge.classList.toggle("near", [edge.dataset.from, edge.dataset.to].includes(tile.dataset.id));
    });
    tell(told);
  }
  function tell(told) {
    aside.replaceChildren();
    const close = element("button", "×", aside);
    close.className = "close";
    close.setAttribute("aria-label", "close");
    close.addEventListener("click", shut);
    element("h2", told.title, aside);
    element("div", told.subtitle, aside).className = "remark";
    for (const [heading, rows] of told.details) {
      element("h3", heading, aside);
      const list = element("dl", undefined, aside);
      for (const [name, text] of rows) { element("dt", name, list); element("dd", text, list); }
    }
    aside.classList.add("shown");
  }
  // Whatever is opened or focused is looked at, wherever the camera was.
  function bring(tile) {
    const svg = tile.closest("svg"), at = tile.transform.baseVal.consolidate().matrix, box = tile.getBBox();
    const [x, y, w, h] = camera(svg), cx = at.e + box.width / 2, cy = at.f + box.height / 2;
    if (cx < x || cx > x + w || cy < y || cy > y + h) look(svg, [cx - w / 2, cy - h / 2, w, h]);
  }
  function tileOf(id, view) { return all(".tile", view).find((tile) => tile.dataset.id === id); }
  // Where a component is hidden in the view at hand, the view of its zone shows it.
  function reveal(id) {
    if (!tileOf(id, shown())) {
      const zone = Object.keys(inside).find((one) => inside[one].includes(id));
      show(zone ? `zone ${zone.slice(5)}` : views.options[0].value);
    }
    const tile = tileOf(id, shown());
    if (tile) { open(tile); tile.focus(); bring(tile); }
  }
  function shut() {
    aside.classList.remove("shown");
    all(".view.focus").forEach((view) => view.classList.remove("focus"));
    all(".tile.chosen").forEach((tile) => tile.classList.remove("chosen"));
  }
  all(".view .tile").forEach((tile) => {
    tile.setAttribute("tabindex", "0");
    tile.setAttribute("role", "button");
    tile.addEventListener("focus", () => bring(tile));
    tile.addEventListener("click", () => { if (!grip || !grip.moved) open(tile); });
    tile.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === " ") { event.preventDefault(); open(tile); }
    });
  });

  // Views: the whole, the overview, and each zone.
  const views = one("#view");
  function show(name) {
    const wanted = all(".view").find((view) => view.dataset.view === name);
    if (!wanted) return;
    all(".view").forEach((view) => view.classList.toggle("shown", view === wanted));
    views.value = name;
    start(one("svg", wanted));
    const kinds = new Set(all(".edge[data-from]", wanted).map((edge) => edge.dataset.kind));
    all(".legend [data-kind]").forEach((line) => { line.hidden = !kinds.has(line.dataset.kind); });
    filter();
  }
  views.addEventListener("change", () => show(views.value));
  function pan(right, down) {
    const svg = one("svg", shown()), [x, y, w, h] = camera(svg);
    look(svg, [x + right * w / 8, y + down * h / 8, w, h]);
  }
  const moves = {
    "+": () => zoom(one("svg", shown()), 1 / 1.3), "-": () => zoom(one("svg", shown()), 1.3),
    0: () => { const svg = one("svg", shown()); look(svg, frame(svg)); },
    ArrowLeft: () => pan(-1, 0), ArrowRight: () => pan(1, 0), ArrowUp: () => pan(0, -1), ArrowDown: () => pan(0, 1),
  };
  one("#in").addEventListener("click", moves["+"]);
  one("#out").addEventListener("click", moves["-"]);
  one("#fit").addEventListener("click", moves[0]);
  one("#theme").addEventListener("click", () => {
    const root = document.documentElement;
    const dark = root.classList.contains("dark")
      || (!root.classList.contains("light") && matchMedia("(prefers-color-scheme: dark)").matches);
    root.classList.toggle("dark", !dark);
    root.classList.toggle("light", dark);
  });
  addEventListener("keydown", (event) => {
    if (event.key === "Escape") { if (aside.classList.contains("shown")) shut(); else show(views.options[0].value); }
    if (document.activeElement.closest("input, select, aside")) return;
    if (event.key === "/") { event.preventDefault(); search.focus(); }
    if (moves[event.key] && !event.ctrlKey && !event.metaKey && !event.altKey) { event.preventDefault(); moves[event.key](); }
  });
  show(views.value);
})();
