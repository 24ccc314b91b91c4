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
  let grip = null;
  all(".view svg").forEach((svg) => {
    svg.addEventListener("wheel", (event) => {
      event.preventDefault();
      zoom(svg, event.deltaY > 0 ? 1.15 : 1 / 1.15, point(svg, event));
    }, { passive: false });
    svg.addEventListener("pointerdown", (event) => { grip = { svg, from: point(svg, event), moved: false }; });
    svg.addEventListener("pointermove", (event) => {
      if (!grip || grip.svg !== svg) return;
      const to = point(svg, event), [x, y, w, h] = camera(svg);
      const dx = grip.from.x - to.x, dy = grip.from.y - to.y;
      if (Math.abs(dx) + Math.abs(dy) > w / 300) grip.moved = true;
      if (grip.moved) look(svg, [x + dx, y + dy, w, h]);
    });
  });
  addEventListener("pointerup", () => setTimeout(() => { grip = null; }));

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
    const path = paths[chosen.path.value];
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
  function tileOf(id, view) { return all(".tile", view).find((tile) => tile.dataset.id === id); }
  // Where a component is hidden in the view at hand, the view of its zone shows it.
  function reveal(id) {
    if (!tileOf(id, shown())) {
      const zone = Object.keys(inside).find((one) => inside[one].includes(id));
      show(zone ? `zone ${zone.slice(5)}` : views.options[0].value);
    }
    const tile = tileOf(id, shown());
    if (tile) { open(tile); tile.focus(); }
  }
  function shut() {
    aside.classList.remove("shown");
    all(".view.focus").forEach((view) => view.classList.remove("focus"));
    all(".tile.chosen").forEach((tile) => tile.classList.remove("chosen"));
  }
  all(".view .tile").forEach((tile) => {
    tile.setAttribute("tabindex", "0");
    tile.setAttribute("role", "button");
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
    filter();
  }
  views.addEventListener("change", () => show(views.value));
  one("#in").addEventListener("click", () => zoom(one("svg", shown()), 1 / 1.3));
  one("#out").addEventListener("click", () => zoom(one("svg", shown()), 1.3));
  one("#fit").addEventListener("click", () => { const svg = one("svg", shown()); look(svg, frame(svg)); });
  one("#theme").addEventListener("click", () => {
    const root = document.documentElement;
    const dark = root.classList.contains("dark")
      || (!root.classList.contains("light") && matchMedia("(prefers-color-scheme: dark)").matches);
    root.classList.toggle("dark", !dark);
    root.classList.toggle("light", dark);
  });
  addEventListener("keydown", (event) => {
    if (event.key === "Escape") { if (aside.classList.contains("shown")) shut(); else show(views.options[0].value); }
    if (event.key === "/" && document.activeElement !== search) { event.preventDefault(); search.focus(); }
  });
  show(views.value);
})();
