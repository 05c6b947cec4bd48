/* The marked moment, and the records around it. */
const moment = (() => {
  const most = 120;  // lines before the mark, and after it
  const title = document.getElementById("moment-title");
  const body = document.querySelector("#moment tbody");
  const list = document.getElementById("moment-list");
  const places = () => 6;

  function element(name, className, text) {
    const made = document.createElement(name);
    if (className) made.className = className;
    if (text !== undefined) made.textContent = text;
    return made;
  }

  /* Collapses consecutive successful I/Os into one line. */
  function collapsed(records) {
    const lines = [];
    for (const r of records) {
      const before = lines[lines.length - 1];
      const good = model.isIo(r) && r.severity === "info";
      if (good && before && before.run) { before.run.push(r); continue; }
      lines.push({ record: r, run: good ? [r] : null });
    }
    return lines;
  }

  function place(r) {
    const parts = [];
    if (r.path) parts.push(r.path + (r.device && r.device !== r.path ? ` (${r.device})` : ""));
    if (r.map && r.lane === "map") parts.push(r.map);
    return parts.join(" ");
  }

  function lineFor({ record: r, run }, isNow, repeats) {
    const tr = element("tr", `${r.severity}${isNow ? " now" : ""}${view.state.found && view.state.found.has(r) ? " hit" : ""}`);
    tr.append(element("td", "number", r.at === view.state.mark ? "0" : format.offset(r.at - view.state.mark)));
    const time = element("td", "number", format.time(r.at, places()));
    if (r.error_us) time.title = `accurate to ${format.duration(r.error_us)}`;
    tr.append(time);
    const lane = element("td");
    const name = element("span", "lane", model.laneTitles[r.lane] || r.lane);
    name.style.setProperty("--lane", `var(--${r.lane})`);
    lane.append(name);
    tr.append(lane);
    const what = element("td", "what");
    if (model.isState(r)) {
      const state = element("span", "state", r.state);
      state.style.setProperty("--band", `var(--band-${r.kind === "groups" ? "other" : model.tone(r.lane, r.state, r.map)})`);
      const subject = place(r);
      if (subject) what.append(subject + " ");
      what.append(state);
      // The state is derived from the line above.
      if (r.text && !repeats) what.append(element("span", "same", " " + r.text));
    } else if (run && run.length > 1) {
      const took = run.map((io) => io.duration_us);
      what.append(`${format.count(run.length, "I/O", "I/Os")} completed, each in ${format.duration(took.reduce((a, b) => Math.min(a, b)))} to ${format.duration(took.reduce((a, b) => Math.max(a, b)))}`);
    } else {
      what.append(model.textOf(r));
    }
    tr.append(what);
    tr.tabIndex = 0;
    const go = () => { mark(r.at); view.centre(r.at); };
    tr.addEventListener("click", () => { if (!String(getSelection())) go(); });
    tr.addEventListener("keydown", (event) => { if (event.key === "Enter") go(); });
    return tr;
  }

  function render() {
    const at = view.state.mark;
    body.replaceChildren();
    title.replaceChildren();
    if (at === null) {
      title.append(element("span", "", "Click a moment above to list the records around it."));
      return;
    }
    const wanted = (r) => view.isShown(r) && view.isFound(r);
    const records = model.records;
    const start = model.lowerBound(records, at);
    // Consecutive successful I/Os count as one line, so more records are examined, up to a limit.
    const before = [], after = [];
    const take = (from, step, into) => {
      let lines = 0, wasGood = false;
      for (let i = from, looked = 0; i >= 0 && i < records.length && lines < most && looked < 20000; i += step, ++looked) {
        const r = records[i];
        if (!wanted(r)) continue;
        const good = model.isIo(r) && r.severity === "info";
        if (!(good && wasGood)) ++lines;
        wasGood = good;
        into.push(r);
      }
    };
    take(start - 1, -1, before);
    take(start, 1, after);
    before.reverse();
    const lines = collapsed(before).concat(collapsed(after));
    const strong = element("b", "", format.time(at, places()) + (model.about.clock === "wall" ? "" : " s"));
    title.append("Around ", strong);
    title.append(element("span", "", ` \u00b7 ${format.count(lines.length, "line", "lines")}${view.state.found ? ", search results only" : ""}`));
    if (!lines.length) {
      const tr = element("tr"), td = element("td", "empty", view.state.found ? "No search result in the lanes shown." : "No record in the lanes shown.");
      td.colSpan = 4;
      tr.append(td);
      body.append(tr);
      return;
    }
    let now = null, last = null;
    for (const line of lines) {
      const isNow = Math.abs(line.record.at - at) < 0.5;
      const tr = lineFor(line, isNow, last && last.at === line.record.at && last.text === line.record.text);
      if (!model.isState(line.record)) last = line.record;
      if (!now && line.record.at >= at - 0.5) now = tr;
      body.append(tr);
    }
    const target = now || body.lastElementChild;
    list.scrollTop = Math.max(0, target.offsetTop - Math.min(70, list.clientHeight / 3));
  }

  function mark(at) {
    view.state.mark = at;
    render();
    view.changed();
  }
  return { mark, render };
})();
