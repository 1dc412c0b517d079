// Light or dark: as the device has it, unless somebody chose.

const CHOICE = "streamarr.theme";
export const THEMES = ["auto", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

export const theme = (): Theme => (localStorage.getItem(CHOICE) as Theme | null) ?? "auto";

export function chooseTheme(choice: Theme): void {
  localStorage.setItem(CHOICE, choice);
  wearTheme();
}

export function wearTheme(): void {
  document.documentElement.dataset.theme = theme();
}
