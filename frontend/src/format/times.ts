// Times as people read them: relative at a glance, exact on demand.

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
export function formatRelative(time: string, now: Date): string {
  const seconds = Math.round((Date.parse(time) - now.getTime()) / 1000);
  const [unit, size] = STEPS.find(([, size]) => Math.abs(seconds) >= size) ?? ["second", 1];
  const count = unit === "second" ? 0 : Math.trunc(seconds / size);
  return new Intl.RelativeTimeFormat(getLocale(), { numeric: "auto" }).format(count, unit);
}

/** "12 March 2027 at 14:30", in the reader's time zone. */
export function formatExact(time: string): string {
  return new Date(time).toLocaleString(getLocale(), { dateStyle: "long", timeStyle: "short" });
}

/** "12 March", with the year unless it is the current one. */
export function formatDay(date: Date, now: Date): string {
  const year = date.getFullYear() === now.getFullYear() ? {} : ({ year: "numeric" } as const);
  return date.toLocaleDateString(getLocale(), { day: "numeric", month: "long", ...year });
}

/** The API's rule for an invite's end: a calendar month keeps the day, or takes the last day of the target month. */
export function addPeriod(from: Date, value: number, unit: "days" | "weeks" | "months"): Date {
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

/** The value of an `<input type="datetime-local">`, which has the reader's time zone; empty for null. */
export function toInputValue(time: string | null): string {
  if (!time) return "";
  const date = new Date(time);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** The reverse of `toInputValue`. */
export const fromInputValue = (text: string): string | null => (text ? new Date(text).toISOString() : null);

/** When a day begins in the reader's time zone, or when the one `days` after it begins. */
export function getStartOfDay(date: string, days = 0): string {
  const [year = 0, month = 1, dayOfMonth = 1] = date.split("-").map(Number);
  return new Date(year, month - 1, dayOfMonth + days).toISOString();
}
