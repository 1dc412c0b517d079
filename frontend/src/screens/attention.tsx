// Redemptions that somebody should look at, with the reason in plain words and a button.

import { ask } from "../api/client";
import * as limits from "../api/limits";
import type { Page, Redemption } from "../api/types";
import { useActing } from "../app/acting";
import { useLoad } from "../app/loading";
import { may, useMe } from "../app/me";
import { Link } from "../app/routing";
import { Empty, Problem, Show } from "../parts/notices";
import { Face, Moment, reasonWords, StateSign, Steps, Title } from "../parts/small";
import { say } from "../parts/toasts";
import { t } from "../texts";

type RedemptionPage = Page<"redemptions", Redemption>;

const LATELY = 30 * 86_400_000;

export function Attention() {
  const waiting = useLoad<RedemptionPage>(
    `/redemptions?state=needs_attention&limit=${limits.listRedemptions.limit.max}`,
  );
  const failed = useLoad<RedemptionPage>("/redemptions?state=failed&limit=25");
  const lately = failed.data?.redemptions.filter((each) => Date.now() - Date.parse(each.updated_at) < LATELY) ?? [];
  const reload = () => {
    waiting.reload();
    failed.reload();
  };
  const nothing = waiting.data?.redemptions.length === 0 && failed.data && lately.length === 0;
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
            {({ redemptions }) => <Cards redemptions={redemptions} onRetried={reload} />}
          </Show>
          {lately.length > 0 && (
            <>
              <h2>{t.attention.failed}</h2>
              <p class="quiet">{t.attention.failedNote}</p>
              <Cards redemptions={lately} onRetried={reload} />
            </>
          )}
        </>
      )}
    </>
  );
}

function Cards({ redemptions, onRetried }: { redemptions: Redemption[]; onRetried: () => void }) {
  return (
    <ul class="cards">
      {redemptions.map((redemption) => (
        <Waiting key={redemption.id} redemption={redemption} onRetried={onRetried} />
      ))}
    </ul>
  );
}

function Waiting({ redemption, onRetried }: { redemption: Redemption; onRetried: () => void }) {
  const me = useMe();
  const acting = useActing();
  const { user, code, reason } = redemption;
  const retry = () =>
    void acting.run(async () => {
      await ask("POST", `/redemptions/${redemption.id}/retry`);
      say(t.attention.retried(user.name));
      onRetried();
    });
  return (
    <li class="card">
      <div class="row between">
        <span class="person">
          <Face name={user.name} />
          <strong>{user.name}</strong>
        </span>
        <StateSign state={redemption.state} />
      </div>
      {reason && <p>{reasonWords(reason)}</p>}
      <Steps redemption={redemption} />
      <p class="quiet">
        {t.attention.invite} <Link href={`/invites/${code}`}>{code}</Link>, {t.attention.since}{" "}
        <Moment at={redemption.updated_at} />
      </p>
      <Problem error={acting.problem} />
      {redemption.state === "needs_attention" && may(me, "manage_invites") && (
        <button type="button" aria-disabled={acting.busy} onClick={retry}>
          {t.attention.retry}
          <span class="unseen"> ({user.name})</span>
        </button>
      )}
    </li>
  );
}
