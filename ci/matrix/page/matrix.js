/* The matrix: a row for each case, a column for each stack, rows that differ first. */
(() => {
  const $ = (id) => document.getElementById(id);
  const { stacks, rows } = JSON.parse($("data").textContent);
  const tones = { passed: "passed", failed: "failed", skipped: "skipped", "no verdict": "lost", "known issue": "known", "unexpected pass": "odd" };

  function make(tag, className, ...content) {
    const element = document.createElement(tag);
    if (className) element.className = className;
    element.append(...content);
    return element;
  }
  const count = (n, one, many) => `${n.toLocaleString("en")} ${n === 1 ? one : many}`;
  const seconds = (s) => (s === null ? "" : s < 600 ? `${s.toFixed(1)} s` : `${Math.round(s / 60)} min`);

  const heading = make("tr", "", make("th", "", "case"));
  stacks.forEach((stack, i) => {
    const words = {};
    for (const row of rows) if (row.cells[i]) words[row.cells[i].word] = (words[row.cells[i].word] || 0) + 1;
    const cell = make("th", "", make("b", "", stack.name));
    for (const { package: name, version } of stack.versions) cell.append(make("small", "", `${name} ${version}`));
    cell.append(make("small", "", Object.entries(words).map(([word, n]) => `${n} ${word}`).join(", ") || "no results"));
    cell.append(make("small", "", `${seconds(stack.real)} real, ${seconds(stack.virtual)} virtual`));
    heading.append(cell);
    if (stack.error) $("errors").append(make("p", "failure", `${stack.name} is incomplete: ${stack.error}`));
  });
  $("stacks").append(heading);
  const differing = rows.filter((row) => row.differs).length;
  $("span").textContent = [count(stacks.length, "stack", "stacks"), count(rows.length, "case", "cases"), `${count(differing, "differs", "differ")} between neighboring stacks`].join(" \u00b7 ");

  function cell(c, i, before) {
    if (!c) return make("td", "muted" + (before ? " changed" : ""), "\u2013");
    const state = make("span", "state " + tones[c.word], c.word);
    const link = make("a", "", state);
    link.href = [stacks[i].name, ...c.directory.split("/"), c.has_timeline ? "timeline.html" : ""].map(encodeURIComponent).join("/");
    const td = make("td", i > 0 && (!before || before.word !== c.word) ? "changed" : "", link, make("small", "", seconds(c.real)));
    td.title = c.virtual === null ? "" : `${seconds(c.virtual)} virtual`;
    if (c.known_issue) td.append(make("div", "muted", c.known_issue));
    if (c.why && c.verdict !== "passed") td.append(make("div", "why", c.why));
    return td;
  }
  function line(row) {
    const dot = row.name.indexOf(".") + 1;
    const name = make("td", "", make("span", "suite", row.name.slice(0, dot)), make("wbr"), row.name.slice(dot));
    return make("tr", "", name, ...row.cells.map((c, i) => cell(c, i, i > 0 ? row.cells[i - 1] : null)));
  }
  for (const [title, wanted] of [["different", (row) => row.differs], ["the same on all stacks", (row) => !row.differs]]) {
    const chosen = rows.filter(wanted);
    if (!chosen.length) continue;
    const th = make("th", "", `${title} (${chosen.length.toLocaleString("en")})`);
    th.colSpan = stacks.length + 1;
    const body = make("tbody", "", ...chosen.map((row) => { row.element = line(row); return row.element; }));
    $("matrix").append(make("tbody", "section", make("tr", "", th)), body);
  }

  $("search").addEventListener("input", () => {
    const words = $("search").value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const row of rows) {
      const text = [row.name, ...row.cells.map((c) => (c ? [c.word, c.why, c.known_issue].join(" ") : ""))].join(" ").toLowerCase();
      row.element.hidden = !words.every((word) => text.includes(word));
      if (!row.element.hidden) ++shown;
    }
    $("search-count").textContent = words.length ? count(shown, "case", "cases") : "";
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && event.target.tagName !== "INPUT") { event.preventDefault(); $("search").focus(); }
  });
  theme.apply();
  // Read by the page's test.
  requestAnimationFrame(() => setTimeout(() => { document.documentElement.dataset.ready = String(Math.round(performance.now())); }));
})();
