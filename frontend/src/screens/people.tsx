// All people with an account.

import { useEffect, useState } from "preact/hooks";

import { addQuery, ask } from "../api/client";
import * as limits from "../api/limits";
import type { ListedUser, Page } from "../api/types";
import { useAction } from "../app/action";
import { useLoad } from "../app/loading";
import { useMe } from "../app/me";
import { go, Link } from "../app/routing";
import { PAUSE_IN_TYPING } from "../app/searching";
import { formatDay, formatRelative } from "../format/times";
import { Avatar } from "../parts/avatars";
import { Field, Select } from "../parts/fields";
import { Empty, Problem, Show } from "../parts/notices";
import { RelativeTime } from "../parts/relative-time";
import { Title } from "../parts/title";
import { t } from "../texts";

type UserPage = Page<"users", ListedUser>;

/** Which accounts are listed, in which order, by the name that the address of this screen has for it. */
const LISTS = {
  "": {},
  soon: { ends: "soon" },
  ends: { ends: "any" },
  closed: { state: "closed" },
};

export function People({ query }: { query: URLSearchParams }) {
  const list = readList(query.get("state"));
  const q = query.get("q") ?? "";
  const path = addQuery("/users", { ...LISTS[list], q });
  const first = useLoad<UserPage>(path);
  const [older, setOlder] = useState<UserPage[]>([]);
  const action = useAction();
  useEffect(() => setOlder([]), [path, first.data]);
  const pages = first.data ? [first.data, ...older] : [];
  const users = pages.flatMap((page) => page.users);
  const next = pages.at(-1)?.next;
  const more = () =>
    void action.run(async () => {
      const page = await ask<UserPage>(
        "GET",
        `${path}${path.includes("?") ? "&" : "?"}cursor=${encodeURIComponent(next ?? "")}`,
      );
      setOlder((before) => [...before, page]);
    });
  return (
    <>
      <Title>{t.people.title}</Title>
      <p>
        <Link href="/people/on-plex">{t.onPlex.title}</Link>
      </p>
      <Filter list={list} q={q} />
      <Show what={first}>{() => (users.length ? <Table users={users} /> : <NoPeople list={list} q={q} />)}</Show>
      {next && (
        <button type="button" class="more" aria-disabled={action.busy} onClick={more}>
          {t.general.more}
        </button>
      )}
      <Problem error={action.problem} retry={more} />
    </>
  );
}

function readList(text: string | null): keyof typeof LISTS {
  return text && text in LISTS ? (text as keyof typeof LISTS) : "";
}

function NoPeople({ list, q }: FilterProperties) {
  if (!q && (list === "soon" || list === "ends")) return <Empty title={t.people.nobodyEnds[list]} />;
  return (
    <Empty title={t.people.empty}>
      <p>{q ? t.invites.nothing : t.people.emptyNote}</p>
    </Empty>
  );
}

interface FilterProperties {
  list: keyof typeof LISTS;
  q: string;
}

function Filter({ list, q }: FilterProperties) {
  const [text, setText] = useState(q);
  useEffect(() => {
    if (text === q) return;
    const timer = setTimeout(
      () => go(addQuery("/people", { state: list, q: text }), { replace: true }),
      PAUSE_IN_TYPING,
    );
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <search>
      <form class="filters" onSubmit={(event) => event.preventDefault()}>
        <div class="row">
          <Field label={t.people.search} type="search" value={text} onValue={setText} {...limits.listUsers.q} />
          <Select
            label={t.people.which}
            value={list}
            onValue={(list) => go(addQuery("/people", { state: list, q }), { replace: true })}
          >
            <option value="">{t.people.active}</option>
            <option value="soon">{t.people.endingSoon}</option>
            <option value="ends">{t.people.byEnd}</option>
            <option value="closed">{t.people.closed}</option>
          </Select>
        </div>
      </form>
    </search>
  );
}

function Table({ users }: { users: ListedUser[] }) {
  const headings = [
    t.people.name,
    t.people.access,
    t.people.permissions,
    t.people.quota,
    t.people.trial,
    t.people.invitedBy,
    t.people.joined,
  ];
  return (
    <table class="list people" role="table">
      <thead role="rowgroup">
        <tr role="row">
          {headings.map((heading) => (
            <th role="columnheader" scope="col" key={heading}>
              {heading}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup">
        {users.map((user) => (
          <Row key={user.id} user={user} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ user }: { user: ListedUser }) {
  const me = useMe();
  return (
    <tr role="row">
      <td role="cell" class="what">
        <span class="person">
          <Avatar name={user.name} />
          <span>
            <Link href={`/people/${user.id}`}>{user.name}</Link>
            {user.id === me.user.id && <span class="quiet"> ({t.people.you})</span>}
            {user.kind === "local" && <span class="quiet"> ({t.people.local})</span>}
            <span class="quiet note">{user.email}</span>
          </span>
        </span>
      </td>
      <td role="cell" data-label={t.people.access}>
        {describeAccess(user)}
      </td>
      <td role="cell" data-label={t.people.permissions}>
        {user.permissions.includes("admin")
          ? t.permissions.admin
          : user.permissions.map((each) => t.permissions[each]).join(", ")}
      </td>
      <td role="cell" data-label={t.people.quota}>
        {describeQuota(user)}
      </td>
      <td role="cell" data-label={t.people.trial}>
        {user.trial_ends_at && new Date(user.trial_ends_at) > new Date()
          ? formatRelative(user.trial_ends_at, new Date())
          : "–"}
      </td>
      <td role="cell" data-label={t.people.invitedBy}>
        {user.invited_by?.name ?? "–"}
      </td>
      <td role="cell" data-label={t.people.joined}>
        <RelativeTime at={user.created_at} />
      </td>
    </tr>
  );
}

/** "Ends soon: 12 March", "Until 12 March", "Suspended"; a dash where there never was any. */
function describeAccess({ access }: ListedUser): string {
  if (!access) return "–";
  const { state, ends_at } = access;
  if (!ends_at || state === "ended" || state === "closed" || state === "failed") return t.members.states[state];
  return t.membership.ends[state](formatDay(new Date(ends_at), new Date()));
}

function describeQuota({ quota }: ListedUser): string {
  if (!quota) return t.people.byDefault;
  if (quota.limit === null) return t.general.unlimited;
  return quota.days === null ? String(quota.limit) : `${quota.limit} ${t.account.per(quota.days)}`;
}
