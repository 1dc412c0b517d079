// The invites that the reader may see. The filters are part of the address.

import { useEffect, useState } from "preact/hooks";

import { addQuery, ask } from "../api/client";
import * as limits from "../api/limits";
import type { Invite, Page, Person, Status } from "../api/types";
import { useAction } from "../app/action";
import { useLoad } from "../app/loading";
import { may, mayCreateInvites, maySeeAllInvites, useMe } from "../app/me";
import { go, Link } from "../app/routing";
import { PAUSE_IN_TYPING } from "../app/searching";
import { getStartOfDay } from "../format/times";
import { Avatars } from "../parts/avatars";
import { CopyButton } from "../parts/copy-button";
import { Confirm } from "../parts/dialogs";
import { Field, Select } from "../parts/fields";
import { InviteSign, Uses } from "../parts/invite-status";
import { Empty, Problem, Show } from "../parts/notices";
import { PersonField } from "../parts/person-field";
import { RelativeTime } from "../parts/relative-time";
import { focusHeading, Title } from "../parts/title";
import { announce } from "../parts/toasts";
import { t } from "../texts";

type InvitePage = Page<"invites", Invite>;

const FILTERS = ["status", "creator", "from", "to", "q"] as const;
type Filters = Record<(typeof FILTERS)[number], string>;
const STATUSES: Status[] = ["active", "redeemed", "expired", "inactive"];

export function Invites({ query }: { query: URLSearchParams }) {
  const me = useMe();
  const filters = Object.fromEntries(FILTERS.map((name) => [name, query.get(name) ?? ""])) as Filters;
  const filtered = FILTERS.some((name) => filters[name]);
  const list = useInviteList(filters);
  return (
    <>
      <Title>{t.invites.title}</Title>
      <FilterForm filters={filters} people={list.creators} />
      <Show what={list.first}>
        {() =>
          list.invites.length ? (
            <List invites={list.invites} onChanged={list.reload} />
          ) : filtered ? (
            <Empty title={t.invites.nothing}>
              <p>{t.invites.nothingNote}</p>
              <Link href="/invites" class="button">
                {t.invites.reset}
              </Link>
            </Empty>
          ) : (
            <Empty title={t.invites.empty}>
              <p>{t.invites.emptyNote}</p>
              {mayCreateInvites(me) && (
                <Link href="/invites/new" class="button main">
                  {t.nav.create}
                </Link>
              )}
            </Empty>
          )
        }
      </Show>
      {list.next && (
        <button type="button" class="more" aria-disabled={list.busy} onClick={list.more}>
          {t.general.more}
        </button>
      )}
      <Problem error={list.problem} retry={list.more} />
    </>
  );
}

/** The first page, and the older ones that were asked for. */
function useInviteList(filters: Filters) {
  const path = addQuery("/invites", {
    ...filters,
    from: filters.from && getStartOfDay(filters.from),
    to: filters.to && getStartOfDay(filters.to, 1),
  });
  const first = useLoad<InvitePage>(path);
  const [older, setOlder] = useState<InvitePage[]>([]);
  const action = useAction();
  useEffect(() => setOlder([]), [path, first.data]);

  const pages = first.data ? [first.data, ...older] : [];
  const next = pages.at(-1)?.next ?? null;
  const more = () =>
    void action.run(async () => {
      const page = await ask<InvitePage>(
        "GET",
        `${path}${path.includes("?") ? "&" : "?"}cursor=${encodeURIComponent(next ?? "")}`,
      );
      setOlder((before) => [...before, page]);
    });
  const invites = pages.flatMap((page) => page.invites);
  const creators = [...new Map(invites.map((invite) => [invite.created_by.id, invite.created_by])).values()];
  return { first, invites, creators, next, more, busy: action.busy, problem: action.problem, reload: first.reload };
}

function FilterForm({ filters, people }: { filters: Filters; people: Person[] }) {
  const me = useMe();
  const [text, setText] = useState(filters.q);
  const filter = (change: Partial<Filters>) =>
    go(addQuery("/invites", { ...filters, q: text, ...change }), { replace: true });

  useEffect(() => setText(filters.q), [filters.q]);
  useEffect(() => {
    if (text === filters.q) return;
    const timer = setTimeout(() => filter({ q: text }), PAUSE_IN_TYPING);
    return () => clearTimeout(timer);
  }, [text]);

  const filterCount = FILTERS.filter((name) => name !== "q" && filters[name]).length;
  return (
    <search>
      <form class="filters" onSubmit={(event) => event.preventDefault()}>
        <Field label={t.invites.search} type="search" value={text} onValue={setText} {...limits.listInvites.q} />
        <details open={filterCount > 0}>
          <summary>
            {t.invites.filter}
            {filterCount > 0 && ` (${filterCount})`}
          </summary>
          <div class="row">
            <Select label={t.invites.status} value={filters.status} onValue={(status) => filter({ status })}>
              <option value="">{t.general.all}</option>
              {STATUSES.map((status) => (
                <option key={status} value={status}>
                  {t.status[status]}
                </option>
              ))}
            </Select>
            {maySeeAllInvites(me) && (
              <PersonField
                label={t.invites.creator}
                empty={t.invites.anyone}
                value={filters.creator}
                onValue={(creator) => filter({ creator })}
                known={[me.user, ...people]}
                search={may(me, "manage_users")}
              />
            )}
            <Field
              label={t.invites.from}
              type="date"
              value={filters.from}
              max={filters.to}
              onValue={(from) => filter({ from })}
            />
            <Field
              label={t.invites.to}
              type="date"
              value={filters.to}
              min={filters.from}
              onValue={(to) => filter({ to })}
            />
          </div>
        </details>
      </form>
    </search>
  );
}

