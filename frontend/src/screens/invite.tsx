// One invite: its QR code as a ticket to show or print, what it gives, who redeemed it, and what was changed.

import { useState } from "preact/hooks";

import { ask } from "../api/client";
import * as limits from "../api/limits";
import type { Invite, InviteChange, InviteInFull, Library, Redemption } from "../api/types";
import { useActing } from "../app/acting";
import { useLoad } from "../app/loading";
import { may, type Somebody, useMe, usesAdvanced } from "../app/me";
import { go, Link } from "../app/routing";
import { Entries } from "../parts/audit";
import { Confirm, Dialog } from "../parts/dialogs";
import { Choice, Field, Group } from "../parts/fields";
import { Problem, Show } from "../parts/notices";
import { QrCode, QrDownload } from "../parts/qr-code";
import { ShareButton } from "../parts/share";
import { CopyButton, Face, Moment, reasonWords, StateSign, StatusSign, Steps, Title, Uses } from "../parts/small";
import { say } from "../parts/toasts";
import { t } from "../texts";
import { sentence } from "../words/sentence";
import { exact, forInput, fromInput } from "../words/times";
import { LibraryChoice } from "./create";

const manages = (me: Somebody, invite: Invite): boolean =>
  invite.created_by.id === me.user.id || may(me, "manage_invites");
const mayEdit = (me: Somebody, invite: Invite): boolean =>
  may(me, "manage_invites") || (invite.created_by.id === me.user.id && may(me, "advanced_invites"));

export function InviteScreen({ code }: { code: string }) {
  const invite = useLoad<InviteInFull>(`/invites/${code}`);
  return (
    <>
      <Title>{t.invite.title(code)}</Title>
      <Show what={invite}>
        {(found) => (
          <div class="invite">
            <Ticket invite={found} />
            <div>
              <Facts invite={found} onChanged={invite.reload} />
              <History code={code} uses={found.uses} />
              <section class="card no-print">
                <h2>{t.invite.audit}</h2>
                <Entries entries={found.audit} />
              </section>
            </div>
          </div>
        )}
      </Show>
    </>
  );
}

function Ticket({ invite }: { invite: Invite }) {
  const isOver = invite.expires_at !== null && new Date(invite.expires_at) <= new Date();
  if (isOver) return <p class="ticket qr-none">{t.invite.qrNone.InviteExpired}</p>;
  const notNow = t.invite.notNow[invite.status];
  return (
    <section class="ticket show">
      <p class="scan">{t.invite.scan}</p>
      <QrCode code={invite.code} link={invite.url} large />
      {notNow && <p class="quiet no-print">{notNow}</p>}
      <hr class="tear" />
      <p class="link">
        <a href={invite.url}>{invite.url}</a>
      </p>
      {invite.expires_at && (
        <p class="quiet">
          {t.invite.expires}: {exact(invite.expires_at)}
        </p>
      )}
      <div class="row no-print">
        <CopyButton link={invite.url} plain={false} />
        <ShareButton link={invite.url} />
      </div>
      <div class="row no-print">
        <QrDownload code={invite.code} format="png" words={t.invite.png} />
        <QrDownload code={invite.code} format="svg" words={t.invite.svg} />
        <button type="button" onClick={() => print()}>
          {t.invite.print}
        </button>
      </div>
    </section>
  );
}

function Facts({ invite, onChanged }: { invite: Invite; onChanged: () => void }) {
  const me = useMe();
  const libraries = useLoad<{ libraries: Library[] }>(usesAdvanced(me) ? "/libraries" : null);
  const wish = {
    limit: invite.usage_limit,
    expires: invite.expires_at,
    libraries: invite.libraries,
    features: invite.features,
  };
  return (
    <section class="card no-print">
      <p class="row between">
        <StatusSign status={invite.status} />
        <Uses uses={invite.uses} limit={invite.usage_limit} />
      </p>
      <dl>
        <dt>{t.invite.gives}</dt>
        <dd>{sentence(wish, libraries.data?.libraries ?? [], new Date())}</dd>
        <dt>{t.invite.expires}</dt>
        <dd>{invite.expires_at ? `${exact(invite.expires_at)}` : t.general.never}</dd>
        {invite.note && (
          <>
            <dt>{t.invite.note}</dt>
            <dd class="note-text">{invite.note}</dd>
          </>
        )}
        <dt>{t.invite.created}</dt>
        <dd>
          <Moment at={invite.created_at} /> {t.general.by} {invite.created_by.name}
        </dd>
      </dl>
      {manages(me, invite) && (
        <Actions invite={invite} libraries={libraries.data?.libraries ?? []} onChanged={onChanged} />
      )}
    </section>
  );
}

