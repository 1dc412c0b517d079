// One invite: a ticket with its QR code to show or print, what it gives, who redeemed it, and what was changed.

import { useState } from "preact/hooks";

import { ask } from "../api/client";
import type { Invite, InviteInFull, LibraryList, Redemption } from "../api/types";
import { useAction } from "../app/action";
import { useLoad } from "../app/loading";
import { type CurrentUser, may, mayUseAdvancedOptions, useMe } from "../app/me";
import { go, Link } from "../app/routing";
import { describeTerms } from "../format/terms";
import { formatExact } from "../format/times";
import { AuditEntries } from "../parts/audit";
import { Avatar } from "../parts/avatars";
import { CopyButton } from "../parts/copy-button";
import { Confirm } from "../parts/dialogs";
import { InviteSign, Uses } from "../parts/invite-status";
import { Problem, Show } from "../parts/notices";
import { QrCode, QrDownload } from "../parts/qr-code";
import { describeReason, StateSign, Steps } from "../parts/redemption";
import { RelativeTime } from "../parts/relative-time";
import { Share } from "../parts/share";
import { Title } from "../parts/title";
import { announce } from "../parts/toasts";
import { t } from "../texts";
import { EditInvite } from "./edit-invite";

const mayManage = (me: CurrentUser, invite: Invite): boolean =>
  invite.created_by.id === me.user.id || may(me, "manage_invites");
const mayEdit = (me: CurrentUser, invite: Invite): boolean =>
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
              <Details invite={found} onChanged={invite.reload} />
              <History code={code} uses={found.uses} />
              <section class="card no-print">
                <h2>{t.invite.audit}</h2>
                <AuditEntries entries={found.audit} />
              </section>
            </div>
          </div>
        )}
      </Show>
    </>
  );
}

function Ticket({ invite }: { invite: Invite }) {
  const isExpired = invite.expires_at !== null && new Date(invite.expires_at) <= new Date();
  if (isExpired) return <p class="ticket qr-none">{t.invite.noQrCode.InviteExpired}</p>;
  const notRedeemable = t.invite.notRedeemable[invite.status];
  return (
    <section class="ticket show">
      <p class="scan">{t.invite.scan}</p>
      <QrCode invite={invite} large />
      {notRedeemable && <p class="quiet no-print">{notRedeemable}</p>}
      <hr class="tear" />
      <p class="link">
        <a href={invite.url}>{invite.url}</a>
      </p>
      {invite.expires_at && (
        <p class="quiet">
          {t.invite.expires}: {formatExact(invite.expires_at)}
        </p>
      )}
      <div class="row no-print">
        <CopyButton link={invite.url} plain={false} />
        <Share link={invite.url} code={invite.code} />
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

function Details({ invite, onChanged }: { invite: Invite; onChanged: () => void }) {
  const me = useMe();
  const libraries = useLoad<LibraryList>(mayUseAdvancedOptions(me) ? "/libraries" : null);
  const terms = {
    limit: invite.usage_limit,
    expires: invite.expires_at,
    libraries: invite.libraries,
    features: invite.features,
    restrictions: invite.restrictions,
    accessFor: invite.access_for,
  };
  return (
    <section class="card no-print">
      <p class="row between">
        <InviteSign invite={invite} />
        <Uses uses={invite.uses} limit={invite.usage_limit} />
      </p>
      <dl>
        <dt>{t.invite.gives}</dt>
        <dd>{describeTerms(terms, libraries.data?.libraries ?? [], new Date())}</dd>
        <dt>{t.invite.expires}</dt>
        <dd>{invite.expires_at ? `${formatExact(invite.expires_at)}` : t.general.never}</dd>
        {invite.note && (
          <>
            <dt>{t.invite.note}</dt>
            <dd class="note-text">{invite.note}</dd>
          </>
        )}
        <dt>{t.invite.created}</dt>
        <dd>
          <RelativeTime at={invite.created_at} /> {t.general.by} {invite.created_by.name}
        </dd>
      </dl>
      {mayManage(me, invite) && <Actions invite={invite} libraries={libraries.data} onChanged={onChanged} />}
    </section>
  );
}

function Actions({
  invite,
  libraries,
  onChanged,
}: {
  invite: Invite;
  libraries: LibraryList | undefined;
  onChanged: () => void;
}) {
  const me = useMe();
  const [open, setOpen] = useState<"edit" | "remove">();
  const action = useAction();
  const path = `/invites/${invite.code}`;
  const toggle = () =>
    void action.run(async () => {
      await ask("PATCH", path, { enabled: !invite.enabled });
      announce(invite.enabled ? t.invite.switchedOff : t.invite.switchedOn);
      onChanged();
    });
  const remove = () =>
    void action.run(async () => {
      await ask("DELETE", path);
      announce(t.invite.deleted);
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
          <button type="button" aria-disabled={action.busy} onClick={toggle}>
            {invite.enabled ? t.invites.switchOff : t.invites.switchOn}
          </button>
        )}
        {(!invite.uses || may(me, "manage_invites")) && (
          <button type="button" class="danger" onClick={() => setOpen("remove")}>
            {t.invites.remove}
          </button>
        )}
      </div>
      {!open && <Problem error={action.problem} />}
      {open === "edit" && (
        <EditInvite
          invite={invite}
          libraries={libraries}
          onClose={() => setOpen(undefined)}
          onSaved={() => {
            setOpen(undefined);
            announce(t.general.saved);
            onChanged();
          }}
        />
      )}
      {open === "remove" && (
        <Confirm
          title={t.invites.removeTitle(1)}
          note={t.invites.removeNote}
          action={t.invites.remove}
          busy={action.busy}
          onConfirm={remove}
          onClose={() => setOpen(undefined)}
        >
          <Problem error={action.problem} />
        </Confirm>
      )}
    </>
  );
}

function History({ code, uses }: { code: string; uses: number }) {
  const history = useLoad<{ redemptions: Redemption[] }>(`/invites/${code}/redemptions`, uses);
  return (
    <section class="card no-print">
      <h2>{t.invite.history}</h2>
      <Show what={history}>
        {({ redemptions }) =>
          redemptions.length ? (
            <ul class="entries">
              {redemptions.map((redemption) => (
                <RedemptionItem key={redemption.id} redemption={redemption} />
              ))}
            </ul>
          ) : (
            <p class="quiet">{t.invite.notRedeemed}</p>
          )
        }
      </Show>
    </section>
  );
}

function RedemptionItem({ redemption }: { redemption: Redemption }) {
  const me = useMe();
  const { user, reason } = redemption;
  return (
    <li>
      <div class="row between">
        <span class="person">
          <Avatar name={user.name} />
          {may(me, "manage_users") ? (
            <Link href={`/people/${user.id}`}>{user.name}</Link>
          ) : (
            <strong>{user.name}</strong>
          )}
        </span>
        <span class="quiet">
          <RelativeTime at={redemption.created_at} />
        </span>
        <StateSign state={redemption.state} />
      </div>
      <Steps redemption={redemption} />
      {reason && <p class="refusal">{describeReason(reason)}</p>}
    </li>
  );
}
