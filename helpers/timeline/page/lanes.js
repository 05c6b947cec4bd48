/* The viewport, the swim lanes and the strip with all of the timeline above them. */
const view = (() => {
  const gutter = 150, right = 14;
  const shortest = 20;  // microseconds from edge to edge
  const margin = Math.max(model.span * 0.04, model.span ? 0 : 5e5);
  const full = { from: -margin, to: model.span + margin };
  const state = { from: full.from, to: full.to, mark: null, hidden: new Set(), found: null, width: 0 };
  const listeners = [];

  const plotWidth = () => Math.max(50, state.width - gutter - right);
  const toX = (at) => gutter + ((at - state.from) / (state.to - state.from)) * plotWidth();
  const toTime = (x) => state.from + ((x - gutter) / plotWidth()) * (state.to - state.from);

  let scheduled = false;
  function changed() {
    if (scheduled) return;
    scheduled = true;
    requestAnimationFrame(() => { scheduled = false; for (const listener of listeners) listener(); });
  }
  function show(from, to) {
    const length = Math.min(Math.max(to - from, shortest), (full.to - full.from) * 1.5);
    const centre = (from + to) / 2;
    // The middle never leaves the timeline.
    const held = Math.min(Math.max(centre, full.from), full.to);
    state.from = held - length / 2;
    state.to = held + length / 2;
    changed();
  }
  function zoom(factor, at = (state.from + state.to) / 2) {
    show(at - (at - state.from) * factor, at + (state.to - at) * factor);
  }
  const pan = (share) => {
    const by = (state.to - state.from) * share;
    show(state.from + by, state.to + by);
  };
  const fit = () => show(full.from, full.to);
  function centre(at) {
    const half = (state.to - state.from) / 2;
    show(at - half, at + half);
  }
  const isShown = (r) => !state.hidden.has(r.lane);
  const isFound = (r) => !state.found || state.found.has(r);
  return { state, full, gutter, right, plotWidth, toX, toTime, changed, show, zoom, pan, fit, centre,
           isShown, isFound, onChange: (f) => listeners.push(f) };
})();

/* The colours of the style sheet, by name. */
const colour = (() => {
  let style = getComputedStyle(document.documentElement);
  let known = new Map();
  const get = (name) => {
    let value = known.get(name);
    if (!value) known.set(name, value = style.getPropertyValue("--" + name).trim());
    return value;
  };
  get.refresh = () => { style = getComputedStyle(document.documentElement); known = new Map(); };
  return get;
})();

/* A canvas of so many CSS pixels, sharp on any screen. */
function prepare(canvas, width, height) {
  const ratio = window.devicePixelRatio || 1;
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    canvas.style.height = height + "px";
  }
  const g = canvas.getContext("2d");
  g.setTransform(ratio, 0, 0, ratio, 0, 0);
  g.clearRect(0, 0, width, height);
  return g;
}

