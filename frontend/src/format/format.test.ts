import { beforeEach, describe, expect, it, vi } from "vitest";

import type { Library } from "../api/types";
import { de } from "../texts/de";
import { en } from "../texts/en";
import { describeTerms, type InviteTerms, tidyRestrictions } from "./terms";
import { addPeriod, formatRelative, fromInputValue, getStartOfDay, toInputValue } from "./times";

const NOW = new Date("2027-02-26T12:00:00Z");
const LIBRARIES: Library[] = [
  { id: "1", key: "1", title: "Movies", type: "movie", enabled: true },
  { id: "2", key: "2", title: "TV Shows", type: "show", enabled: true },
];

function describeInvite(terms: Partial<InviteTerms>): string {
  return describeTerms({ limit: 1, expires: null, libraries: "default", features: {}, ...terms }, LIBRARIES, NOW);
}

describe("the sentence of what an invite grants", () => {
  it("says everything that the invite gives", () => {
    const terms: InviteTerms = {
      limit: 3,
      expires: { value: 2, unit: "weeks" },
      libraries: ["1", "2"],
      features: { downloads: true },
    };
    expect(describeInvite(terms)).toBe("3 people, until 12 March, Movies and TV Shows, downloads");
  });
  it("describes a plain invite", () =>
    expect(describeInvite({})).toBe("1 person, without an end, the default libraries"));
  it("describes an invite without a limit", () =>
    expect(describeInvite({ limit: null, libraries: "all" })).toBe(
      "any number of people, without an end, all libraries",
    ));
  it("says when no library is chosen yet", () => expect(describeInvite({ libraries: [] })).toContain("no library yet"));
  it("names the year unless it is the current one", () =>
    expect(describeInvite({ expires: "2028-01-05T12:00:00Z" })).toContain("until 5 January 2028"));
  it("leaves out a period that is not typed yet", () =>
    expect(describeInvite({ expires: { value: Number("x"), unit: "days" } })).toBe("1 person, the default libraries"));
});

describe("what is hidden", () => {
  const kids = { movies: { content_ratings: ["G", "PG"], labels: ["Kids"] } };
  it("is said at the end", () =>
    expect(describeInvite({ restrictions: kids })).toBe(
      "1 person, without an end, the default libraries, only Films: G, PG, Kids",
    ));
  it("is sent without the blanks that typing leaves", () =>
    expect(tidyRestrictions({ music: { content_ratings: [], labels: [" Loud", "", "Live "] } })?.music).toEqual({
      content_ratings: [],
      labels: ["Loud", "Live"],
    }));
  it("is nothing where no word is left", () => {
    expect(tidyRestrictions({ shows: { content_ratings: [" "], labels: [] } })).toBeNull();
    expect(tidyRestrictions(null)).toBeNull();
  });
});

describe("the end of an invite", () => {
  it.each([
    ["2027-01-31T10:00:00Z", 1, "months", "2027-02-28T10:00:00.000Z"],
    ["2028-01-31T10:00:00Z", 1, "months", "2028-02-29T10:00:00.000Z"],
    ["2027-11-30T10:00:00Z", 3, "months", "2028-02-29T10:00:00.000Z"],
    ["2027-03-01T10:00:00Z", 2, "weeks", "2027-03-15T10:00:00.000Z"],
    ["2027-12-31T23:00:00Z", 1, "days", "2028-01-01T23:00:00.000Z"],
  ] as const)("%s and %i %s is %s", (from, value, unit, end) => {
    expect(addPeriod(new Date(from), value, unit).toISOString()).toBe(end);
  });
});

describe("relative times", () => {
  it.each([
    ["2027-02-26T12:00:20Z", "now"],
    ["2027-02-26T12:05:00Z", "in 5 minutes"],
    ["2027-02-25T12:00:00Z", "yesterday"],
    ["2027-02-27T12:00:00Z", "tomorrow"],
    ["2027-03-12T12:00:00Z", "in 2 weeks"],
    ["2025-02-26T12:00:00Z", "2 years ago"],
  ])("%s is %s", (time, text) => expect(formatRelative(time, NOW)).toBe(text));
});

describe("a date field", () => {
  beforeEach(() => vi.stubEnv("TZ", "Europe/Berlin"));
  it("gives back the time that it was given", () =>
    expect(fromInputValue(toInputValue("2027-07-01T10:30:00.000Z"))).toBe("2027-07-01T10:30:00.000Z"));
  it("is null when empty", () => expect(fromInputValue("")).toBeNull());
  it("begins a day in the reader's time zone, also where summer time begins", () => {
    expect(getStartOfDay("2027-03-28")).toBe("2027-03-27T23:00:00.000Z");
    expect(getStartOfDay("2027-03-28", 1)).toBe("2027-03-28T22:00:00.000Z");
  });
});

describe("languages", () => {
  const kinds = (texts: object): unknown =>
    Object.fromEntries(
      Object.entries(texts).map(([name, text]) => [name, typeof text === "object" ? kinds(text) : typeof text]),
    );
  it("say the same things", () => {
    expect(kinds(de)).toEqual(kinds(en));
  });
});

describe("a number that is not counted further", () => {
  it("says that there may be more", () => {
    expect(en.overview.users(4999, 5000)).toBe("4,999 people have an account");
    expect(en.overview.users(5000, 5000)).toBe("5,000+ people have an account");
    expect(de.overview.waiting(5000, 5000)).toBe("5.000+ Einlösungen brauchen einen Blick");
    expect(de.overview.users(1, 5000)).toBe("1 Person hat ein Konto");
  });
});
