// One person: what they may do, how many invites, their trial, and the door.

import { useState } from "preact/hooks";

import { ask } from "../api/client";
import * as limits from "../api/limits";
import type { Permission, User, UserInFull } from "../api/types";
import { useActing } from "../app/acting";
import { useEdited } from "../app/editing";
import { useLoad } from "../app/loading";
import { may, useMe } from "../app/me";
import { go } from "../app/routing";
import { Audit } from "../parts/audit";
import { Confirm } from "../parts/dialogs";
import { Choice, Field, Group } from "../parts/fields";
import { Problem, Show } from "../parts/notices";
import { Face, Moment, Title } from "../parts/small";
import { say } from "../parts/toasts";
import { t } from "../texts";
import { relative } from "../words/times";

export const PERMISSIONS: Permission[] = [
  "admin",
  "manage_users",
  "manage_invites",
  "view_invites",
  "create_invites",
  "advanced_invites",
  "streamarr",
];
const LONGER = 30;
const DAY = 86_400_000;

interface PartProperties {
  user: User;
  onChanged: () => void;
}

export function PersonScreen({ id }: { id: string }) {
  const user = useLoad<UserInFull>(`/users/${id}`);
  const [turn, setTurn] = useState(0);
  const changed = () => {
    say(t.general.saved);
    setTurn(turn + 1);
    user.reload();
  };
  return (
    <>
      <Title>{user.data?.name ?? t.people.title}</Title>
      <Show what={user}>
        {(user) => (
          <div class="person-screen">
            <About user={user} />
            {user.state === "active" ? (
              <>
                <Permissions user={user} onChanged={changed} />
                <QuotaPart user={user} onChanged={changed} />
                <TrialPart user={user} onChanged={changed} />
                <Remove user={user} />
              </>
            ) : (
              <p class="problem">{t.people.isClosed}</p>
            )}
            <Trail id={user.id} turn={turn} />
          </div>
        )}
      </Show>
    </>
  );
}

function Trail({ id, turn }: { id: string; turn: number }) {
  return may(useMe(), "admin") ? <Audit subject={`user#${id}`} mark={turn} /> : null;
}

function About({ user }: { user: User }) {
  return (
    <p class="person about">
      <Face name={user.name} />
      <span>
        {user.email ?? t.people.local}
        <span class="quiet note">
          {t.people.joined} <Moment at={user.created_at} />
          {user.invited_by && `, ${t.people.invitedBy} ${user.invited_by.name}`}
        </span>
      </span>
    </p>
  );
}

function Permissions({ user, onChanged }: PartProperties) {
  const me = useMe();
  const [chosen, setChosen] = useEdited(user.permissions);
  const acting = useActing();
  const save = (event: Event) => {
    event.preventDefault();
    void acting.run(async () => {
      await ask("PATCH", `/users/${user.id}`, { permissions: chosen });
      onChanged();
    });
  };
  const set = (permission: Permission, on: boolean) =>
    setChosen(PERMISSIONS.filter((each) => (each === permission ? on : chosen.includes(each))));
  return (
    <form class="card" onSubmit={save}>
      <Group legend={t.people.permissions} problem={acting.problemOf("permissions")}>
        {PERMISSIONS.map((each) => (
          <Choice
            key={each}
            label={t.permissions[each]}
            note={t.permissionNotes[each]}
            checked={chosen.includes(each)}
            disabled={!may(me, each) && !chosen.includes(each)}
            onValue={(on) => set(each, on)}
          />
        ))}
      </Group>
      {!acting.problemOf("permissions") && <Problem error={acting.problem} />}
      <button type="submit" aria-disabled={acting.busy}>
        {t.people.save}
      </button>
    </form>
  );
}

function QuotaPart({ user, onChanged }: PartProperties & { user: UserInFull }) {
  const [own, setOwn] = useEdited(user.quota !== null);
  const [limit, setLimit] = useEdited(String(user.quota?.limit ?? ""));
  const [days, setDays] = useEdited(String(user.quota?.days ?? ""));
  const acting = useActing();
  const save = (event: Event) => {
    event.preventDefault();
    const quota = own ? { limit: limit === "" ? null : Number(limit), days: days === "" ? null : Number(days) } : null;
    void acting.run(async () => {
      await ask("PATCH", `/users/${user.id}`, { quota });
      onChanged();
    });
  };
  return (
    <form class="card" onSubmit={save}>
      <Group legend={t.people.quota} problem={acting.problemOf("quota")}>
        <p>{useWords(user.quota_use)}</p>
        <Choice type="radio" name="quota" label={t.people.byDefault} checked={!own} onValue={() => setOwn(false)} />
        <Choice type="radio" name="quota" label={t.people.ownQuota} checked={own} onValue={() => setOwn(true)} />
        {own && (
          <div class="row within">
            <Field
              label={t.people.limit}
              note={t.people.emptyUnlimited}
              type="number"
              {...limits.changeUser.quota.limit}
              value={limit}
              onValue={setLimit}
            />
            <Field
              label={t.people.per}
              type="number"
              {...limits.changeUser.quota.days}
              value={days}
              onValue={setDays}
            />
          </div>
        )}
      </Group>
      {!acting.problemOf("quota") && <Problem error={acting.problem} />}
      <button type="submit" aria-disabled={acting.busy}>
        {t.general.save}
      </button>
    </form>
  );
}

function useWords({ used, limit, days }: UserInFull["quota_use"]): string {
  if (limit === null) return t.people.unlimitedUse(used);
  return days === null ? t.account.used(used, limit) : `${t.account.used(used, limit)}, ${t.account.per(days)}`;
}

function TrialPart({ user, onChanged }: PartProperties) {
  const acting = useActing();
  const now = new Date();
  const end = user.trial_ends_at ? new Date(user.trial_ends_at) : null;
  const onTrial = end !== null && end > now;
  const change = (trial: { ends_at: string } | null) =>
    void acting.run(async () => {
      await ask("PATCH", `/users/${user.id}`, { trial });
      onChanged();
    });
  const longer = () => change({ ends_at: new Date((onTrial ? end : now).getTime() + LONGER * DAY).toISOString() });
  return (
    <section class="card">
      <h2>{t.people.trial}</h2>
      <p>{onTrial ? t.people.onTrial(relative(end.toISOString(), now)) : t.people.noTrial}</p>
      <Problem error={acting.problem} />
      <div class="row">
        <button type="button" aria-disabled={acting.busy} onClick={longer}>
          {onTrial ? t.people.extendTrial : t.people.startTrial}
        </button>
        {onTrial && (
          <button type="button" aria-disabled={acting.busy} onClick={() => change(null)}>
            {t.people.endTrial}
          </button>
        )}
      </div>
    </section>
  );
}

function Remove({ user }: { user: User }) {
  const [asking, setAsking] = useState(false);
  const acting = useActing();
  const remove = () =>
    void acting.run(async () => {
      await ask("DELETE", `/users/${user.id}`);
      say(t.people.removed(user.name));
      go("/people", { replace: true });
    });
  return (
    <section class="card">
      <button type="button" class="danger" onClick={() => setAsking(true)}>
        {t.people.remove}
      </button>
      {asking && (
        <Confirm
          title={t.people.removeTitle(user.name)}
          note={t.people.removeNote}
          action={t.general.remove}
          busy={acting.busy}
          onConfirm={remove}
          onClose={() => setAsking(false)}
        >
          <Problem error={acting.problem} />
        </Confirm>
      )}
    </section>
  );
}