function List({ invites, onChanged }: { invites: Invite[]; onChanged: () => void }) {
  const [selected, setSelected] = useState<Set<string>>(new Set());
  const chosen = invites.filter((invite) => selected.has(invite.code));
  const select = (code: string, on: boolean) =>
    setSelected((before) => {
      const after = new Set(before);
      if (on) after.add(code);
      else after.delete(code);
      return after;
    });
  const all = chosen.length === invites.length;
  return (
    <>
      <table class="list" role="table">
        <thead role="rowgroup">
          <tr role="row">
            <th role="columnheader" scope="col">
              <label class="pick-all">
                <input
                  type="checkbox"
                  checked={all}
                  onChange={(event) =>
                    setSelected(new Set(event.currentTarget.checked ? invites.map((invite) => invite.code) : []))
                  }
                />
                <span>{t.invites.selectAll}</span>
              </label>
            </th>
            {[
              t.invites.code,
              t.invites.status,
              t.invites.uses,
              t.invites.expires,
              t.invites.creator,
              t.invites.redeemedBy,
            ].map((heading) => (
              <th role="columnheader" scope="col" key={heading}>
                {heading}
              </th>
            ))}
            <th role="columnheader" scope="col">
              <span class="unseen">{t.invites.copy}</span>
            </th>
          </tr>
        </thead>
        <tbody role="rowgroup">
          {invites.map((invite) => (
            <Row
              key={invite.code}
              invite={invite}
              selected={selected.has(invite.code)}
              onSelect={(on) => select(invite.code, on)}
            />
          ))}
        </tbody>
      </table>
      {chosen.length > 0 && (
        <BulkActions
          chosen={chosen}
          onDone={() => {
            setSelected(new Set());
            focusHeading();
            onChanged();
          }}
        />
      )}
    </>
  );
}

function Row({ invite, selected, onSelect }: { invite: Invite; selected: boolean; onSelect: (on: boolean) => void }) {
  const { code, note } = invite;
  return (
    <tr role="row" class={selected ? "selected" : ""}>
      <td role="cell" class="pick">
        <input
          type="checkbox"
          aria-label={t.invites.select(code)}
          checked={selected}
          onChange={(event) => onSelect(event.currentTarget.checked)}
        />
      </td>
      <td role="cell" class="what">
        <Link href={`/invites/${code}`} class="code">
          {code}
        </Link>
        {note && <span class="quiet note">{note}</span>}
      </td>
      <td role="cell" data-label={t.invites.status}>
        <InviteSign invite={invite} />
      </td>
      <td role="cell" data-label={t.invites.uses}>
        <Uses uses={invite.uses} limit={invite.usage_limit} />
      </td>
      <td role="cell" data-label={t.invites.expires}>
        <RelativeTime at={invite.expires_at} never={t.general.never} />
      </td>
      <td role="cell" data-label={t.invites.creator}>
        {invite.created_by.name}
      </td>
      <td role="cell" data-label={t.invites.redeemedBy}>
        <Avatars people={invite.redeemed_by} />
      </td>
      <td role="cell" class="act">
        <CopyButton link={invite.url} code={code} />
      </td>
    </tr>
  );
}

/** Sends one request for each invite. A refusal is shown, and does not stop the others. */
function BulkActions({ chosen, onDone }: { chosen: Invite[]; onDone: () => void }) {
  const [isAsking, setAsking] = useState(false);
  const [refusal, setRefusal] = useState<Error>();
  const action = useAction();

  const changeEach = (change: (code: string) => Promise<unknown>) =>
    void action.run(async () => {
      const outcomes = [];
      for (const { code } of chosen)
        outcomes.push(
          await change(code).then(
            () => null,
            (error: Error) => error,
          ),
        );
      const refused = outcomes.filter((outcome): outcome is Error => outcome !== null);
      setAsking(false);
      if (refused[0]) return setRefusal(new Error(t.invites.failedBulk(refused.length, refused[0].message)));
      announce(t.invites.doneBulk(chosen.length));
      onDone();
    });
  const toggle = (enabled: boolean) => changeEach((code) => ask("PATCH", `/invites/${code}`, { enabled }));

  return (
    <section class="bulk" aria-label={t.invites.selected(chosen.length)}>
      <strong>{t.invites.selected(chosen.length)}</strong>
      <button type="button" aria-disabled={action.busy} onClick={() => toggle(true)}>
        {t.invites.switchOn}
      </button>
      <button type="button" aria-disabled={action.busy} onClick={() => toggle(false)}>
        {t.invites.switchOff}
      </button>
      <button type="button" class="danger" aria-disabled={action.busy} onClick={() => setAsking(true)}>
        {t.invites.remove}
      </button>
      <Problem error={refusal} />
      {isAsking && (
        <Confirm
          title={t.invites.removeTitle(chosen.length)}
          note={t.invites.removeNote}
          action={t.invites.remove}
          busy={action.busy}
          onConfirm={() => changeEach((code) => ask("DELETE", `/invites/${code}`))}
          onClose={() => setAsking(false)}
        />
      )}
    </section>
  );
}
