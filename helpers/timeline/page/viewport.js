/* The part of the timeline that is shown, and the mark, the search and the hidden lanes. */
const view = (() => {
  const gutter = 150, right = 14;
  const shortest = 20;  // duration in view, in microseconds
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
    // The centre stays within the timeline.
    const clamped = Math.min(Math.max(centre, full.from), full.to);
    state.from = clamped - length / 2;
    state.to = clamped + length / 2;
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
