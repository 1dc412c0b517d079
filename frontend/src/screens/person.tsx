// One person: permissions, quota, trial, and closing the account.

import { useState } from "preact/hooks";

import { ask } from "../api/client";
import * as limits from "../api/limits";
import type { Permission, User, UserInFull } from "../api/types";
import { useAction } from "../app/action";
import { useEdited } from "../app/editing";
import { useLoad } from "../app/loading";
import { may, useMe } from "../app/me";
import { go, Link } from "../app/routing";
import { formatRelative } from "../format/times";
import { AccessCard } from "../parts/access";
import { Audit } from "../parts/audit";
import { Avatar } from "../parts/avatars";
import { Confirm } from "../parts/dialogs";
import { Choice, Field, Group } from "../parts/fields";
import { Problem, Show } from "../parts/notices";
import { RelativeTime } from "../parts/relative-time";
import { ResetLink } from "../parts/reset-link";
import { Title } from "../parts/title";
import { announce } from "../parts/toasts";
import { t } from "../texts";

export const PERMISSIONS: Permission[] = [
  "admin",
  "manage_users",
  "manage_invites",
  "view_invites",
  "create_invites",
  "advanced_invites",
  "streamarr",
];
const TRIAL_DAYS = 30;
const DAY = 86_400_000;

interface SectionProperties {
  user: User;
  onChanged: () => void;
}

export function PersonScreen({ id }: { id: string }) {
  const user = useLoad<UserInFull>(`/users/${id}`);
  const [turn, setTurn] = useState(0);
  const changed = () => {
    announce(t.general.saved);
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
                <AccessCard path={`/users/${user.id}/access`} mayEdit onChanged={changed} />
                <PermissionsForm user={user} onChanged={changed} />
                <QuotaForm user={user} onChanged={changed} />
                <TrialSection user={user} onChanged={changed} />
                {user.kind === "local" && user.plex_id === null && <ResetLink userId={user.id} />}
                <RemoveUser user={user} />
              </>
            ) : (
              <>
                <p class="problem">{t.people.isClosed}</p>
                <AccessCard path={`/users/${user.id}/access`} mayEdit onChanged={changed} />
              </>
            )}
            <UserAudit id={user.id} turn={turn} />
          </div>
        )}
      </Show>
    </>
  );
}

function UserAudit({ id, turn }: { id: string; turn: number }) {
  return may(useMe(), "admin") ? <Audit subject={`user#${id}`} mark={turn} /> : null;
}

function About({ user }: { user: User }) {
  return (
    <p class="person about">
      <Avatar name={user.name} />
      <span>
        {user.email ?? t.people.local}
        <span class="quiet note">
          {t.people.joined} <RelativeTime at={user.created_at} />
          {user.invited_by && `, ${t.people.invitedBy} ${user.invited_by.name}`}
        </span>
        <span class="row">
          {user.redemption?.code && <Link href={`/invites/${user.redemption.code}`}>{t.people.cameBy}</Link>}
          <Link href={`/invites?creator=${user.id}`}>{t.people.made}</Link>
        </span>
      </span>
    </p>
  );
}

function PermissionsForm({ user, onChanged }: SectionProperties) {
  const me = useMe();
  const [chosen, setChosen] = useEdited(user.permissions);
  const action = useAction();
  const save = (event: Event) => {
    event.preventDefault();
    void action.run(async () => {
      await ask("PATCH", `/users/${user.id}`, { permissions: chosen });
      onChanged();
    });
  };
  const set = (permission: Permission, on: boolean) =>
    setChosen(PERMISSIONS.filter((each) => (each === permission ? on : chosen.includes(each))));
  return (
    <form class="card" onSubmit={save}>
      <Group legend={t.people.permissions} problem={action.findProblem("permissions")}>
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
      {!action.findProblem("permissions") && <Problem error={action.problem} />}
      <button type="submit" aria-disabled={action.busy}>
        {t.people.save}
      </button>
    </form>
  );
}

function QuotaForm({ user, onChanged }: SectionProperties & { user: UserInFull }) {
  const [own, setOwn] = useEdited(user.quota !== null);
  const [limit, setLimit] = useEdited(String(user.quota?.limit ?? ""));
  const [days, setDays] = useEdited(String(user.quota?.days ?? ""));
  const action = useAction();
  const save = (event: Event) => {
    event.preventDefault();
    const quota = own ? { limit: limit === "" ? null : Number(limit), days: days === "" ? null : Number(days) } : null;
    void action.run(async () => {
      await ask("PATCH", `/users/${user.id}`, { quota });
      onChanged();
    });
  };
  return (
    <form class="card" onSubmit={save}>
      <Group legend={t.people.quota} problem={action.findProblem("quota")}>
        <p>{describeQuotaUse(user.quota_use)}</p>
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
      {!action.findProblem("quota") && <Problem error={action.problem} />}
      <button type="submit" aria-disabled={action.busy}>
        {t.general.save}
      </button>
    </form>
  );
}

function describeQuotaUse({ used, limit, days }: UserInFull["quota_use"]): string {
  if (limit === null) return t.people.unlimitedUse(used);
  return days === null ? t.account.used(used, limit) : `${t.account.used(used, limit)}, ${t.account.per(days)}`;
}

function TrialSection({ user, onChanged }: SectionProperties) {
  const action = useAction();
  const now = new Date();
  const end = user.trial_ends_at ? new Date(user.trial_ends_at) : null;
  const onTrial = end !== null && end > now;
  const change = (trial: { ends_at: string } | null) =>
    void action.run(async () => {
      await ask("PATCH", `/users/${user.id}`, { trial });
      onChanged();
    });
  const extend = () => change({ ends_at: new Date((onTrial ? end : now).getTime() + TRIAL_DAYS * DAY).toISOString() });
  return (
    <section class="card">
      <h2>{t.people.trial}</h2>
      <p>{onTrial ? t.people.onTrial(formatRelative(end.toISOString(), now)) : t.people.noTrial}</p>
      <Problem error={action.problem} />
      <div class="row">
        <button type="button" aria-disabled={action.busy} onClick={extend}>
          {onTrial ? t.people.extendTrial : t.people.startTrial}
        </button>
        {onTrial && (
          <button type="button" aria-disabled={action.busy} onClick={() => change(null)}>
            {t.people.endTrial}
          </button>
        )}
      </div>
    </section>
  );
}

function RemoveUser({ user }: { user: UserInFull }) {
  const [isAsking, setAsking] = useState(false);
  const action = useAction();
  const remove = () =>
    void action.run(async () => {
      await ask("DELETE", `/users/${user.id}`);
      announce(t.people.removed(user.name));
      go("/people", { replace: true });
    });
  return (
    <section class="card">
      <button type="button" class="danger" onClick={() => setAsking(true)}>
        {t.people.remove}
      </button>
      {isAsking && (
        <Confirm
          title={t.people.removeTitle(user.name)}
          note={t.people.removeNote(user.open_invites)}
          action={t.general.remove}
          busy={action.busy}
          onConfirm={remove}
          onClose={() => setAsking(false)}
        >
          <Problem error={action.problem} />
        </Confirm>
      )}
    </section>
  );
}
