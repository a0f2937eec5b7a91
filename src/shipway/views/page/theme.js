// Light or dark: as the system says, or as somebody has chosen on this page.

const NEXT = { auto: "light", light: "dark", dark: "auto" };
const KEY = "shipway-theme";

/** Make a button go through the three, and begin with the one that was chosen last. */
export function themeButton(button) {
  let theme = read();
  const apply = () => {
    document.documentElement.dataset.theme = theme;
    button.textContent = `Theme: ${theme}`;
  };
  button.addEventListener("click", () => {
    theme = NEXT[theme];
    apply();
    keep(theme);
  });
  apply();
}

// A browser may forbid a page from a file to keep anything.
function read() {
  try {
    const theme = localStorage.getItem(KEY);
    return Object.hasOwn(NEXT, theme ?? "") ? theme : "auto";
  } catch {
    return "auto";
  }
}

function keep(theme) {
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // Then the choice ends with the page.
  }
}
