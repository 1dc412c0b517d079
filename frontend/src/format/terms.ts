// What an invite grants, in one sentence; the form for a new invite shows it while it is filled in.

import type { Features, Library, RestrictionsChange, Term, Unit } from "../api/types";
import { getLocale, t } from "../texts";
import { addPeriod, formatDay } from "./times";

export interface InviteTerms {
  /** How many people may redeem it; null is any number. */
  limit: number | null;
  /** How long it is valid, or until when; null is without an end. */
  expires: { value: number; unit: Unit } | string | null;
  libraries: "default" | "all" | string[];
  features: Partial<Features>;
  restrictions?: RestrictionsChange;
  accessFor?: Term;
}

/** "3 people, until 12 March, Movies and TV Shows, downloads" */
export function describeTerms(
  { limit, expires, libraries, features, restrictions, accessFor }: InviteTerms,
  known: Library[],
  now: Date,
): string {
  const parts = [
    describeLimit(limit),
    describeExpiry(expires, now),
    describeLibraries(libraries, known),
    ...describeFeatures(features),
    describeHidden(restrictions),
    describeAccessFor(accessFor ?? null, now),
  ];
  return parts.filter(Boolean).join(", ");
}

function describeLimit(limit: number | null): string {
  return limit === null ? t.terms.anyNumber : t.terms.people(limit);
}

/** Empty while the period is not yet a number. */
function describeExpiry(expires: InviteTerms["expires"], now: Date): string {
  if (expires === null) return t.terms.withoutEnd;
  const end = typeof expires === "string" ? new Date(expires) : addPeriod(now, expires.value, expires.unit);
  return Number.isNaN(end.getTime()) ? "" : t.terms.until(formatDay(end, now));
}

function describeLibraries(chosen: InviteTerms["libraries"], known: Library[]): string {
  if (chosen === "default") return t.terms.defaultLibraries;
  if (chosen === "all") return t.terms.allLibraries;
  const titles = chosen.map((id) => known.find((library) => library.id === id)?.title ?? id);
  return titles.length ? formatList(titles) : t.terms.noLibraries;
}

function describeFeatures(features: Partial<Features>): string[] {
  const names = ["downloads", "live_tv", "plex_home"] as const;
  return names.filter((name) => features[name]).map((name) => t.terms.features[name]);
}

/** "access for 3 months", "access until 31 March"; empty where it is for ever, or not typed yet. */
function describeAccessFor(term: Term, now: Date): string {
  if (term?.until) return t.terms.accessUntil(formatDay(new Date(`${term.until}T12:00:00`), now));
  return term?.value && term.unit ? t.terms.accessFor(term.value, term.unit) : "";
}

function describeHidden(restrictions: InviteTerms["restrictions"]): string {
  const said = describeRestrictions(restrictions ?? null);
  return said && t.terms.only(said);
}

const KINDS = ["movies", "shows", "music"] as const;

/** "Films: G, PG; Music: Kids"; empty where nothing is hidden. */
export function describeRestrictions(restrictions: RestrictionsChange): string {
  const said = KINDS.flatMap((kind) => {
    const words = [...(restrictions?.[kind]?.content_ratings ?? []), ...(restrictions?.[kind]?.labels ?? [])];
    return words.length > 0 ? [`${t.access.kinds[kind]}: ${words.join(", ")}`] : [];
  });
  return said.join("; ");
}

/** Without the blanks and the empty words that typing leaves; null where nothing is left. */
export function tidyRestrictions(typed: RestrictionsChange): RestrictionsChange {
  const tidy = (words: string[] | undefined) => (words ?? []).map((word) => word.trim()).filter(Boolean);
  const tidied = KINDS.map((kind) => [
    kind,
    { content_ratings: tidy(typed?.[kind]?.content_ratings), labels: tidy(typed?.[kind]?.labels) },
  ]);
  return describeRestrictions(Object.fromEntries(tidied)) ? Object.fromEntries(tidied) : null;
}

/** "Movies, Music and TV Shows" */
export function formatList(words: string[]): string {
  return new Intl.ListFormat(getLocale(), { type: "conjunction" }).format(words);
}
