// Ready to watch: a member's home. What they have, by which invite, and the way to Plex.

import { useEffect } from "preact/hooks";

import type { Access, OwnAccess, Reason, Redemption } from "../api/types";
import { useFresh, useLoad } from "../app/loading";
import { useMe } from "../app/me";
import { Link } from "../app/routing";
import { describeWanted } from "../format/accesses";
import { Closes, Ends } from "../parts/membership";
import { AskForMoreTime } from "../parts/more-time";
import { Show } from "../parts/notices";
import { MyData } from "../parts/own-data";
import { PlexApps } from "../parts/plex-apps";
import { describeReason } from "../parts/redemption";
import { Title } from "../parts/title";
import { Welcome } from "../parts/welcome";
import { t } from "../texts";

const LOOK_AGAIN = 3000;

export function Ready() {
  const { user } = useMe();
  const { data: access, reload } = useFresh<OwnAccess>("/me/access");
  const held = access?.state === "suspended" || access?.state === "ended" ? access.state : undefined;
  const need = held ? undefined : access?.work?.reason;
  useEffect(() => {
    if (!need) return;
    const timer = setInterval(reload, LOOK_AGAIN);
    return () => clearInterval(timer);
  }, [Boolean(need), reload]);
  return (
    <>
      <Title>{held ? t.ready.titles[held] : need ? t.ready.oneThing : t.ready.title}</Title>
      {held && (
        <p class="notice">
          {t.ready.held[held]} {user.invited_by && t.ready.askInviter(user.invited_by.name)}
        </p>
      )}
      {need && <Need reason={need} />}
      {!held && (
        <>
          {!need && <p>{t.ready.note}</p>}
          <Welcome html={access?.welcome_html ?? ""} />
          <PlexApps />
        </>
      )}
      <Closes at={access?.closes_at ?? null} own />
      {access?.wanted && (need || !access.work) ? (
        <Has access={access} />
      ) : (
        user.redemption && <What id={user.redemption.id} />
      )}
      <AskForMoreTime />
      <p>
        {user.invited_by && `${t.people.invitedBy} ${user.invited_by.name}. `}
        <Link href="/account">{t.ready.account}</Link>
      </p>
      <MyData />
    </>
  );
}

/** What only the member can do, which goes on by itself afterwards. */
function Need({ reason: { Code, Message } }: { reason: Pick<Reason, "Code" | "Message"> }) {
  return (
    <div class="notice" role="status">
      <p>{Message}</p>
      {Code === "AcceptOnPlex" && <p>{t.ready.acceptNote}</p>}
    </div>
  );
}

/** What the member has now, which may be other than what they joined with. */
function Has({ access }: { access: Access }) {
  return (
    <section class="card">
      <h2>{access.work ? t.ready.waits : t.ready.has}</h2>
      <p>{access.wanted && describeWanted(access.wanted)}</p>
      <Ends access={access} />
    </section>
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
