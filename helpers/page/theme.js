/* Light or dark: as the system has it, unless chosen. For paper: apply(true). */
const theme = (() => {
  const button = document.getElementById("theme");
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const names = ["auto", "light", "dark"];
  const listeners = [];
  let chosen = "auto";
  try { chosen = localStorage.getItem("dualpath-theme") || "auto"; } catch { /* not for a file */ }
  function apply(printing = false) {
    const now = printing ? "light" : chosen === "auto" ? (dark.matches ? "dark" : "light") : chosen;
    document.documentElement.dataset.theme = now;
    button.textContent = { auto: "\u25d0 auto", light: "\u2600 light", dark: "\u263e dark" }[chosen];
    for (const listener of listeners) listener();
  }
  function next() {
    chosen = names[(names.indexOf(chosen) + 1) % names.length];
    try { localStorage.setItem("dualpath-theme", chosen); } catch { /* not for a file */ }
    apply();
  }
  button.addEventListener("click", next);
  dark.addEventListener("change", () => apply());
  return { apply, next, onChange: (listener) => listeners.push(listener) };
})();