function Actions({ invite, libraries, onChanged }: { invite: Invite; libraries: Library[]; onChanged: () => void }) {
  const me = useMe();
  const [open, setOpen] = useState<"edit" | "remove">();
  const acting = useActing();
  const path = `/invites/${invite.code}`;
  const toggle = () =>
    void acting.run(async () => {
      await ask("PATCH", path, { enabled: !invite.enabled });
      say(invite.enabled ? t.invite.switchedOff : t.invite.switchedOn);
      onChanged();
    });
  const remove = () =>
    void acting.run(async () => {
      await ask("DELETE", path);
      say(t.invite.deleted);
      go("/invites", { replace: true });
    });
  return (
    <>
      <div class="row">
        {mayEdit(me, invite) && (
          <button type="button" onClick={() => setOpen("edit")}>
            {t.invite.edit}
          </button>
        )}
        {invite.locked && !may(me, "manage_invites") ? (
          <p class="quiet">{t.invite.locked}</p>
        ) : (
          <button type="button" aria-disabled={acting.busy} onClick={toggle}>
            {invite.enabled ? t.invites.switchOff : t.invites.switchOn}
          </button>
        )}
        {(!invite.uses || may(me, "manage_invites")) && (
          <button type="button" class="danger" onClick={() => setOpen("remove")}>
            {t.invites.remove}
          </button>
        )}
      </div>
      {!open && <Problem error={acting.problem} />}
      {open === "edit" && (
        <Edit
          invite={invite}
          libraries={libraries}
          onClose={() => setOpen(undefined)}
          onSaved={() => {
            setOpen(undefined);
            say(t.general.saved);
            onChanged();
          }}
        />
      )}
      {open === "remove" && (
        <Confirm
          title={t.invites.removeTitle(1)}
          note={t.invites.removeNote}
          action={t.invites.remove}
          busy={acting.busy}
          onConfirm={remove}
          onClose={() => setOpen(undefined)}
        >
          <Problem error={acting.problem} />
        </Confirm>
      )}
    </>
  );
}

interface EditProperties {
  invite: Invite;
  libraries: Library[];
  onClose: () => void;
  onSaved: () => void;
}

function Edit({ invite, libraries, onClose, onSaved }: EditProperties) {
  const [change, setChange] = useState<InviteChange>({});
  const acting = useActing();
  const now = { ...invite, ...invite.features, ...change };
  const chosen = Array.isArray(now.libraries) ? now.libraries : [];
  const alter = (part: InviteChange) => setChange((before) => ({ ...before, ...part }));
  const save = (event: Event) => {
    event.preventDefault();
    void acting.run(async () => {
      if (Object.keys(change).length) await ask("PATCH", `/invites/${invite.code}`, change);
      onSaved();
    });
  };
  return (
    <Dialog title={t.invite.title(invite.code)} onClose={onClose}>
      <form onSubmit={save}>
        <p class="quiet">{t.invite.keeps}</p>
        <Field
          label={t.invite.limit}
          note={t.people.emptyUnlimited}
          type="number"
          {...limits.changeInvite.usage_limit}
          min={Math.max(limits.changeInvite.usage_limit.min, invite.uses)}
          value={now.usage_limit ?? ""}
          onValue={(limit) => alter({ usage_limit: limit ? Number(limit) : null })}
          problem={acting.problemOf("usage_limit")}
        />
        <Field
          label={`${t.invite.expiresAt} (${t.general.optional})`}
          type="datetime-local"
          value={forInput(now.expires_at)}
          onValue={(at) => alter({ expires_at: fromInput(at) })}
          problem={acting.problemOf("expires_at")}
        />
        <LibraryChoice
          libraries={libraries}
          kind={Array.isArray(now.libraries) ? "specific" : now.libraries}
          chosen={chosen}
          onKind={(kind) => alter({ libraries: kind === "specific" ? chosen : kind })}
          onChosen={(libraries) => alter({ libraries })}
          problem={acting.problemOf("libraries")}
        />
        <Group legend={t.create.features}>
          {(["downloads", "live_tv", "plex_home"] as const).map((name) => (
            <Choice
              key={name}
              label={t.create[name]}
              note={t.create[`${name}Note`]}
              checked={now[name]}
              onValue={(on) => alter({ [name]: on })}
            />
          ))}
        </Group>
        <Field
          label={`${t.create.note} (${t.general.optional})`}
          {...limits.changeInvite.note}
          value={now.note ?? ""}
          onValue={(note) => alter({ note: note || null })}
        />
        <Problem error={acting.problem} />
        <div class="row end">
          <button type="button" onClick={onClose}>
            {t.general.cancel}
          </button>
          <button type="submit" class="main" aria-disabled={acting.busy}>
            {t.general.save}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

function History({ code, uses }: { code: string; uses: number }) {
  const history = useLoad<{ redemptions: Redemption[] }>(`/invites/${code}/redemptions`);
  return (
    <section class="card no-print" key={uses}>
      <h2>{t.invite.history}</h2>
      <Show what={history}>
        {({ redemptions }) =>
          redemptions.length ? (
            <ul class="entries">
              {redemptions.map((redemption) => (
                <Redeemed key={redemption.id} redemption={redemption} />
              ))}
            </ul>
          ) : (
            <p class="quiet">{t.invite.nobody}</p>
          )
        }
      </Show>
    </section>
  );
}

function Redeemed({ redemption }: { redemption: Redemption }) {
  const me = useMe();
  const { user, reason } = redemption;
  return (
    <li>
      <div class="row between">
        <span class="person">
          <Face name={user.name} />
          {may(me, "manage_users") ? (
            <Link href={`/people/${user.id}`}>{user.name}</Link>
          ) : (
            <strong>{user.name}</strong>
          )}
        </span>
        <span class="quiet">
          <Moment at={redemption.created_at} />
        </span>
        <StateSign state={redemption.state} />
      </div>
      <Steps redemption={redemption} />
      {reason && <p class="refusal">{reasonWords(reason)}</p>}
    </li>
  );
}
