// Light or dark: as the device has it, unless the reader chose.

const CHOICE = "streamarr.theme";
export const THEMES = ["auto", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

export const getTheme = (): Theme => (localStorage.getItem(CHOICE) as Theme | null) ?? "auto";

export function chooseTheme(choice: Theme): void {
  localStorage.setItem(CHOICE, choice);
  applyTheme();
}

export function applyTheme(): void {
  document.documentElement.dataset.theme = getTheme();
}
