/* Light or dark: the user's choice, else the system's theme. apply(true) before printing. */
const theme = (() => {
  const button = document.getElementById("theme");
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const names = ["auto", "light", "dark"];
  const listeners = [];
  let chosen = "auto";
  try { chosen = localStorage.getItem("dualpath-theme") || "auto"; } catch { /* no storage for a file: URL */ }
  function apply(printing = false) {
    const now = printing ? "light" : chosen === "auto" ? (dark.matches ? "dark" : "light") : chosen;
    document.documentElement.dataset.theme = now;
    button.textContent = { auto: "\u25d0 auto", light: "\u2600 light", dark: "\u263e dark" }[chosen];
    for (const listener of listeners) listener();
  }
  function next() {
    chosen = names[(names.indexOf(chosen) + 1) % names.length];
    try { localStorage.setItem("dualpath-theme", chosen); } catch { /* no storage for a file: URL */ }
    apply();
  }
  button.addEventListener("click", next);
  dark.addEventListener("change", () => apply());
  return { apply, next, onChange: (listener) => listeners.push(listener) };
})();
