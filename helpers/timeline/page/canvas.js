/* Returns a colour by its name in the style sheet. */
const colour = (() => {
  let style = getComputedStyle(document.documentElement);
  let known = new Map();
  const get = (name) => {
    let value = known.get(name);
    if (!value) known.set(name, value = style.getPropertyValue("--" + name).trim());
    return value;
  };
  get.refresh = () => { style = getComputedStyle(document.documentElement); known = new Map(); };
  return get;
})();

/* Sizes and clears a canvas. `width` and `height` are CSS pixels; drawing is sharp on any screen. */
function prepare(canvas, width, height) {
  const ratio = window.devicePixelRatio || 1;
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    canvas.style.height = height + "px";
  }
  const g = canvas.getContext("2d");
  g.setTransform(ratio, 0, 0, ratio, 0, 0);
  g.clearRect(0, 0, width, height);
  return g;
}
