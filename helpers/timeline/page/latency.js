/* The latency plot of the guest's I/Os, drawn by uPlot: start time and duration. */
const latency = (() => {
  const box = document.getElementById("latency");
  const io = model.io;
  if (!io.length || typeof uPlot === "undefined") {
    if (io.length) lanes.addIo();
    return { draw() {}, restyle() {}, over: null, missing: io.length > 0 };
  }
  const height = 140;
  const latencyOf = (r) => Math.max(1, r.latency_us === undefined ? r.duration_us : r.latency_us);
  const times = new Array(io.length), good = new Array(io.length), bad = new Array(io.length);
  let least = Infinity, most = 0, longest = 0;
  const long = [];
  io.forEach((r, i) => {
    const us = latencyOf(r);
    times[i] = r.at;
    good[i] = r.errno ? null : us;
    bad[i] = r.errno ? us : null;
    least = Math.min(least, us);
    most = Math.max(most, us);
    longest = Math.max(longest, r.duration_us);
    if (r.duration_us > model.span / 500) long.push(r);
  });
  const low = 10 ** Math.floor(Math.log10(least));
  const high = Math.max(low * 10, 10 ** Math.ceil(Math.log10(most * 1.05)));

  const decades = [];
  for (let us = low; us <= high; us *= 10) decades.push(us);

  /* Draws squares or crosses; only one if many are in the same place. */
  function points(size, cross) {
    return (u, series, from, to) => {
      const ratio = devicePixelRatio || 1;
      const half = (size * ratio) / 2, step = Math.max(1, half);
      const path = new Path2D();
      const { left, top, width, height: tall } = u.bbox;
      const columns = Math.ceil(width / step) + 2;
      const taken = new Uint8Array(columns * (Math.ceil(tall / step) + 2));
      const values = u.data[series], xs = u.data[0];
      const { min, max } = u.scales.x;
      for (let i = from; i <= to; ++i) {
        if (values[i] === null || xs[i] < min || xs[i] > max) continue;
        const x = u.valToPos(xs[i], "x", true), y = u.valToPos(values[i], "y", true);
        const cell = Math.floor((y - top) / step) * columns + Math.floor((x - left) / step);
        if (taken[cell]) continue;
        taken[cell] = 1;
        if (cross) {
          path.moveTo(x - half, y - half); path.lineTo(x + half, y + half);
          path.moveTo(x - half, y + half); path.lineTo(x + half, y - half);
        } else {
          path.rect(x - half, y - half, 2 * half, 2 * half);
        }
      }
      return cross ? { stroke: path, fill: null } : { stroke: null, fill: path };
    };
  }
  /* Draws the durations that are long enough to see as lines. */
  function whiskers(u) {
    const g = u.ctx;
    g.save();
    g.beginPath();
    g.rect(u.bbox.left, u.bbox.top, u.bbox.width, u.bbox.height);
    g.clip();
    g.lineWidth = 1.5 * (devicePixelRatio || 1);
    const list = view.state.to - view.state.from < model.span / 20 ? io : long;
    const first = model.lowerBound(list, view.state.from - longest);
    const last = model.lowerBound(list, view.state.to);
    for (const isBad of [false, true]) {
      g.strokeStyle = colour(isBad ? "error" : "guest");
      g.globalAlpha = 0.55;
      g.beginPath();
      for (let i = first; i < last; ++i) {
        const r = list[i];
        if (Boolean(r.errno) !== isBad) continue;
        const x0 = u.valToPos(r.at, "x", true), x1 = u.valToPos(r.at + r.duration_us, "x", true);
        if (x1 - x0 < 4 || x1 < u.bbox.left) continue;
        const y = u.valToPos(latencyOf(r), "y", true);
        g.moveTo(x0, y); g.lineTo(x1, y);
      }
      g.stroke();
    }
    const ratio = devicePixelRatio || 1;
    g.restore();
    g.save();
    g.scale(ratio, ratio);
    lanes.drawMark(g, u.bbox.top / ratio, (u.bbox.top + u.bbox.height) / ratio);
    g.restore();
  }

  let plot = null;
  function make() {
    box.hidden = false;
    box.replaceChildren();
    const axis = { stroke: colour("muted"), grid: { stroke: colour("grid"), width: 1 }, ticks: { show: false }, font: lanes.font };
    plot = new uPlot({
      width: view.state.width, height, padding: [10, view.right, 0, 0],
      legend: { show: false },
      cursor: { drag: { x: false, y: false, setScale: false }, points: { show: false }, y: false },
      scales: {
        x: { time: false, range: () => [view.state.from, view.state.to] },
        y: { distr: 3, range: () => [low, high] },
      },
      axes: [
        { ...axis, size: 24, splits: () => format.ticks(view.state.from, view.state.to, view.plotWidth() / 110).map((t) => t.at),
          values: () => format.ticks(view.state.from, view.state.to, view.plotWidth() / 110).map((t) => t.label) },
        { ...axis, size: view.gutter, splits: () => decades, filter: (u, splits) => splits,
          values: (u, splits) => splits.map((us) => (us < 1000 ? us + " \u00b5s" : us < 1e6 ? us / 1e3 + " ms" : us / 1e6 + " s")) },
      ],
      series: [
        {},
        { fill: colour("guest") + "b0", stroke: colour("guest"), paths: points(2.5, false), points: { show: false } },
        { stroke: colour("error"), width: 2, paths: points(9, true), points: { show: false } },
      ],
      hooks: { draw: [whiskers] },
    }, [times, good, bad], box);
    const label = document.createElement("div");
    label.style.cssText = `position:absolute;left:0;top:0;bottom:0;width:${view.gutter}px;padding:8px 16px;pointer-events:none;border-left:4px solid var(--guest);text-indent:-4px`;
    label.innerHTML = 'Guest I/O<br><small style="color:var(--muted)">latency<br><span style="color:var(--guest)">&#9632;</span> success<br><span style="color:var(--error)">&#10005;</span> error</small>';
    box.append(label);
  }
  const result = {
    missing: false,
    get over() { return plot ? plot.over : null; },
    draw() {
      box.hidden = view.state.hidden.has("guest");
      if (box.hidden) return;
      if (!plot) { make(); result.onMake && result.onMake(plot.over); }
      if (plot.width !== view.state.width) plot.setSize({ width: view.state.width, height });
      plot.setScale("x", { min: view.state.from, max: view.state.to });
    },
    restyle() { if (plot) { plot.destroy(); plot = null; } },
    /* Returns the I/O near a position in the plot's area, in pixels. */
    at(x, y) {
      const reach = 8;
      const from = model.lowerBound(io, view.toTime(view.gutter + x - reach));
      let best = null, distance = reach * reach * 4;
      for (let i = from; i < io.length; ++i) {
        const dx = view.toX(io[i].at) - view.gutter - x;
        if (dx > reach) break;
        const dy = plot.valToPos(latencyOf(io[i]), "y") - y;
        const d = dx * dx + dy * dy;
        if (d < distance) { distance = d; best = io[i]; }
      }
      return best;
    },
  };
  return result;
})();
