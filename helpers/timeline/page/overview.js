/* The strip above the lanes: the number of records over the whole timeline, and the part in view. */
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
    g.fillText("Overview", 16, height / 2);
  }
  const toTime = (px) => view.full.from + ((px - view.gutter) / view.plotWidth()) * (view.full.to - view.full.from);
  return { canvas, draw, toTime };
})();
