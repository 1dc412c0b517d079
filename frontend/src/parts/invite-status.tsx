// How an invite stands: its status and its uses.

import type { Status } from "../api/types";
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
