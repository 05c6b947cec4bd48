/* Connects the parts of the page: controls, pointer, keys, theme. */
(() => {
  const $ = (id) => document.getElementById(id);
  const { about, records } = model;
  const state = view.state;

  // Heading and notes.
  document.title = `${about.title} \u00b7 timeline`;
  $("title").textContent = about.title;
  const end = model.span;
  $("span").textContent = !records.length ? "No records" : about.clock === "wall"
    ? `${format.date(0)} ${format.time(0, 3)} to ${format.date(end) === format.date(0) ? "" : format.date(end) + " "}${format.time(end, 3)} (${format.duration(end)}), ${format.count(records.length, "record", "records")}`
    : `${format.time(0, 3)} s to ${format.time(end, 3)} s since boot (${format.duration(end)}), ${format.count(records.length, "record", "records")}`;
  $("stack").textContent = about.stack;
  $("stack").hidden = !about.stack;
  for (const sentence of about.story) {
    const item = document.createElement("li");
    item.textContent = sentence;
    $("story").append(item);
  }
  $("story").hidden = !about.story.length;
  const notes = about.notes.slice();
  if (latency.missing) notes.push("This page was built without uPlot: I/Os are shown on the guest's lane, not in a latency plot.");
  if (notes.length) {
    $("notes").hidden = false;
    $("notes").querySelector("summary").textContent = notes.length === 1 && notes[0].length < 150 ? `Note: ${notes[0]}` : format.count(notes.length, "note", "notes") + " on lines that are not shown or were not understood";
    if (notes.length > 1 || notes[0].length >= 150) {
      for (const note of notes) {
        const item = document.createElement("li");
        item.textContent = note;
        $("notes").querySelector("ul").append(item);
      }
    }
  }

  // Lanes.
  for (const lane of model.laneNames) {
    if (!model.counts[lane]) continue;
    const chip = document.createElement("button");
    chip.type = "button";
    chip.className = "chip";
    chip.dataset.lane = lane;
    chip.setAttribute("aria-pressed", "true");
    chip.style.setProperty("--lane", `var(--${lane})`);
    chip.textContent = model.laneTitles[lane];
    const count = document.createElement("small");
    count.textContent = model.counts[lane].toLocaleString("en");
    chip.append(count);
    chip.addEventListener("click", () => {
      const hide = !state.hidden.has(lane);
      if (hide) state.hidden.add(lane); else state.hidden.delete(lane);
      chip.setAttribute("aria-pressed", String(!hide));
      moment.render();
      view.changed();
    });
    $("chips").append(chip);
  }
  const tones = new Set(model.rows.flatMap((row) => (row.bands || []).filter(() => !row.groups).map((band) => band.tone)));
  for (const [tone, words] of [["good", "usable"], ["less", "fewer paths, or queueing"], ["bad", "failed"], ["gone", "removed"]]) {
    if (!tones.has(tone)) continue;
    const item = document.createElement("span");
    const sample = document.createElement("i");
    sample.style.background = `var(--band-${tone})`;
    item.append(sample, words);
    $("legend").append(item);
  }

  theme.onChange(() => {
    colour.refresh();
    latency.restyle();
    draw();
  });
  addEventListener("beforeprint", () => { resize(1060); theme.apply(true); });
  addEventListener("afterprint", () => { resize(); theme.apply(); });

  function resize(width) {
    state.width = width || $("overview").parentElement.clientWidth;
    // A scroll bar next to the lanes must not misalign them with the plot.
    lanes.canvas.style.width = state.width + "px";
  }
  function draw() {
    overview.draw();
    lanes.draw();
    latency.draw();
  }

  // Search.
  let texts = null;
  function search(text) {
    const wanted = text.trim().toLowerCase();
    if (!wanted) {
      state.found = null;
      $("search-count").textContent = "";
    } else {
      texts = texts || records.map(model.searchable);
      state.found = new Set(records.filter((r, i) => texts[i].includes(wanted)));
      $("search-count").textContent = format.count(state.found.size, "record", "records");
    }
    moment.render();
    view.changed();
  }

  // Stepping from record to record.
  function reveal(r) {
    moment.mark(r.at);
    if (r.at < state.from || r.at > state.to) view.centre(r.at);
  }
  function go(step, wanted) {
    const list = records.filter((r) => view.isShown(r) && view.isFound(r) && wanted(r));
    if (!list.length) return;
    const at = state.mark === null ? (step > 0 ? -Infinity : Infinity) : state.mark;
    const next = step > 0 ? list.find((r) => r.at > at + 0.5) : list[model.lowerBound(list, at - 0.5) - 1];
    if (next) reveal(next);
  }

  // Hovering.
  const tooltip = $("tooltip");
  function describe(r) {
    tooltip.replaceChildren();
    const text = document.createElement("div");
    text.className = "text";
    const words = model.textOf(r);
    text.textContent = words.length > 800 ? words.slice(0, 800) + "\u2026" : words;
    const fields = document.createElement("dl");
    const field = (name, value) => {
      if (value === undefined || value === "" || value === null) return;
      const dt = document.createElement("dt"), dd = document.createElement("dd");
      dt.textContent = name;
      dd.textContent = value;
      fields.append(dt, dd);
    };
    field("time", format.time(r.at, 6) + (about.clock === "wall" ? "" : " s") + (r.error_us ? ` \u00b1 ${format.duration(r.error_us)}` : ""));
    if (state.mark !== null) field("from the mark", format.offset(r.at - state.mark));
    field("lane", model.laneTitles[r.lane] || r.lane);
    if (!model.isIo(r)) field("state", r.state);
    field("path", r.path && r.path + (r.device && r.device !== r.path ? ` (${r.device})` : ""));
    field("map", r.map);
    if (r.duration_us !== undefined) field("took", format.duration(r.duration_us));
    if (r.errno) field("errno", r.errno);
    field("kind", ["line", "io", "state", "groups"].includes(r.kind) ? "" : r.kind);
    tooltip.append(text, fields);
  }
  function hover(r, event) {
    tooltip.hidden = !r;
    if (!r) return;
    describe(r);
    const { offsetWidth: w, offsetHeight: h } = tooltip;
    tooltip.style.left = Math.max(4, Math.min(event.clientX + 14, innerWidth - w - 8)) + "px";
    tooltip.style.top = (event.clientY + 18 + h > innerHeight ? Math.max(4, event.clientY - h - 10) : event.clientY + 18) + "px";
  }

  /* Handles wheel, drag and click on the lanes and the plot. `left`: x of the target's left edge. */
  function drive(target, left, recordAt, selects) {
    let drag = null;
    const xOf = (event) => event.clientX - target.getBoundingClientRect().left + left;
    const yOf = (event) => event.clientY - target.getBoundingClientRect().top;
    target.addEventListener("wheel", (event) => {
      if (xOf(event) < view.gutter) return;
      event.preventDefault();
      const unit = event.deltaMode === 1 ? 16 : 1;
      const sideways = event.shiftKey ? event.deltaY || event.deltaX : event.deltaX;
      if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) view.pan((sideways * unit) / view.plotWidth());
      else view.zoom(Math.exp(Math.max(-1, Math.min(1, event.deltaY * unit * 0.002))), view.toTime(xOf(event)));
      hover(null);
    }, { passive: false });
    target.addEventListener("pointerdown", (event) => {
      if (event.button !== 0 || xOf(event) < view.gutter) return;
      drag = { x: event.clientX, moved: false, from: state.from, to: state.to,
               select: event.shiftKey || selects(yOf(event)), at: view.toTime(xOf(event)) };
      target.setPointerCapture(event.pointerId);
    });
    target.addEventListener("pointermove", (event) => {
      if (!drag) {
        target.classList.toggle("selecting", event.shiftKey || selects(yOf(event)));
        return hover(recordAt(xOf(event), yOf(event)), event);
      }
      const by = event.clientX - drag.x;
      if (!drag.moved && Math.abs(by) < 4) return;
      drag.moved = true;
      hover(null);
      if (drag.select) {
        view.selection = { from: drag.at, to: view.toTime(xOf(event)) };
        view.changed();
      } else {
        target.classList.add("dragging");
        const shift = (by / view.plotWidth()) * (drag.to - drag.from);
        view.show(drag.from - shift, drag.to - shift);
      }
    });
    const finish = (event) => {
      if (!drag) return;
      const { moved, select } = drag;
      drag = null;
      target.classList.remove("dragging");
      const selection = view.selection;
      view.selection = null;
      if (moved && select && selection) view.show(Math.min(selection.from, selection.to), Math.max(selection.from, selection.to));
      if (moved || event.type !== "pointerup") return;
      const r = recordAt(xOf(event), yOf(event));
      const near = r && Math.abs(view.toX(r.at) - xOf(event)) < 8;
      moment.mark(near ? r.at : view.toTime(xOf(event)));
    };
    target.addEventListener("pointerup", finish);
    target.addEventListener("pointercancel", finish);
    target.addEventListener("pointerleave", () => hover(null));
    target.addEventListener("dblclick", (event) => view.zoom(0.25, view.toTime(xOf(event))));
  }
  drive(lanes.canvas, 0, lanes.at, lanes.onAxis);
  lanes.box.addEventListener("scroll", view.changed);
  latency.onMake = (over) => drive(over, view.gutter, (x, y) => latency.at(x - view.gutter, y), () => false);

  // The overview: drag to zoom to a range, click to centre on it.
  {
    let from = null;
    const at = (event) => overview.toTime(event.clientX - overview.canvas.getBoundingClientRect().left);
    overview.canvas.addEventListener("pointerdown", (event) => {
      from = { at: at(event), x: event.clientX };
      overview.canvas.setPointerCapture(event.pointerId);
    });
    overview.canvas.addEventListener("pointermove", (event) => {
      if (from && Math.abs(event.clientX - from.x) > 4) view.show(Math.min(from.at, at(event)), Math.max(from.at, at(event)));
    });
    overview.canvas.addEventListener("pointerup", (event) => {
      if (from && Math.abs(event.clientX - from.x) <= 4) view.centre(at(event));
      from = null;
    });
  }

  // Controls and keys.
  $("zoom-in").addEventListener("click", () => view.zoom(0.5));
  $("zoom-out").addEventListener("click", () => view.zoom(2));
  $("fit").addEventListener("click", view.fit);
  $("keys").addEventListener("click", () => $("help").showModal());
  $("next-problem").addEventListener("click", () => go(1, model.isProblem));
  $("previous-problem").addEventListener("click", () => go(-1, model.isProblem));
  $("search").addEventListener("input", (event) => search(event.target.value));
  $("search").addEventListener("keydown", (event) => {
    if (event.key === "Enter") go(event.shiftKey ? -1 : 1, () => true);
    if (event.key === "Escape") { event.target.value = ""; search(""); event.target.blur(); }
  });
  addEventListener("keydown", (event) => {
    if (event.target.matches("input, dialog *") || event.ctrlKey || event.altKey || event.metaKey) return;
    const actions = {
      ArrowLeft: () => view.pan(-0.15), ArrowRight: () => view.pan(0.15),
      "+": () => view.zoom(0.6), "=": () => view.zoom(0.6), "-": () => view.zoom(1 / 0.6),
      f: view.fit, 0: view.fit,
      n: () => go(1, () => true), p: () => go(-1, () => true),
      e: () => go(1, model.isProblem), E: () => go(-1, model.isProblem),
      c: () => state.mark !== null && view.centre(state.mark),
      "/": () => $("search").focus(), t: theme.next, "?": () => $("help").showModal(),
      Escape: () => { state.mark = null; moment.render(); view.changed(); },
    };
    const action = actions[event.key] || actions[event.key.toLowerCase()];
    if (!action) return;
    event.preventDefault();
    action();
  });

  view.onChange(draw);
  new ResizeObserver(() => { resize(); view.changed(); }).observe($("overview").parentElement);
  resize();
  theme.apply();
  // Marks the first fault, or the first problem of a path, and zooms to the records of interest: log
  // lines from long before, such as those of the boot, are out of view at first.
  const first = (wanted) => records.find(wanted);
  const start = first((r) => r.lane === "fault") || first((r) => r.lane === "path" && model.isProblem(r)) ||
                first((r) => r.severity === "error") || first(model.isProblem) || records[0];
  const notable = records.filter((r) => r.lane !== "kernel" && r.lane !== "multipathd" && r.lane !== "qemu" || r.severity === "error");
  if (notable.length > 1) {
    const from = notable[0].at;
    const to = notable.reduce((last, r) => Math.max(last, r.at + (r.duration_us || 0)), from);
    if (to - from < model.span * 0.7) view.show(from - (to - from) * 0.06, to + (to - from) * 0.06);
  }
  if (start) moment.mark(start.at); else moment.render();
  // Time of the first frame, for the test that measures it.
  requestAnimationFrame(() => setTimeout(() => { document.documentElement.dataset.ready = String(Math.round(performance.now())); }));
})();