const lanes = (() => {
  const canvas = document.getElementById("lanes");
  const box = document.getElementById("lanes-box");
  const axisHeight = 24, bandHeight = 21, lineHeight = 15, padding = 4;
  const font = '12px system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif';
  // Lines for labels; a higher window has room for more.
  const leastLines = { multipathd: 3 };
  const mostLines = { multipathd: 6, kernel: 5, qemu: 3, guest: 3 };
  const screen = 800;
  let height = 0;

  // Where the latency plot is missing its I/Os go to the guest's lane.
  function takeIo() {
    if (!model.io.length) return;
    let guest = model.rows.find((row) => row.lane === "guest");
    if (!guest) model.rows.push(guest = { lane: "guest", key: "", title: "Guest", sub: "", records: [], bands: null });
    guest.records = guest.records.concat(model.io).sort((a, b) => a.at - b.at);
  }

  function layout() {
    let y = axisHeight;
    for (const row of model.rows) {
      row.hidden = view.state.hidden.has(row.lane);
      if (row.hidden) continue;
      const least = leastLines[row.lane] || 2;
      const room = least + Math.max(0, Math.floor((innerHeight - screen) / (6 * lineHeight)));
      row.lines = row.bands ? 1 : Math.max(1, Math.min(room, Math.max(least, mostLines[row.lane] || 0), row.records.length));
      row.height = row.bands ? bandHeight : row.lines * lineHeight + 2 * padding;
      row.y = y;
      y += row.height;
    }
    height = y + 1;
  }

  const widths = new Map();
  function widthOf(g, text) {
    let width = widths.get(text);
    if (width === undefined) {
      if (widths.size > 20000) widths.clear();
      widths.set(text, width = g.measureText(text).width);
    }
    return width;
  }
  /* What mends a path stands among what breaks it. */
  const tint = (r, row) => colour(r.severity !== "info" ? r.severity : r.kind === "fault" ? "path" : row.lane);

  /* As much of the text as fits. */
  function fitted(g, text, room) {
    if (room < 14) return "";
    if (text.length > 400) text = text.slice(0, 400);
    if (widthOf(g, text) <= room) return text;
    let low = 0, high = text.length;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (g.measureText(text.slice(0, middle) + "\u2026").width <= room) low = middle; else high = middle - 1;
    }
    return low ? text.slice(0, low) + "\u2026" : "";
  }

  function drawBands(g, row) {
    const { from, to } = view.state;
    const left = view.gutter, end = view.gutter + view.plotWidth();
    const y = row.y + 2, h = row.height - 4;
    let lastX = -1, lastTone = "";
    for (const band of row.bands) {
      if (band.to < from || (band.from !== null && band.from > to)) continue;
      const x0 = Math.max(left, band.from === null ? left : view.toX(band.from));
      const x1 = Math.min(end, view.toX(band.to));
      const dim = !view.isFound(band.record);
      g.globalAlpha = dim ? 0.3 : band.implied ? 0.45 : 1;
      g.fillStyle = colour("band-" + band.tone);
      const drawn = Math.max(1, x1 - x0);
      // Thousands of bands in a pixel look like one, but the bad ones win.
      if (drawn <= 1 && Math.floor(x0) === lastX && !(band.tone === "bad" && lastTone !== "bad")) continue;
      lastX = Math.floor(x0); lastTone = band.tone;
      g.fillRect(x0, y, drawn, h);
      if (band.implied) {
        g.strokeStyle = colour("page");
        g.lineWidth = 1;
        g.beginPath();
        for (let x = Math.ceil(x0 / 8) * 8; x < x1; x += 8) { g.moveTo(x, y + h); g.lineTo(Math.min(x + h, x1), y); }
        g.stroke();
      } else {
        g.fillStyle = colour("text");
        g.globalAlpha = dim ? 0.2 : 0.45;
        if (drawn > 3 && band.from !== null && band.from >= from) g.fillRect(x0, y, 1, h);
      }
      g.globalAlpha = dim ? 0.4 : 1;
      const label = fitted(g, band.state, x1 - x0 - 10);
      // "a..." says less than nothing.
      if (label.length > 4 || label === band.state) {
        g.fillStyle = colour("band-text");
        g.fillText(label, x0 + 5, y + h / 2);
      }
    }
    g.globalAlpha = 1;
  }

  function drawPoints(g, row) {
    const { from, to } = view.state;
    const end = view.gutter + view.plotWidth();
    const records = row.records;
    // What lasts is drawn from where it began, so a little must be looked at before the edge.
    if (row.longest === undefined) {
      row.longest = records.reduce((most, r) => Math.max(most, r.duration_us || 0), 0);
    }
    const first = model.lowerBound(records, from - row.longest);
    const last = model.lowerBound(records, to);
    const rank = { info: 0, warning: 1, error: 2 };
    const y = row.y + padding - 2, h = row.height - 2 * padding + 4;

    // Ticks: one for each pixel, in the colour of the worst there.
    let pixel = -1, worst = null;
    const flush = () => {
      if (!worst) return;
      const dim = !view.isFound(worst);
      g.globalAlpha = dim ? 0.15 : worst.severity === "info" ? 0.45 : 0.9;
      g.fillStyle = tint(worst, row);
      g.fillRect(pixel, y, worst.severity === "info" ? 1 : 1.5, h);
    };
    for (let i = first; i < last; ++i) {
      const r = records[i];
      const x = view.toX(r.at);
      if (r.duration_us) {
        const x0 = Math.max(view.gutter, x), x1 = Math.min(end, view.toX(r.at + r.duration_us));
        if (x1 > view.gutter && x1 - x0 > 2) {
          g.globalAlpha = 0.35;
          g.fillStyle = tint(r, row);
          g.fillRect(x0, y, x1 - x0, h);
        }
      }
      if (x < view.gutter) continue;
      const at = Math.floor(x);
      if (at !== pixel) { flush(); pixel = at; worst = r; }
      else if (rank[r.severity] + (view.isFound(r) ? 4 : 0) > rank[worst.severity] + (view.isFound(worst) ? 4 : 0)) worst = r;
    }
    flush();
    g.globalAlpha = 1;

    // Labels where there is room: a record's line is the first that is free.
    const visible = last - first;
    if (visible === 0 || visible > view.plotWidth() / 4) return;
    const taken = Array.from({ length: row.lines }, () => []);
    const isFree = (from, to) => (spans) => spans.every((span) => to <= span.from || from >= span.to);
    const placed = [];
    // What tells of a change first: the rest takes the room that is left.
    const shownRecords = records.slice(first, last).filter(view.isFound);
    for (const r of shownRecords.filter(model.tells).concat(shownRecords.filter((r) => !model.tells(r)))) {
      const x = Math.max(view.gutter, view.toX(r.at));
      const text = model.textOf(r);
      const label = text.length > 400 ? text.slice(0, 400) : text;
      const width = widthOf(g, label) + 14;
      // At the right edge a text that does not fit stands before its dot, if there is room.
      let leftward = x + width > end && x - width > view.gutter;
      let line = leftward ? taken.findIndex(isFree(x - width, x + 5)) : -1;
      if (line < 0) {
        leftward = false;
        line = taken.findIndex(isFree(x, Math.min(x + width, end)));
      }
      if (line < 0) continue;
      taken[line].push(leftward ? { from: x - width, to: x + 5 } : { from: x, to: Math.min(x + width, end) });
      placed.push({ r, x, line, label, leftward });
    }
    for (const { r, x, line, label, leftward } of placed) {
      const shown = leftward ? label : fitted(g, label, end - x - 6);
      const middle = row.y + padding + line * lineHeight + lineHeight / 2;
      const paint = tint(r, row);
      if (shown) {
        const wide = widthOf(g, shown);
        const begin = leftward ? x - 8 - wide : x + 8;
        g.globalAlpha = 0.94;
        g.fillStyle = colour("page");
        g.fillRect(leftward ? begin - 2 : x + 1, middle - lineHeight / 2 + 1, wide + 10, lineHeight - 2);
        g.globalAlpha = 1;
        g.fillStyle = colour("text");
        g.fillText(shown, begin, middle);
      }
      g.fillStyle = paint;
      g.beginPath();
      g.arc(x + 0.5, middle, 3.5, 0, 2 * Math.PI);
      g.fill();
    }
  }

  function drawMark(g, top, bottom) {
    const { mark } = view.state;
    if (mark === null) return;
    const x = Math.round(view.toX(mark)) + 0.5;
    if (x < view.gutter || x > view.gutter + view.plotWidth()) return;
    g.strokeStyle = colour("mark");
    g.lineWidth = 1.5;
    g.setLineDash([5, 3]);
    g.beginPath(); g.moveTo(x, top); g.lineTo(x, bottom); g.stroke();
    g.setLineDash([]);
  }

  function draw() {
    layout();
    const width = view.state.width;
    const g = prepare(canvas, width, height);
    g.font = font;
    g.textBaseline = "middle";
    const end = view.gutter + view.plotWidth();

    const ticks = format.ticks(view.state.from, view.state.to, view.plotWidth() / 110);
    g.strokeStyle = colour("grid");
    g.lineWidth = 1;
    g.beginPath();
    for (const { at } of ticks) {
      const x = Math.round(view.toX(at)) + 0.5;
      g.moveTo(x, axisHeight - 6); g.lineTo(x, height);
    }
    g.stroke();
    g.save();
    g.beginPath();
    g.rect(view.gutter, axisHeight, view.plotWidth(), height);
    g.clip();
    for (const row of model.rows) {
      if (row.hidden) continue;
      if (row.bands) drawBands(g, row); else drawPoints(g, row);
    }
    g.restore();

    let lane = "";
    for (const row of model.rows) {
      if (row.hidden) continue;
      if (row.lane !== lane) {
        g.fillStyle = colour("line");
        g.fillRect(0, row.y, width, 1);
        lane = row.lane;
      }
      const middle = row.y + row.height / 2;
      g.fillStyle = colour(row.lane);
      g.fillRect(0, row.y + 1, 4, row.height - 1);
      g.fillStyle = colour("text");
      const title = fitted(g, row.title, view.gutter - 24);
      g.fillText(title, 16, middle);
      if (row.sub) {
        const used = 16 + widthOf(g, title) + 6;
        g.fillStyle = colour("muted");
        g.fillText(fitted(g, row.sub, view.gutter - used - 4), used, middle);
      }
    }
    // Over the rows, wherever they were scrolled to.
    const top = box.scrollTop;
    g.fillStyle = colour("panel");
    g.fillRect(0, top, width, axisHeight);
    g.fillStyle = colour("line");
    g.fillRect(0, top + axisHeight - 1, width, 1);
    g.fillStyle = colour("muted");
    for (const { at, label } of ticks) {
      const x = view.toX(at);
      const w = widthOf(g, label);
      if (x - w / 2 > 60 && x + w / 2 < width) g.fillText(label, x - w / 2, top + axisHeight / 2);
    }
    if (model.about.clock === "wall") {
      g.fillText(format.date(Math.max(0, view.state.from)), 16, top + axisHeight / 2);
    } else {
      g.fillText("since boot", 16, top + axisHeight / 2);
    }

    drawMark(g, top + axisHeight - 8, height);
    if (view.selection) {
      const x0 = view.toX(view.selection.from), x1 = view.toX(view.selection.to);
      g.globalAlpha = 0.18;
      g.fillStyle = colour("accent");
      g.fillRect(Math.min(x0, x1), 0, Math.abs(x1 - x0), height);
      g.globalAlpha = 1;
    }
  }

  /* The record at a place: the nearest of the row's points, or what the band says. */
  function at(x, y) {
    if (y < box.scrollTop + axisHeight) return null;
    const row = model.rows.find((r) => !r.hidden && y >= r.y && y < r.y + r.height);
    if (!row || x < view.gutter || x > view.gutter + view.plotWidth()) return null;
    const time = view.toTime(x);
    if (row.bands) {
      const near = nearest(row.records, x, 4);
      if (near) return near;
      const band = row.bands.find((b) => (b.from === null || b.from <= time) && time <= b.to);
      return band ? band.record : null;
    }
    const near = nearest(row.records, x, 7);
    if (near) return near;
    const i = model.lowerBound(row.records, time);
    for (let k = i - 1; k >= Math.max(0, i - 50); --k) {
      const r = row.records[k];
      if (r.duration_us && r.at + r.duration_us >= time) return r;
    }
    return null;
  }
  function nearest(records, x, reach) {
    const i = model.lowerBound(records, view.toTime(x - reach));
    let best = null, distance = reach;
    for (let k = i; k < records.length; ++k) {
      const d = view.toX(records[k].at) - x;
      if (d > reach) break;
      const better = Math.abs(d) < distance || (best && Math.abs(d) === distance && model.trouble(records[k]) && !model.trouble(best));
      if (better && view.isFound(records[k])) { best = records[k]; distance = Math.abs(d); }
    }
    return best;
  }
  return { canvas, box, onAxis: (y) => y < box.scrollTop + axisHeight, draw, at, nearest, drawMark, takeIo, font };
})();

