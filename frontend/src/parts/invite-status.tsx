// How an invite stands: its status and its uses.

import type { Invite, Status } from "../api/types";
import { t } from "../texts";
import { Icon, type IconName } from "./icons";

const STATUS_ICONS: Record<Status, IconName> = { active: "check", redeemed: "used", expired: "clock", inactive: "off" };

export function StatusSign({ status }: { status: Status }) {
  return (
    <span class={`sign ${status}`}>
      <Icon name={STATUS_ICONS[status]} />
      {t.status[status]}
    </span>
  );
}

/** What an invite's status is to a reader: an active one that gives nothing is not shown as such. */
export function InviteSign({ invite }: { invite: Invite }) {
  if (invite.status !== "active" || invite.libraries_available) return <StatusSign status={invite.status} />;
  return (
    <span class="sign needs_attention">
      <Icon name="attention" />
      {t.invites.unavailable}
    </span>
  );
}

export function Uses({ uses, limit }: { uses: number; limit: number | null }) {
  const share = limit === null ? 0 : Math.min(1, uses / Math.max(1, limit));
  return (
    <span class="uses">
      <span>{t.invites.usesOf(uses, limit)}</span>
      <svg class="bar" viewBox="0 0 64 6" preserveAspectRatio="none" aria-hidden="true">
        <rect class="bar-all" width="64" height="6" rx="3" />
        {limit !== null && uses > 0 && <rect class="bar-used" width={Math.max(6, 64 * share)} height="6" rx="3" />}
      </svg>
    </span>
  );
}
