/* Formats times and durations. */
const format = (() => {
  const second = 1e6;
  const steps = [];
  for (let step = 1; step < second; step *= 10) steps.push(step, 2 * step, 5 * step);
  for (const s of [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200,
                   86400, 172800, 604800, 1209600, 2592000, 7776000, 31536000]) steps.push(s * second);

  /* Returns a round step that divides `span` into about `count` parts. */
  function step(span, count) {
    const wanted = span / Math.max(1, count);
    return steps.find((s) => s >= wanted) || steps[steps.length - 1];
  }
  const digits = (s) => (s >= second ? 0 : Math.min(6, Math.ceil(-Math.log10(s / second) - 1e-9)));

  function pad(n, width = 2) { return String(n).padStart(width, "0"); }
  const isWall = () => model.about.clock === "wall";

  function date(at) {
    const d = new Date(Math.floor((model.origin + at) / 1000));
    return `${d.getUTCFullYear()}-${pad(d.getUTCMonth() + 1)}-${pad(d.getUTCDate())}`;
  }
  /* Formats a time relative to the origin: HH:MM:SS.fff on a wall clock, otherwise seconds since boot. */
  function time(at, places) {
    const us = model.origin + Math.round(at);
    if (!isWall()) return (us / second).toFixed(places);
    const whole = Math.floor(us / second);
    const d = new Date(whole * 1000);
    const fraction = places ? "." + pad(us - whole * second, 6).slice(0, places) : "";
    return `${pad(d.getUTCHours())}:${pad(d.getUTCMinutes())}:${pad(d.getUTCSeconds())}${fraction}`;
  }
  function duration(us) {
    const size = Math.abs(us);
    const sign = us < 0 ? "\u2212" : "";
    if (size < 1000) return `${sign}${Math.round(size)} \u00b5s`;
    if (size < second) return `${sign}${(size / 1000).toFixed(size < 1e5 ? 1 : 0)} ms`;
    if (size < 120 * second) return `${sign}${(size / second).toFixed(3)} s`;
    const s = Math.round(size / second);
    if (s < 2 * 86400) {
      return `${sign}${Math.floor(s / 3600) ? Math.floor(s / 3600) + " h " : ""}${Math.floor(s / 60) % 60} min ${s % 60} s`;
    }
    return `${sign}${(s / 86400).toFixed(1)} days`;
  }
  const offset = (us) => (us >= 0 ? "+" : "") + duration(us);

  /* Returns [{at, label}] for an axis from `from` to `to`. */
  function ticks(from, to, count) {
    const s = step(to - from, count);
    // Rounded to the clock, not to the first record.
    const first = Math.ceil((model.origin + from) / s) * s - model.origin;
    const result = [];
    let day = null;
    for (let at = first; at <= to; at += s) {
      let label = time(at, digits(s)) + (isWall() ? "" : " s");
      if (isWall()) {
        const today = date(at);
        if (s >= 86400 * second) label = today;
        else if (day !== null && today !== day) label = today.slice(5) + " " + label;
        day = today;
      }
      result.push({ at, label });
    }
    return result;
  }
  function count(n, one, many) { return `${n.toLocaleString("en")} ${n === 1 ? one : many}`; }
  return { date, time, duration, offset, ticks, count };
})();
