// Oneself: invites left, what one may do, sessions, language and colours.

import { useState } from "preact/hooks";

import { ask, session } from "../api/client";
import type { Me } from "../api/types";
import { useActing } from "../app/acting";
import { createsInvites, useMe } from "../app/me";
import { chooseTheme, THEMES, type Theme, theme } from "../app/theme";
import { Select } from "../parts/fields";
import { Problem } from "../parts/notices";
import { Face, Title } from "../parts/small";
import { chooseLanguage, getLanguage, LANGUAGES, t } from "../texts";
import { relative } from "../words/times";

export function Account() {
  const me = useMe();
  return (
    <>
      <Title>{t.account.title}</Title>
      <p class="person about">
        <Face name={me.user.name} />
        <span>
          {me.user.name}
          <span class="quiet note">{me.user.email}</span>
        </span>
      </p>
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
      <Look />
      <Sessions />
    </>
  );
}

function Quota({ me }: { me: Me }) {
  const { limit, days, used, remaining, renews_at } = me.quota;
  const onTrial = me.trial_ends_at && new Date(me.trial_ends_at) > new Date();
  return (
    <section class="card">
      <h2>{t.account.quota}</h2>
      {onTrial && me.trial_ends_at && <p>{t.account.trial(relative(me.trial_ends_at, new Date()))}</p>}
      {!createsInvites(me) ? (
        <p>{t.account.none}</p>
      ) : limit === null ? (
        <p>{t.account.exempt}</p>
      ) : (
        <p>
          <meter min={0} max={Math.max(1, limit)} value={used} aria-label={t.account.quota} />{" "}
          {t.account.used(used, limit)}
          {days !== null && `, ${t.account.per(days)}`}.{" "}
          {remaining === 0 && renews_at && t.account.renews(relative(renews_at, new Date()))}
        </p>
      )}
    </section>
  );
}

function Look() {
  const [worn, setWorn] = useState(theme());
  return (
    <section class="card">
      <h2>{t.account.look}</h2>
      <div class="row">
        <Select
          label={t.account.theme}
          value={worn}
          onValue={(choice) => {
            chooseTheme(choice as Theme);
            setWorn(choice as Theme);
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
          onValue={(speech) => {
            chooseLanguage(speech);
            location.reload();
          }}
        >
          {Object.entries(LANGUAGES).map(([speech, name]) => (
            <option key={speech} value={speech}>
              {name}
            </option>
          ))}
        </Select>
      </div>
    </section>
  );
}

function Sessions() {
  const acting = useActing();
  const leave = (path: string) =>
    void acting.run(async () => {
      await ask("DELETE", path);
      session.drop();
      location.assign("/");
    });
  return (
    <section class="card">
      <h2>{t.account.sessions}</h2>
      <Problem error={acting.problem} />
      <div class="row">
        <button type="button" aria-disabled={acting.busy} onClick={() => leave("/auth/session")}>
          {t.account.signOut}
        </button>
        <button type="button" aria-disabled={acting.busy} onClick={() => leave("/auth/sessions")}>
          {t.account.everywhere}
        </button>
      </div>
      <p class="quiet">{t.account.everywhereNote}</p>
    </section>
  );
}
