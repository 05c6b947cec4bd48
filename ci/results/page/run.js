/* The run's page: totals that filter, and a table of cases, sorted by family or by a column. */
(() => {
  const $ = (id) => document.getElementById(id);
  const run = JSON.parse($("run").textContent);
  const table = $("cases");

  function make(tag, className, ...content) {
    const element = document.createElement(tag);
    if (className) element.className = className;
    element.append(...content);
    return element;
  }
  const count = (n, one, many) => `${n.toLocaleString("en")} ${n === 1 ? one : many}`;
  function seconds(s) {
    if (s === undefined || s === null) return "";
    if (s < 600) return `${s.toFixed(1)} s`;
    const whole = Math.round(s / 60);
    return whole < 120 ? `${whole} min` : `${Math.floor(whole / 60)} h ${whole % 60} min`;
  }
  function size(bytes) {
    if (bytes < 1000) return `${bytes} B`;
    return bytes < 1e6 ? `${Math.round(bytes / 1000)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
  }
  const path = (...names) => names.map((name) => name.split("/").map(encodeURIComponent).join("/")).join("/");

  // The tone determines the color. Known failures and unexpected passes have their own tones.
  for (const c of run.cases) {
    const tone = c.verdict === "no verdict" ? "lost" : c.verdict;
    c.tone = c.known_issue ? { failed: "known", passed: "odd" }[c.verdict] || tone : tone;
    c.text = [c.name, c.description, c.family, c.reason, c.known_issue, c.change, c.verdict,
              ...c.failures.flatMap((f) => [f.at, f.text])].join("\n").toLowerCase();
  }
  const isNewlyFailed = (c) => c.change === "newly failed";
  const isChanged = (c) => Boolean(c.change || c.real_ratio || c.virtual_ratio || c.longest_io_ratio);

  const filters = [
    { name: "all", tone: "", wanted: () => true },
    { name: "failed", tone: "failed", wanted: (c) => c.verdict === "failed" },
    { name: "no verdict", tone: "lost", wanted: (c) => c.tone === "lost", optional: true },
    { name: "passed", tone: "passed", wanted: (c) => c.verdict === "passed" },
    { name: "skipped", tone: "skipped", wanted: (c) => c.verdict === "skipped" },
    { name: "known issues", tone: "known", wanted: (c) => c.tone === "known", optional: true },
    { name: "unexpected passes", tone: "odd", wanted: (c) => c.tone === "odd", optional: true },
    { name: "changed", tone: "", wanted: isChanged, optional: true },
  ];
  let filter = filters[0];
  for (const each of filters) {
    const n = run.cases.filter(each.wanted).length;
    if (!n && each.optional) continue;
    const tile = make("button", n ? each.tone : "", make("b", "", n.toLocaleString("en")), make("small", "", each.name));
    tile.type = "button";
    tile.dataset.filter = each.name;
    tile.addEventListener("click", () => { filter = filter === each ? filters[0] : each; show(); });
    each.tile = tile;
    $("totals").append(tile);
  }
  for (const [words, value, title] of [["real, summed", run.real, "Sum over all cases; concurrent cases make the run shorter"], ["virtual, summed", run.virtual, "Sum over all cases, on their clocks"]]) {
    const tile = make("div", "", make("b", "", seconds(value)), make("small", "", words));
    tile.title = title;
    $("totals").append(tile);
  }
  for (const tone of ["failed", "lost", "known", "skipped", "odd", "passed"]) {
    const n = run.cases.filter((c) => c.tone === tone).length;
    if (!n) continue;
    const part = make("i", tone);
    part.style.flex = `${n} 0 0`;
    $("share").append(part);
  }
  const tally = (cases, verdicts) => verdicts.map((v) => [cases.filter((c) => c.verdict === v).length, v]);
  const inWords = (counts) => counts.map(([n, v]) => `${n} ${v}`).join(", ");
  const verdicts = inWords(tally(run.cases, ["failed", "no verdict", "passed", "skipped"]).filter(([n, v]) => n || v !== "no verdict"));
  $("share").setAttribute("aria-label", verdicts);
  const span = [];
  if (run.ended) span.push("ended " + new Date(run.ended * 1000).toLocaleString("sv"));
  span.push(run.results, ...run.stacks);
  if (run.previous) {
    const newly = run.cases.filter(isNewlyFailed).length, fixed = run.cases.filter((c) => c.change === "fixed").length;
    span.push(`compared with ${run.previous}: ${newly} newly failed, ${fixed} fixed`);
  } else span.push("no previous run to compare with");
  $("span").textContent = span.join(" \u00b7 ");
  document.title = `${verdicts} \u00b7 Dualpath run`;
  if (run.not_run.length) {
    $("notes").hidden = false;
    $("notes").querySelector("summary").textContent = count(run.not_run.length, "case of the previous run is", "cases of the previous run are") + " not in this one";
    $("notes").querySelector("p").textContent = run.not_run.join(", ");
  }

  function trend(c) {
    const cell = make("td", "trend");
    if (c.change) cell.append(make("div", c.verdict === "passed" ? "better" : c.verdict === "failed" || c.tone === "lost" ? "worse" : "muted", c.change));
    else if (!c.before) { if (run.previous) cell.append(make("div", "muted", "not in it")); return cell; }
    for (const [ratio, words] of [[c.real_ratio, "real"], [c.virtual_ratio, "virtual"], [c.longest_io_ratio, "longest I/O"]]) {
      if (!ratio) continue;
      const times = ratio > 1 ? `${ratio.toFixed(ratio < 10 ? 1 : 0)}\u00d7 slower` : `${(1 / ratio).toFixed(1 / ratio < 10 ? 1 : 0)}\u00d7 faster`;
      cell.append(make("div", ratio > 1 ? "slower" : "faster", `${times} (${words})`));
    }
    if (!cell.firstChild) cell.append(make("div", "muted", c.verdict === "failed" ? "failed before too" : "same"));
    cell.title = `before: ${c.before.verdict}, ${seconds(c.before.real) || "?"} real, ${seconds(c.before.virtual) || "?"} virtual` + (c.before.longest_io ? `, longest I/O ${seconds(c.before.longest_io)}` : "");
    return cell;
  }
  function longestIo(c) {
    const cell = make("td", "number", seconds(c.longest_io));
    if (c.longest_gap) cell.title = `longest time without a completed I/O: ${seconds(c.longest_gap)}`;
    return cell;
  }
  function link(c, name, text, className) {
    const a = make("a", className, text);
    a.href = path(c.directory, name);
    return a;
  }
  function listOfFiles(c) {
    const list = make("ul", "", make("li", "", link(c, "", "the directory")));
    for (const file of c.files) {
      const item = make("li", "", link(c, file.name, file.name));
      if (!file.name.endsWith("/")) item.append(make("small", "", size(file.bytes)));
      list.append(item);
    }
    const cell = make("td", "", list);
    cell.colSpan = 6;
    return make("tr", "files", make("td"), cell);
  }
  function evidence(c) {
    const cell = make("td", "evidence");
    const names = new Set(c.files.map((file) => file.name));
    if (names.has("timeline.html")) cell.append(link(c, "timeline.html", "timeline", "main"));
    if (names.has("trace.json")) {
      const trace = link(c, "trace.json", "trace");
      trace.title = "Open it with ui.perfetto.dev or chrome://tracing";
      cell.append(trace);
    }
    if (!c.files.length) return cell;
    const button = make("button", "", count(c.files.length, "file", "files"));
    button.type = "button";
    button.setAttribute("aria-expanded", "false");
    // Built on demand, since there may be thousands of cases.
    button.addEventListener("click", () => {
      const row = cell.parentElement, open = row.nextElementSibling;
      const isOpen = open && open.classList.contains("files");
      if (isOpen) open.remove(); else row.after(listOfFiles(c));
      button.setAttribute("aria-expanded", String(!isOpen));
    });
    cell.append(button);
    return cell;
  }
  function knownIssue(c) {
    const reference = /^https?:\/\//.test(c.known_issue) ? make("a", "", c.known_issue) : c.known_issue;
    if (reference.tagName) reference.href = c.known_issue;
    const words = c.verdict === "passed" ? "unexpected pass: " : "known issue: ";
    return make("div", "", make("span", "state " + c.tone, words.slice(0, -2)), reference);
  }
  function failures(c) {
    const box = make("div", "fail " + c.tone);
    for (const failure of c.failures) {
      if (failure.at) box.append(make("div", "where", failure.at));
      box.append(make("pre", "", failure.text));
    }
    const commands = make("div", "commands");
    for (const [words, command] of [["run it alone", c.alone], ["shell where it failed", c.shell]]) {
      if (command) commands.append(make("span", "", words), make("code", "", command));
    }
    box.append(commands);
    const cell = make("td", "", box);
    cell.colSpan = 6;
    return make("tr", "", make("td"), cell);
  }
  function body(c) {
    const dot = c.name.indexOf(".") + 1;
    const name = make("td", "name", make("span", "suite", c.name.slice(0, dot)), make("wbr"), c.name.slice(dot));
    if (c.line) name.title = `${c.file}:${c.line}`;
    if (c.description) name.append(make("div", "about", c.description));
    if (c.reason) name.append(make("div", "reason", c.reason));
    if (c.known_issue) name.append(knownIssue(c));
    const row = make("tr", "", make("td", "verdict", make("span", "state " + c.tone, c.verdict)), name,
                     make("td", "number", seconds(c.real)), make("td", "number", seconds(c.virtual)), longestIo(c), trend(c), evidence(c));
    const result = make("tbody", "case", row);
    result.id = c.name;
    if (c.failures.length) result.append(failures(c));
    return result;
  }
  function heading(family, cases) {
    const title = make("th", "", family);
    title.colSpan = 2;
    const file = cases.find((c) => c.file);
    const counts = tally(cases, ["failed", "no verdict", "skipped", "passed"]).filter(([n]) => n);
    title.append(make("small", "", inWords(counts) + (file ? ` \u00b7 ${file.file}` : "")));
    const sum = (key) => seconds(cases.reduce((total, c) => (c[key] ? (total || 0) + c[key] : total), null));
    const rest = make("th");
    rest.colSpan = 3;
    return make("tbody", "family", make("tr", "", title, make("th", "number", sum("real")), make("th", "number", sum("virtual")), rest));
  }

  // Sorted by family, those with failures first, or by a column, longest or changed first.
  const keys = {
    name: (c) => c.name,
    real: (c) => c.real || 0,
    virtual: (c) => c.virtual || 0,
    longest_io: (c) => c.longest_io || 0,
    trend: (c) => (isNewlyFailed(c) ? 1e9 : c.change ? 1e8 : 0) + Math.max(c.real_ratio || 1, c.virtual_ratio || 1, c.longest_io_ratio || 1),
  };
  const families = new Map();
  for (const c of run.cases) {
    if (!families.has(c.family)) families.set(c.family, []);
    families.get(c.family).push(c);
  }
  const hasFailed = (cases) => cases.some((c) => c.tone === "failed" || c.tone === "lost");
  const inOrder = [...families].sort(([a, x], [b, y]) => hasFailed(y) - hasFailed(x) || a.localeCompare(b));
  for (const [, cases] of inOrder) cases.sort((a, b) => a.line - b.line);
  let sort = { key: "", down: true };
  const bodies = new Map();
  function bodyOf(c) {
    if (!bodies.has(c)) bodies.set(c, body(c));
    return bodies.get(c);
  }

  function show() {
    const words = $("search").value.trim().toLowerCase();
    const isShown = (c) => filter.wanted(c) && (!words || c.text.includes(words));
    const rows = document.createDocumentFragment();
    let shown = 0;
    if (sort.key) {
      const key = keys[sort.key];
      const compare = (a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0);
      const cases = run.cases.filter(isShown).sort((a, b) => (sort.down ? compare(b, a) : compare(a, b)));
      shown = cases.length;
      rows.append(...cases.map(bodyOf));
    } else {
      for (const [family, all] of inOrder) {
        const cases = all.filter(isShown);
        if (!cases.length) continue;
        shown += cases.length;
        rows.append(heading(family, cases), ...cases.map(bodyOf));
      }
    }
    for (const old of [...table.tBodies]) old.remove();
    table.append(rows);
    for (const each of filters) if (each.tile) each.tile.setAttribute("aria-pressed", String(each === filter));
    for (const button of table.tHead.querySelectorAll("button")) {
      const order = button.dataset.key !== sort.key ? "none" : sort.down ? "descending" : "ascending";
      button.closest("th").setAttribute("aria-sort", order);
    }
    $("search-count").textContent = shown === run.cases.length ? "" : `${shown} of ${count(run.cases.length, "case", "cases")}`;
    $("none").hidden = shown > 0;
    $("none").textContent = run.cases.length ? "No case matches." : "No case results.";
  }

  for (const button of table.tHead.querySelectorAll("button")) {
    // The second click reverses the order; the third sorts by family again.
    const first = button.dataset.key !== "name";
    button.addEventListener("click", () => {
      if (sort.key !== button.dataset.key) sort = { key: button.dataset.key, down: first };
      else if (sort.down === first) sort = { key: sort.key, down: !first };
      else sort = { key: "", down: true };
      show();
    });
  }
  $("search").addEventListener("input", show);
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const everywhere = { Escape: () => { filter = filters[0]; $("search").value = ""; $("search").blur(); show(); } };
    const elsewhere = { "/": () => $("search").focus(), t: theme.next };
    const action = everywhere[event.key] || (!event.target.matches("input") && elsewhere[event.key.toLowerCase()]);
    if (!action) return;
    event.preventDefault();
    action();
  });
  addEventListener("beforeprint", () => theme.apply(true));
  addEventListener("afterprint", () => theme.apply());

  theme.apply();
  show();
  // The row named by the URL's fragment exists only now.
  const target = location.hash && $(location.hash.slice(1));
  if (target) target.scrollIntoView({ block: "center" });
  requestAnimationFrame(() => setTimeout(() => { document.documentElement.dataset.ready = String(Math.round(performance.now())); }));
})();
