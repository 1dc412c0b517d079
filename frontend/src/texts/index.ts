// The texts in the language of the reader. English comes with the site, others are fetched when they are wanted.

import { en } from "./en";

export type Texts = typeof en;

const OTHERS: Record<string, () => Promise<Texts>> = {
  de: async () => (await import("./de")).de,
};
const CHOICE = "streamarr.language";

export const LANGUAGES: Record<string, string> = { en: "English", de: "Deutsch" };

export let t: Texts = en;
let spoken = "en";

/** The language in use, for Intl, as the reader's country writes it; otherwise English with days before months. */
export function language(): string {
  const wishes = globalThis.navigator?.languages ?? [];
  return wishes.find((tag) => tag.split("-")[0] === spoken) ?? (spoken === "en" ? "en-GB" : spoken);
}
export const chosenLanguage = (): string => spoken;

export function choose(speech: string): void {
  localStorage.setItem(CHOICE, speech);
}

/** The one chosen in My account, or the first of the browser's that there are texts for. */
export async function speak(): Promise<void> {
  const wishes = [localStorage.getItem(CHOICE), ...navigator.languages.map((tag) => tag.split("-")[0])];
  spoken = wishes.find((wish): wish is string => Boolean(wish && wish in LANGUAGES)) ?? "en";
  document.documentElement.lang = spoken;
  const fetched = await OTHERS[spoken]?.();
  if (fetched) t = fetched;
}
