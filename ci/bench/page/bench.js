/* The page of figures: a section for each measurement, a bar for each figure. */
(() => {
  const bench = JSON.parse(document.getElementById("bench").textContent);
  const main = document.querySelector("main");
  const titles = {
    set: "Virtual time, over the whole set",
    restore: "Restoring the lab, compared with booting it",
    verdict: "One failover case",
    smoke: "The smoke set",
    down: "While all paths are down",
    memory: "Memory of several concurrent VMs",
    parallel: "Concurrent cases",
    lio: "Storage setup through configfs, compared with targetcli",
    growth: "More paths, more maps",
  };

  function make(tag, className, ...content) {
    const element = document.createElement(tag);
    if (className) element.className = className;
    element.append(...content);
    return element;
  }
  function words(value, unit) {
    if (value === null) return "\u2013";
    const size = Math.abs(value);
    const digits = size >= 100 ? 0 : size >= 10 ? 1 : 2;
    return `${Number(value.toFixed(digits)).toLocaleString("en")}${unit ? (unit === "x" ? "\u00d7" : "\u00a0" + unit) : ""}`;
  }
  const limitOf = (figure) => (figure.limit ? Object.values(figure.limit)[0] : null);
  const percent = (share) => `${Math.min(100, 100 * share).toFixed(2)}%`;

  // Bars of the same unit and kind share a scale; the kind of "restore.shell.median" is "restore".
  const kindOf = (figure) => figure.group + " " + figure.name.split(".").slice(0, figure.group === "growth" ? 2 : 1) + " " + figure.unit;
  const longest = new Map();
  for (const figure of bench.figures) {
    const all = [figure.value, limitOf(figure), ...figure.samples, longest.get(kindOf(figure))];
    longest.set(kindOf(figure), Math.max(0, ...all.filter((n) => typeof n === "number")));
  }
  function track(figure) {
    const whole = 1.03 * longest.get(kindOf(figure)) || 1;
    const bar = make("div", "track" + (figure.met === null ? "" : figure.met ? " met" : " missed"));
    if (figure.value !== null) {
      const value = make("b");
      value.style.width = percent(figure.value / whole);
      bar.append(value);
    }
    for (const sample of figure.samples.length > 1 ? figure.samples : []) {
      const tick = make("i");
      tick.style.left = percent(sample / whole);
      bar.append(tick);
    }
    if (figure.limit) {
      const mark = make("u");
      mark.style.left = percent(limitOf(figure) / whole);
      bar.append(mark);
    }
    return bar;
  }

  function row(figure) {
    const what = make("td", "", figure.what);
    if (figure.note) what.append(make("small", "", figure.note));
    const limit = figure.limit ? ("at_most" in figure.limit ? "\u2264 " : "\u2265 ") + words(limitOf(figure), figure.unit) : "";
    const verdict = make("td", "verdict");
    if (figure.met !== null) verdict.append(make("span", "state " + (figure.met ? "met" : "missed"), figure.met ? "met" : "not met"));
    const result = make("tr", "", what, make("td", "bar", track(figure)), make("td", "number", words(figure.value, figure.unit)), make("td", "limit", limit), verdict);
    result.id = figure.name;
    if (figure.samples.length > 1) result.title = `${figure.samples.length} samples: ${figure.samples.map((s) => words(s, "")).join(", ")}`;
    return result;
  }
  for (const group of new Set(bench.figures.map((figure) => figure.group))) {
    const rows = bench.figures.filter((figure) => figure.group === group).map(row);
    main.append(make("section", "", make("h2", "", titles[group] || group), make("table", "", make("tbody", "", ...rows))));
  }
  if (bench.figures.length) {
    const key = make("p", "", "Bar: figure. Thin marks: samples. Wide mark: limit.");
    key.id = "key";
    main.append(key);
  } else main.append(make("p", "", "No figures."));

  // The cases of the set, longest first.
  if (bench.set.cases.length) {
    const most = Math.max(...bench.set.cases.map((c) => c.real));
    const table = make("table", "", make("thead", "", make("tr", "", make("th", "", "case"), make("th", "bar"), make("th", "number", "real"), make("th", "number", "virtual"), make("th", "number", "ratio"))));
    table.id = "cases";
    const body = make("tbody");
    for (const c of bench.set.cases) {
      const bar = make("div", "track", make("b"));
      bar.firstChild.style.width = percent(c.real / most);
      body.append(make("tr", "", make("td", "", c.name), make("td", "bar", bar), make("td", "number", words(c.real, "s")), make("td", "number", words(c.virtual, "s")), make("td", "number", words(c.ratio, "x"))));
    }
    table.append(body);
    main.append(make("section", "", make("h2", "", `The set's ${bench.set.cases.length} cases`), table));
  }

  // The heading and the notes.
  const limited = bench.figures.filter((figure) => figure.met !== null);
  const met = limited.filter((figure) => figure.met).length;
  const span = [new Date(bench.began * 1000).toLocaleString("sv"), bench.machine.words, `stack ${bench.stack}`];
  if (limited.length) span.push(`${met} of ${limited.length} limits met`);
  document.getElementById("span").textContent = span.join(" \u00b7 ");
  const notes = document.getElementById("notes");
  if (!bench.machine.quiet) notes.append(make("p", "", `The machine was not idle at the start (load ${bench.machine.load.toFixed(2)}): other processes distort the figures.`));
  for (const failure of bench.failures) notes.append(make("p", "failure", failure));

  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.key.toLowerCase() !== "t") return;
    event.preventDefault();
    theme.next();
  });
  addEventListener("beforeprint", () => theme.apply(true));
  addEventListener("afterprint", () => theme.apply());
  theme.apply();
  requestAnimationFrame(() => setTimeout(() => { document.documentElement.dataset.ready = String(Math.round(performance.now())); }));
})();
