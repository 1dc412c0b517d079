// Ready to watch: a member's home. What they have, by which invite, and the way to Plex.

import type { Redemption } from "../api/types";
import { useLoad } from "../app/loading";
import { useMe } from "../app/me";
import { Link } from "../app/routing";
import { AskForMoreTime } from "../parts/more-time";
import { Show } from "../parts/notices";
import { describeReason } from "../parts/redemption";
import { Title } from "../parts/title";
import { t } from "../texts";

const PLEX = "https://app.plex.tv/";

export function Ready() {
  const { user } = useMe();
  return (
    <>
      <Title>{t.ready.title}</Title>
      <p>{t.ready.note}</p>
      <p>
        <a class="button main" href={PLEX}>
          {t.ready.open}
        </a>
      </p>
      {user.redemption && <What id={user.redemption.id} />}
      <AskForMoreTime />
      <p>
        {user.invited_by && `${t.people.invitedBy} ${user.invited_by.name}. `}
        <Link href="/account">{t.ready.account}</Link>
      </p>
    </>
  );
}

function What({ id }: { id: string }) {
  const redemption = useLoad<Redemption>(`/redemptions/${id}`);
  return (
    <Show what={redemption}>
      {({ state, reason, grant, without_downloads }) => (
        <section class="card">
          <h2>{state === "done" ? t.ready.has : t.state[state]}</h2>
          {reason && <p class="notice">{describeReason(reason)}</p>}
          <ul class="plain-list">
            {grant.libraries.map(({ id, title }) => (
              <li key={id}>{title}</li>
            ))}
            {grant.features.downloads && !without_downloads && <li>{t.create.downloads}</li>}
            {grant.features.live_tv && <li>{t.create.live_tv}</li>}
            {grant.features.plex_home && <li>{t.create.plex_home}</li>}
          </ul>
        </section>
      )}
    </Show>
  );
}
