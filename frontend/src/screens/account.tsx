// The reader's own account: invites left, permissions, sessions, language and colours.

import { useState } from "preact/hooks";

import { ask, session } from "../api/client";
import type { Health, Me } from "../api/types";
import { useAction } from "../app/action";
import { useLoad } from "../app/loading";
import { mayCreateInvites, mayHaveKeys, mayHear, useMe } from "../app/me";
import { Link } from "../app/routing";
import { chooseTheme, getTheme, THEMES, type Theme } from "../app/theme";
import { formatRelative } from "../format/times";
import { AccessCard } from "../parts/access";
import { Avatar } from "../parts/avatars";
import { Select } from "../parts/fields";
import { AskForMoreTime } from "../parts/more-time";
import { Problem } from "../parts/notices";
import { MyData } from "../parts/own-data";
import { OwnSessions } from "../parts/own-sessions";
import { Title } from "../parts/title";
import { chooseLanguage, getLanguage, LANGUAGES, t } from "../texts";
import { ChangePassword } from "./password";

export function Account() {
  const me = useMe();
  return (
    <>
      <Title>{t.account.title}</Title>
      <p class="person about">
        <Avatar name={me.user.name} />
        <span>
          {me.user.name}
          <span class="quiet note">{me.user.email}</span>
        </span>
      </p>
      <AccessCard path="/me/access" />
      <AskForMoreTime />
      <Quota me={me} />
      <section class="card">
        <h2>{t.account.may}</h2>
        <ul class="plain-list">
          {me.permissions.map((each) => (
            <li key={each}>
              {t.permissions[each]} <span class="quiet">– {t.permissionNotes[each]}</span>
            </li>
          ))}
        </ul>
      </section>
      {me.user.kind === "local" && me.user.plex_id === null && <ChangePassword />}
      <Programs me={me} />
      <Appearance />
      <Sessions />
      <MyData />
      <Version />
    </>
  );
}

/** Which version is deployed, for reports of faults. */
function Version() {
  const { data } = useLoad<Health>("/health");
  return data && <p class="quiet note">{t.account.version(data.version)}</p>;
}

function Quota({ me }: { me: Me }) {
  const { limit, days, used, remaining, renews_at } = me.quota;
  const onTrial = me.trial_ends_at && new Date(me.trial_ends_at) > new Date();
  return (
    <section class="card">
      <h2>{t.account.quota}</h2>
      {onTrial && me.trial_ends_at && <p>{t.account.trial(formatRelative(me.trial_ends_at, new Date()))}</p>}
      {!mayCreateInvites(me) ? (
        <p>{t.account.none}</p>
      ) : limit === null ? (
        <p>{t.account.exempt}</p>
      ) : (
        <p>
          <meter min={0} max={Math.max(1, limit)} value={used} aria-label={t.account.quota} />{" "}
          {t.account.used(used, limit)}
          {days !== null && `, ${t.account.per(days)}`}.{" "}
          {remaining === 0 && renews_at && t.account.renews(formatRelative(renews_at, new Date()))}
        </p>
      )}
    </section>
  );
}

function Programs({ me }: { me: Me }) {
  if (!mayHaveKeys(me)) return null;
  return (
    <section class="card">
      <h2>{t.account.programs}</h2>
      <ul class="plain-list">
        {mayHear(me) && (
          <li>
            <Link href="/account/notifications">{t.notifications.title}</Link>{" "}
            <span class="quiet">– {t.account.notificationsNote}</span>
          </li>
        )}
        <li>
          <Link href="/account/keys">{t.keys.title}</Link> <span class="quiet">– {t.account.keysNote}</span>
        </li>
      </ul>
    </section>
  );
}

function Appearance() {
  const [theme, setTheme] = useState(getTheme());
  return (
    <section class="card">
      <h2>{t.account.appearance}</h2>
      <div class="row">
        <Select
          label={t.account.theme}
          value={theme}
          onValue={(choice) => {
            chooseTheme(choice as Theme);
            setTheme(choice as Theme);
          }}
        >
          {THEMES.map((each) => (
            <option key={each} value={each}>
              {t.account.themes[each]}
            </option>
          ))}
        </Select>
        <Select
          label={t.account.language}
          value={getLanguage()}
          onValue={(language) => {
            chooseLanguage(language);
            location.reload();
          }}
        >
          {Object.entries(LANGUAGES).map(([language, name]) => (
            <option key={language} value={language}>
              {name}
            </option>
          ))}
        </Select>
      </div>
    </section>
  );
}

function Sessions() {
  const action = useAction();
  const signOut = (path: string) =>
    void action.run(async () => {
      await ask("DELETE", path);
      session.drop();
      location.assign("/");
    });
  return (
    <section class="card">
      <h2>{t.account.sessions}</h2>
      <OwnSessions />
      <Problem error={action.problem} />
      <div class="row">
        <button type="button" aria-disabled={action.busy} onClick={() => signOut("/auth/session")}>
          {t.account.signOut}
        </button>
        <button type="button" aria-disabled={action.busy} onClick={() => signOut("/auth/sessions")}>
          {t.account.everywhere}
        </button>
      </div>
      <p class="quiet">{t.account.everywhereNote}</p>
    </section>
  );
}
