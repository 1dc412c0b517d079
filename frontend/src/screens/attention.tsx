// Redemptions that need attention, each with its reason and, where it helps, a button to try again.

import { ask } from "../api/client";
import * as limits from "../api/limits";
import type { Page, Redemption } from "../api/types";
import { useAction } from "../app/action";
import { useLoad } from "../app/loading";
import { may, useMe } from "../app/me";
import { Link } from "../app/routing";
import { Avatar } from "../parts/avatars";
import { Empty, Problem, Show } from "../parts/notices";
import { describeReason, StateSign, Steps } from "../parts/redemption";
import { RelativeTime } from "../parts/relative-time";
import { Title } from "../parts/title";
import { announce } from "../parts/toasts";
import { t } from "../texts";

type RedemptionPage = Page<"redemptions", Redemption>;

const RECENT = 30 * 86_400_000;

export function Attention() {
  const waiting = useLoad<RedemptionPage>(
    `/redemptions?state=needs_attention&limit=${limits.listRedemptions.limit.max}`,
  );
  const failed = useLoad<RedemptionPage>("/redemptions?state=failed&limit=25");
  const recentFailures =
    failed.data?.redemptions.filter((each) => Date.now() - Date.parse(each.updated_at) < RECENT) ?? [];
  const reload = () => {
    waiting.reload();
    failed.reload();
  };
  const nothing = waiting.data?.redemptions.length === 0 && failed.data && recentFailures.length === 0;
  return (
    <>
      <Title>{t.attention.title}</Title>
      {nothing ? (
        <Empty title={t.attention.empty}>
          <p>{t.attention.emptyNote}</p>
        </Empty>
      ) : (
        <>
          <p class="quiet">{t.attention.lead}</p>
          <Show what={{ ...waiting, error: waiting.error ?? failed.error, reload }}>
            {({ redemptions }) => <RedemptionCards redemptions={redemptions} onRetried={reload} />}
          </Show>
          {recentFailures.length > 0 && (
            <>
              <h2>{t.attention.failed}</h2>
              <p class="quiet">{t.attention.failedNote}</p>
              <RedemptionCards redemptions={recentFailures} onRetried={reload} />
            </>
          )}
        </>
      )}
    </>
  );
}

function RedemptionCards({ redemptions, onRetried }: { redemptions: Redemption[]; onRetried: () => void }) {
  return (
    <ul class="cards">
      {redemptions.map((redemption) => (
        <RedemptionCard key={redemption.id} redemption={redemption} onRetried={onRetried} />
      ))}
    </ul>
  );
}

function RedemptionCard({ redemption, onRetried }: { redemption: Redemption; onRetried: () => void }) {
  const me = useMe();
  const action = useAction();
  const { user, code, reason } = redemption;
  const retry = () =>
    void action.run(async () => {
      await ask("POST", `/redemptions/${redemption.id}/retry`);
      announce(t.attention.retried(user.name));
      onRetried();
    });
  return (
    <li class="card">
      <div class="row between">
        <span class="person">
          <Avatar name={user.name} />
          <strong>{user.name}</strong>
        </span>
        <StateSign state={redemption.state} />
      </div>
      {reason && <p>{describeReason(reason)}</p>}
      <Steps redemption={redemption} />
      <p class="quiet">
        {t.attention.invite} <Link href={`/invites/${code}`}>{code}</Link>, {t.attention.since}{" "}
        <RelativeTime at={redemption.updated_at} />
      </p>
      <Problem error={action.problem} />
      {redemption.state === "needs_attention" && may(me, "manage_invites") && (
        <button type="button" aria-disabled={action.busy} onClick={retry}>
          {t.attention.retry}
          <span class="unseen"> ({user.name})</span>
        </button>
      )}
    </li>
  );
}
