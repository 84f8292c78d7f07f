// Paper is white: a dark page is printed as a light one.

/** Let a page wear light where it is printed, drawn before the browser looks; `wear(theme)` draws all of it. */
export function listenToPaper(page, wear) {
  let before = null;
  const turn = (printing) => {
    if (printing && (before || page.theme !== "dark")) return;
    if (!printing && !before) return;
    const theme = printing ? "light" : before;
    before = printing ? page.theme : null;
    wear(theme);
  };
  window.addEventListener("beforeprint", () => turn(true));
  window.addEventListener("afterprint", () => turn(false));
  matchMedia("print").addEventListener("change", ({ matches }) => turn(matches));
}
