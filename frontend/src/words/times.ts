// Moments in words: relative at a glance, exact on demand.

import { getLocale } from "../texts";

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 365 * 86_400],
  ["month", 30 * 86_400],
  ["week", 7 * 86_400],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

/** "in 3 days", "2 hours ago", "now": the largest unit that fits. */
export function relative(moment: string, now: Date, speech = getLocale()): string {
  const seconds = Math.round((Date.parse(moment) - now.getTime()) / 1000);
  const [unit, size] = STEPS.find(([, size]) => Math.abs(seconds) >= size) ?? ["second", 1];
  const count = unit === "second" ? 0 : Math.trunc(seconds / size);
  return new Intl.RelativeTimeFormat(speech, { numeric: "auto" }).format(count, unit);
}

/** "12 March 2027 at 14:30", in the reader's own time zone. */
export function exact(moment: string, speech = getLocale()): string {
  return new Date(moment).toLocaleString(speech, { dateStyle: "long", timeStyle: "short" });
}

/** "12 March", with the year where it is another one. */
export function day(date: Date, now: Date, speech = getLocale()): string {
  const year = date.getFullYear() === now.getFullYear() ? {} : ({ year: "numeric" } as const);
  return date.toLocaleDateString(speech, { day: "numeric", month: "long", ...year });
}

/** The API's rule for an invite's end: a calendar month keeps the day, or takes the target month's last one. */
export function later(from: Date, value: number, unit: "days" | "weeks" | "months"): Date {
  const end = new Date(from);
  if (unit !== "months") {
    end.setUTCDate(end.getUTCDate() + value * (unit === "weeks" ? 7 : 1));
    return end;
  }
  end.setUTCDate(1);
  end.setUTCMonth(end.getUTCMonth() + value);
  const lastDay = new Date(Date.UTC(end.getUTCFullYear(), end.getUTCMonth() + 1, 0)).getUTCDate();
  end.setUTCDate(Math.min(from.getUTCDate(), lastDay));
  return end;
}

/** For `<input type="datetime-local">`, which knows no time zones: the reader's own time. */
export function forInput(moment: string | null): string {
  if (!moment) return "";
  const date = new Date(moment);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** The other way round; null for an empty field. */
export const fromInput = (text: string): string | null => (text ? new Date(text).toISOString() : null);

/** The first moment of a day in the reader's time zone, or of the one `days` after it. */
export function startOf(date: string, days = 0): string {
  const [year = 0, month = 1, dayOfMonth = 1] = date.split("-").map(Number);
  return new Date(year, month - 1, dayOfMonth + days).toISOString();
}
