// The texts in the reader's language. English comes with the site; other languages are fetched on demand.

import { en } from "./en";

export type Texts = typeof en;

const OTHERS: Record<string, () => Promise<Texts>> = {
  de: async () => (await import("./de")).de,
};
const CHOICE = "streamarr.language";

export const LANGUAGES: Record<string, string> = { en: "English", de: "Deutsch" };

export let t: Texts = en;
let language = "en";

export const getLanguage = (): string => language;

/** The language with the reader's region, for Intl. English without a region has days before months. */
export function getLocale(): string {
  const preferred = globalThis.navigator?.languages ?? [];
  return preferred.find((tag) => tag.split("-")[0] === language) ?? (language === "en" ? "en-GB" : language);
}

/** Takes effect when the site is loaded again. */
export function chooseLanguage(choice: string): void {
  localStorage.setItem(CHOICE, choice);
}

/** The language chosen in My account, or the browser's first that has texts. */
export async function loadTexts(): Promise<void> {
  const preferred = [localStorage.getItem(CHOICE), ...navigator.languages.map((tag) => tag.split("-")[0])];
  language = preferred.find((tag): tag is string => Boolean(tag && tag in LANGUAGES)) ?? "en";
  document.documentElement.lang = language;
  const texts = await OTHERS[language]?.();
  if (texts) t = texts;
}
