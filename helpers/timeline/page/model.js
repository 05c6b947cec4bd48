/* The records, and the rows that show them. Times are microseconds from `model.origin`. */
const model = (() => {
  const about = JSON.parse(document.getElementById("about").textContent);
  const lines = document.getElementById("records").textContent.trim();
  // JSON escapes newlines, so each one ends a record.
  const records = lines ? JSON.parse("[" + lines.replaceAll("\n", ",") + "]") : [];
  const laneNames = ["case", "fault", "path", "map", "multipathd", "kernel", "qemu", "guest"];
  const laneTitles = {
    case: about.clock === "wall" ? "Logs" : "Case", fault: "Faults", path: "Paths", map: "Maps",
    multipathd: "multipathd", kernel: "Kernel", qemu: "QEMU", guest: "Guest",
  };

  let origin = Infinity, end = -Infinity;
  for (const record of records) {
    if (record.time_us < origin) origin = record.time_us;
    const last = record.time_us + (record.duration_us || 0);
    if (last > end) end = last;
  }
  if (!records.length) origin = end = 0;
  // Relative times: a double cannot hold fractions of a microsecond since 1970.
  records.forEach((record, i) => {
    record.at = record.time_us - origin;
    record.severity = record.severity || "info";
    record.index = i;
  });
  // The sort is stable: records of the same time stay in the order of their log.
  records.sort((a, b) => a.at - b.at);

  const isState = (r) => r.state !== undefined && (r.kind === "state" || r.kind === "groups");
  const isIo = (r) => r.kind === "io" && r.lane === "guest" && r.duration_us !== undefined;
  const isProblem = (r) => r.severity !== "info";

  /* Whether a record reports a change: a state is derived from it, or a disk appears or disappears. */
  const changes = new Set();
  for (const r of records) if (isState(r)) changes.add(r.at + "\n" + r.text);
  const isChange = (r) => r.severity === "error" || !["line", "uevent"].includes(r.kind) ||
                       (r.kind === "line" ? r.map !== undefined || changes.has(r.at + "\n" + r.text)
                                          : r.device !== undefined);

  const rows = [];
  const byKey = new Map();
  function row(lane, key, make) {
    const id = lane + "\n" + key;
    let found = byKey.get(id);
    if (!found) {
      found = Object.assign({ lane, key, records: [], bands: null }, make());
      byKey.set(id, found);
      rows.push(found);
    }
    return found;
  }
  const io = [];
  const counts = {};
  const mostPaths = new Map(), pathsOf = new Map();
  for (const r of records) {
    counts[r.lane] = (counts[r.lane] || 0) + 1;
    if (isIo(r)) { io.push(r); continue; }
    if (r.path && r.map) {
      if (!pathsOf.has(r.map)) pathsOf.set(r.map, new Set());
      pathsOf.get(r.map).add(r.path);
    }
    if (r.lane === "path") {
      const found = row("path", r.path || "", () => ({ title: r.path || "paths", sub: "", bands: [] }));
      if (r.device && r.device !== r.path) found.sub = r.device;
      found.records.push(r);
    } else if (r.lane === "map") {
      const groups = r.kind === "groups";
      row("map", (r.map || "") + (groups ? "\n groups" : ""),
          () => ({ title: r.map || "maps", sub: groups ? "groups" : "", groups, bands: [] })).records.push(r);
      const count = /^(\d+) paths?$/.exec(r.state || "");
      if (count) mostPaths.set(r.map, Math.max(mostPaths.get(r.map) || 0, +count[1]));
    } else {
      row(r.lane, "", () => ({ title: laneTitles[r.lane] || r.lane, sub: "" })).records.push(r);
    }
  }

  /* Returns the tone, and so the colour of the band, of a state. */
  function tone(lane, state, map) {
    if (lane === "path") {
      if (state === "active" || state === "ready" || state === "running") return "good";
      if (/fail|offline|faulty|error/.test(state)) return "bad";
      if (/removed|deleted|gone/.test(state)) return "gone";
      return "other";
    }
    if (state === "removed") return "gone";
    if (/no path|fail/.test(state)) return "bad";
    if (/queue|held|paused/.test(state)) return "less";
    const count = /^(\d+) paths?$/.exec(state);
    if (count) {
      const seen = pathsOf.has(map) ? pathsOf.get(map).size : 0;
      return +count[1] < Math.max(mostPaths.get(map) || 0, seen) ? "less" : "good";
    }
    return state === "running" || state === "normal" ? "good" : "other";
  }

  const span = end - origin;
  for (const found of rows) {
    if (!found.bands) continue;
    for (const r of found.records) {
      if (!isState(r)) continue;
      const bands = found.bands;
      const before = bands[bands.length - 1];
      if (before && before.open) before.to = r.at;
      bands.push({ from: r.at, to: r.duration_us === undefined ? span : r.at + r.duration_us,
                   open: r.duration_us === undefined, state: r.state, record: r,
                   tone: r.kind === "groups" ? "other" : tone(r.lane, r.state, r.map) });
    }
    // The log implies that a path was in use before it failed or was removed.
    const first = found.bands[0];
    if (found.lane === "path" && first && (first.tone === "bad" || first.tone === "gone")) {
      found.bands.unshift({ from: null, to: first.from, state: "in use before", tone: "good",
                            implied: true, record: first.record });
    }
  }
  const natural = new Intl.Collator("en", { numeric: true }).compare;
  rows.sort((a, b) => laneNames.indexOf(a.lane) - laneNames.indexOf(b.lane) || natural(a.key, b.key));

  /* Returns the first index with a time not before `time`. */
  function lowerBound(list, time) {
    let low = 0, high = list.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (list[middle].at < time) low = middle + 1; else high = middle;
    }
    return low;
  }

  const device = new Map();
  for (const r of records) if (r.path && r.device && r.path !== r.device) device.set(r.path, r.device);

  function textOf(r) {
    if (isIo(r)) {
      const what = `I/O${r.sequence === undefined ? "" : " #" + r.sequence}` +
                   (r.block === undefined ? "" : ` of block ${r.block}`);
      const outcome = r.errno ? `: ${r.text || "errno " + r.errno}` : "";
      return `${what}${outcome} after ${format.duration(r.duration_us)}`;
    }
    return r.text || r.kind || "";
  }
  const searchable = (r) => [textOf(r), r.kind, r.state, r.path, r.device, r.map].join(" ").toLowerCase();

  return { about, records, rows, io, counts, laneNames, laneTitles, origin, span, lowerBound, isState,
           isIo, isChange, isProblem, tone, device, textOf, searchable };
})();
