// What an invite will grant, in one sentence that changes while it is being drawn up.

import type { Features, Library, Unit } from "../api/types";
import { getLocale, t } from "../texts";
import { day, later } from "./times";

export interface Wish {
  limit: number | null;
  /** How long it is valid, an exact end, or null for ever. */
  expires: { value: number; unit: Unit } | string | null;
  libraries: "default" | "all" | string[];
  features: Partial<Features>;
}

/** "3 people, until 12 March, Movies and TV Shows, downloads" */
export function sentence(wish: Wish, libraries: Library[], now: Date): string {
  return [people(wish.limit), until(wish.expires, now), which(wish.libraries, libraries), ...also(wish.features)]
    .filter(Boolean)
    .join(", ");
}

export function people(limit: number | null): string {
  return limit === null ? t.sentence.anybody : t.sentence.people(limit);
}

export function which(chosen: Wish["libraries"], libraries: Library[]): string {
  if (chosen === "default") return t.sentence.defaultLibraries;
  if (chosen === "all") return t.sentence.allLibraries;
  const titles = chosen.map((id) => libraries.find((library) => library.id === id)?.title ?? id);
  return titles.length ? listed(titles) : t.sentence.noLibraries;
}

export function listed(words: string[]): string {
  return new Intl.ListFormat(getLocale(), { type: "conjunction" }).format(words);
}

function until(expires: Wish["expires"], now: Date): string {
  if (expires === null) return t.sentence.forEver;
  const end = typeof expires === "string" ? new Date(expires) : later(now, expires.value, expires.unit);
  return Number.isNaN(end.getTime()) ? "" : t.sentence.until(day(end, now));
}

function also(features: Partial<Features>): string[] {
  const names = ["downloads", "live_tv", "plex_home"] as const;
  return names.filter((name) => features[name]).map((name) => t.sentence.features[name]);
}
