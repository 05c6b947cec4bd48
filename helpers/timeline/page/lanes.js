/* The lanes: a row for each path, map and source, with bands for states and dots for other records. */
const lanes = (() => {
  const canvas = document.getElementById("lanes");
  const box = document.getElementById("lanes-box");
  const axisHeight = 24, bandHeight = 21, lineHeight = 15, padding = 4;
  const font = '12px system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif';
  // Numbers of lines for labels; a taller window has room for more.
  const leastLines = { multipathd: 3 };
  const mostLines = { multipathd: 6, kernel: 5, qemu: 3, guest: 3 };
  const screen = 800;
  let height = 0;

  /* Adds the I/Os to the guest's lane, for a page without the latency plot. */
  function addIo() {
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
  /* A fault of severity "info" repairs a path: it has the colour of paths. */
  const tint = (r, row) => colour(r.severity !== "info" ? r.severity : r.kind === "fault" ? "path" : row.lane);

  /* Cuts a text to the width of `room`. */
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
      // If many bands share a pixel, one is drawn, preferably a bad one.
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
      // A few letters are useless.
      if (label.length > 4 || label === band.state) {
        g.fillStyle = colour("band-text");
        g.fillText(label, x0 + 5, y + h / 2);
      }
    }
    g.globalAlpha = 1;
  }

  /* Draws ticks, one for each pixel, in the colour of the most severe record there. */
  function drawTicks(g, row, first, last) {
    const end = view.gutter + view.plotWidth();
    const y = row.y + padding - 2, h = row.height - 2 * padding + 4;
    const severities = { info: 0, warning: 1, error: 2 };
    const rank = (r) => severities[r.severity] + (view.isFound(r) ? 4 : 0);
    let pixel = -1, worst = null;
    const flush = () => {
      if (!worst) return;
      const dim = !view.isFound(worst);
      g.globalAlpha = dim ? 0.15 : worst.severity === "info" ? 0.45 : 0.9;
      g.fillStyle = tint(worst, row);
      g.fillRect(pixel, y, worst.severity === "info" ? 1 : 1.5, h);
    };
    for (let i = first; i < last; ++i) {
      const r = row.records[i];
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
      else if (rank(r) > rank(worst)) worst = r;
    }
    flush();
    g.globalAlpha = 1;
  }

  /* Finds a free line for the label of each record; records without a free line get no label. */
  function placeLabels(g, row, first, last) {
    const end = view.gutter + view.plotWidth();
    const taken = Array.from({ length: row.lines }, () => []);
    const isFree = (from, to) => (spans) => spans.every((span) => to <= span.from || from >= span.to);
    const placed = [];
    // Changes first; other records use the remaining room.
    const found = row.records.slice(first, last).filter(view.isFound);
    for (const r of found.filter(model.isChange).concat(found.filter((r) => !model.isChange(r)))) {
      const x = Math.max(view.gutter, view.toX(r.at));
      const label = model.textOf(r).slice(0, 400);
      const width = widthOf(g, label) + 14;
      // At the right edge, a label that does not fit is drawn to the left of its dot, if there is
      // room.
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
    return placed;
  }

  function drawLabel(g, row, { r, x, line, label, leftward }) {
    const end = view.gutter + view.plotWidth();
    const shown = leftward ? label : fitted(g, label, end - x - 6);
    const middle = row.y + padding + line * lineHeight + lineHeight / 2;
    if (shown) {
      const width = widthOf(g, shown);
      const begin = leftward ? x - 8 - width : x + 8;
      g.globalAlpha = 0.94;
      g.fillStyle = colour("page");
      g.fillRect(leftward ? begin - 2 : x + 1, middle - lineHeight / 2 + 1, width + 10, lineHeight - 2);
      g.globalAlpha = 1;
      g.fillStyle = colour("text");
      g.fillText(shown, begin, middle);
    }
    g.fillStyle = tint(r, row);
    g.beginPath();
    g.arc(x + 0.5, middle, 3.5, 0, 2 * Math.PI);
    g.fill();
  }

  function drawPoints(g, row) {
    const { from, to } = view.state;
    // A record with a duration is drawn from its start, which may be before the left edge.
    if (row.longest === undefined) {
      row.longest = row.records.reduce((most, r) => Math.max(most, r.duration_us || 0), 0);
    }
    const first = model.lowerBound(row.records, from - row.longest);
    const last = model.lowerBound(row.records, to);
    drawTicks(g, row, first, last);
    if (last - first > view.plotWidth() / 4) return;
    for (const label of placeLabels(g, row, first, last)) drawLabel(g, row, label);
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
    // The axis stays on top when the rows are scrolled.
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

  /* Returns the record at a position: the nearest point of the row, or the state of the band. */
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
      const better = Math.abs(d) < distance || (best && Math.abs(d) === distance && model.isProblem(records[k]) && !model.isProblem(best));
      if (better && view.isFound(records[k])) { best = records[k]; distance = Math.abs(d); }
    }
    return best;
  }
  return { canvas, box, onAxis: (y) => y < box.scrollTop + axisHeight, draw, at, nearest, drawMark, addIo, font };
})();