const overview = (() => {
  const canvas = document.getElementById("overview");
  const height = 34;
  let bins = null, binsWidth = 0, binsHidden = "";
  const scale = (width) => (at) => view.gutter + ((at - view.full.from) / (view.full.to - view.full.from)) * view.plotWidth();
  function count() {
    const width = Math.ceil(view.plotWidth() / 2);
    const hidden = [...view.state.hidden].join();
    if (bins && binsWidth === width && binsHidden === hidden) return;
    binsWidth = width; binsHidden = hidden;
    bins = { all: new Float64Array(width + 1), warning: new Uint8Array(width + 1), error: new Uint8Array(width + 1), most: 1 };
    const length = view.full.to - view.full.from;
    for (const r of model.records) {
      if (!view.isShown(r)) continue;
      const bin = Math.floor(((r.at - view.full.from) / length) * width);
      if (++bins.all[bin] > bins.most) bins.most = bins.all[bin];
      if (r.severity === "error") bins.error[bin] = 1;
      else if (r.severity === "warning") bins.warning[bin] = 1;
    }
  }
  function draw() {
    count();
    const width = view.state.width;
    const g = prepare(canvas, width, height);
    const x = scale(width);
    const most = Math.log1p(bins.most);
    for (let i = 0; i < bins.all.length; ++i) {
      if (!bins.all[i]) continue;
      const h = 4 + (Math.log1p(bins.all[i]) / most) * (height - 14);
      g.fillStyle = colour(bins.error[i] ? "error" : bins.warning[i] ? "warning" : "muted");
      g.globalAlpha = bins.error[i] || bins.warning[i] ? 0.9 : 0.5;
      g.fillRect(view.gutter + i * 2, height - 3 - h, 2, h);
    }
    g.globalAlpha = 1;
    const x0 = Math.max(view.gutter, x(view.state.from));
    const x1 = Math.min(view.gutter + view.plotWidth(), x(view.state.to));
    g.fillStyle = colour("accent");
    g.globalAlpha = 0.14;
    g.fillRect(x0, 0, Math.max(2, x1 - x0), height);
    g.globalAlpha = 1;
    g.strokeStyle = colour("accent");
    g.strokeRect(x0 + 0.5, 0.5, Math.max(2, x1 - x0 - 1), height - 1);
    if (view.state.mark !== null) {
      g.fillStyle = colour("mark");
      g.fillRect(x(view.state.mark) - 0.75, 0, 1.5, height);
    }
    g.fillStyle = colour("muted");
    g.font = lanes.font;
    g.textBaseline = "middle";
    g.fillText("All of it", 16, height / 2);
  }
  const toTime = (px) => view.full.from + ((px - view.gutter) / view.plotWidth()) * (view.full.to - view.full.from);
  return { canvas, draw, toTime };
})();
