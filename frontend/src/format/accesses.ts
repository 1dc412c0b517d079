// What a member should have and what Plex has, in words.

import type { Access } from "../api/types";
import { t } from "../texts";
import { describeRestrictions, formatList } from "./terms";

type Wanted = NonNullable<Access["wanted"]>;
type Observed = NonNullable<Access["observed"]>;

/** "Movies and TV Shows; Live TV; only Films: G" */
export function describeWanted({ libraries, features, restrictions }: Wanted): string {
  const names = (["downloads", "live_tv", "plex_home"] as const).filter((name) => features[name]);
  return join(
    libraries.map(({ title }) => title),
    names.map((name) => t.terms.features[name]),
    restrictions,
  );
}

export function describeObserved({ libraries, everything, downloads, live_tv, restrictions }: Observed): string {
  const names = [...(downloads ? ["downloads" as const] : []), ...(live_tv ? ["live_tv" as const] : [])];
  return join(
    everything ? [t.members.everything] : libraries.map(({ title }) => title),
    names.map((name) => t.terms.features[name]),
    restrictions,
  );
}

/** What restoring does on Plex: "Restoring shares Movies, and takes TV Shows away." */
export function describeChange({ wanted, observed }: Access): string {
  if (!wanted) return t.members.takesAll;
  const has = observed?.everything ? [] : (observed?.libraries ?? []);
  const missing = wanted.libraries.filter(({ id }) => !has.some((each) => each.id === id));
  const extra = has.filter(({ id }) => !wanted.libraries.some((each) => each.id === id));
  if (!observed) return t.members.invites(formatList(missing.map(({ title }) => title)));
  if (observed.everything) return t.members.narrows(formatList(wanted.libraries.map(({ title }) => title)));
  const does = [
    ...(missing.length ? [t.members.shares(formatList(missing.map(({ title }) => title)))] : []),
    ...(extra.length ? [t.members.takes(formatList(extra.map(({ title }) => title)))] : []),
  ];
  return does.length ? does.join(" ") : t.members.corrects;
}

function join(titles: string[], features: string[], restrictions: Wanted["restrictions"]): string {
  const hidden = describeRestrictions(restrictions);
  return [formatList(titles), ...features, ...(hidden ? [t.terms.only(hidden)] : [])].join("; ");
}
