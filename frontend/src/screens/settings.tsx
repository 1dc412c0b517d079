// Everything that the owner decides about the house.

import { useEffect, useRef, useState } from "preact/hooks";

import { ask } from "../api/client";
import * as limits from "../api/limits";
import type { Permission, Settings, Shelf, SignInStarted } from "../api/types";
import { type Acting, useActing } from "../app/acting";
import { useDraft } from "../app/drafts";
import { useLoad } from "../app/loading";
import { leaveForPlex } from "../app/plex";
import { Audit } from "../parts/audit";
import { Choice, Field, Group } from "../parts/fields";
import { Problem, Show } from "../parts/notices";
import { Title, toHeading } from "../parts/small";
import { say } from "../parts/toasts";
import { t } from "../texts";
import { translateMessage } from "../texts/refusals";
import { PERMISSIONS } from "./person";

interface PartProperties {
  now: Settings;
  change: (change: Partial<Settings>) => void;
  acting: Acting;
}

const SWITCHES = ["signup_enabled", "local_signin_enabled", "new_plex_signin_enabled"] as const;
/** An admin is made by hand. */
const GRANTED_BY_DEFAULT = PERMISSIONS.filter((each) => each !== "admin");
const LOOK_AGAIN = 1000;

export function SettingsScreen() {
  const settings = useLoad<Settings>("/settings");
  return (
    <div class="settings-screen">
      <Title>{t.settings.title}</Title>
      <Show what={settings}>{(saved) => <Form saved={saved} onSaved={settings.reload} />}</Show>
      <ConnectAgain />
      <Audit subject="settings" mark={settings.data?.version ?? 0} />
    </div>
  );
}

function Form({ saved, onSaved }: { saved: Settings; onSaved: () => void }) {
  const [changes, change, drop] = useDraft<Partial<Settings>>("settings", {});
  const acting = useActing();
  const now = { ...saved, ...changes };
  const changed = Object.keys(changes).length > 0;
  const save = (event: Event) => {
    event.preventDefault();
    void acting.run(async () => {
      await ask("PATCH", "/settings", { ...changes, version: saved.version });
      undo();
      say(t.general.saved);
      onSaved();
    });
  };
  /** The bar goes, and it had the focus. */
  const undo = () => {
    drop();
    toHeading();
  };
  const part = { now, change, acting };
  return (
    <form class="settings" onSubmit={save}>
      <section class="card">
        <Group legend={t.settings.signup}>
          {SWITCHES.map((name) => (
            <Choice
              key={name}
              label={t.settings[name]}
              note={t.settings[`${name}Note`]}
              checked={now[name]}
              onValue={(on) => change({ [name]: on })}
            />
          ))}
        </Group>
      </section>
      <ThisSite {...part} />
      <Newcomers {...part} />
      <section class="card">
        <Group legend={t.settings.invites}>
          {(["downloads", "live_tv", "plex_home"] as const).map((name) => (
            <Choice
              key={name}
              label={t.create[name]}
              note={t.create[`${name}Note`]}
              checked={now.default_features[name]}
              onValue={(on) => change({ default_features: { ...now.default_features, [name]: on } })}
            />
          ))}
        </Group>
      </section>
      <Libraries {...part} />
      <Problem error={acting.problem} />
      {changed && (
        <div class="summary">
          <p>{t.settings.changed}</p>
          <button type="button" onClick={undo}>
            {t.general.cancel}
          </button>
          <button type="submit" class="main" aria-disabled={acting.busy}>
            {t.general.save}
          </button>
        </div>
      )}
    </form>
  );
}

function ThisSite({ now, change, acting }: PartProperties) {
  return (
    <section class="card">
      <Group legend={t.settings.site}>
        <Field
          label={t.settings.application_title}
          required
          {...limits.changeSettings.application_title}
          value={now.application_title}
          onValue={(application_title) => change({ application_title })}
          problem={acting.problemOf("application_title")}
        />
        <Field
          label={t.settings.application_url}
          note={t.settings.application_urlNote}
          type="url"
          required
          {...limits.changeSettings.application_url}
          value={now.application_url}
          onValue={(application_url) => change({ application_url })}
          problem={acting.problemOf("application_url")}
        />
        <Field
          label={`${t.settings.dashboard_url} (${t.general.optional})`}
          note={t.settings.dashboard_urlNote}
          type="url"
          {...limits.changeSettings.dashboard_url}
          value={now.dashboard_url ?? ""}
          onValue={(address) => change({ dashboard_url: address || null })}
          problem={acting.problemOf("dashboard_url")}
        />
      </Group>
    </section>
  );
}

function Newcomers({ now, change, acting }: PartProperties) {
  const set = (permission: Permission, on: boolean) =>
    change({
      default_permissions: GRANTED_BY_DEFAULT.filter((each) =>
        each === permission ? on : now.default_permissions.includes(each),
      ),
    });
  const quota = (part: Partial<Settings["default_quota"]>) =>
    change({ default_quota: { ...now.default_quota, ...part } });
  const number = (text: string) => (text === "" ? null : Number(text));
  return (
    <section class="card">
      <h2>{t.settings.newcomers}</h2>
      <Group legend={t.settings.default_permissions} problem={acting.problemOf("default_permissions")}>
        {GRANTED_BY_DEFAULT.map((each) => (
          <Choice
            key={each}
            label={t.permissions[each]}
            note={t.permissionNotes[each]}
            checked={now.default_permissions.includes(each)}
            onValue={(on) => set(each, on)}
          />
        ))}
      </Group>
      <Group legend={t.settings.default_quota} problem={acting.problemOf("default_quota")}>
        <div class="row">
          <Field
            label={t.people.limit}
            note={t.people.emptyUnlimited}
            type="number"
            {...limits.changeSettings.default_quota.limit}
            value={now.default_quota.limit ?? ""}
            onValue={(limit) => quota({ limit: number(limit) })}
          />
          <Field
            label={t.people.per}
            type="number"
            {...limits.changeSettings.default_quota.days}
            value={now.default_quota.days ?? ""}
            onValue={(days) => quota({ days: number(days) })}
          />
        </div>
      </Group>
      <Group legend={t.settings.trial} problem={acting.problemOf("trial")}>
        <Choice
          label={t.settings.trialOn}
          note={t.settings.trialNote}
          checked={now.trial.enabled}
          onValue={(enabled) => change({ trial: { ...now.trial, enabled } })}
        />
        <Field
          label={t.settings.trialDays}
          type="number"
          {...limits.changeSettings.trial.days}
          required
          value={now.trial.days}
          onValue={(days) => change({ trial: { ...now.trial, days: Number(days) } })}
        />
      </Group>
    </section>
  );
}

function Libraries({ now, change, acting }: PartProperties) {
  const shelf = useLoad<Shelf>("/libraries");
  return (
    <section class="card">
      <h2>{t.settings.libraries}</h2>
      <p class="quiet">{t.settings.librariesNote}</p>
      <Show what={shelf}>
        {({ libraries }) => {
          const ids = libraries.map((library) => library.id);
          return (
            <table class="plain">
              <thead>
                <tr>
                  <th scope="col">{t.settings.library}</th>
                  <th scope="col">{t.settings.enabled}</th>
                  <th scope="col">{t.settings.shared}</th>
                </tr>
              </thead>
              <tbody>
                <tr>
                  <th scope="row">{t.settings.everything}</th>
                  <td>
                    <Tick
                      words={`${t.settings.everything}: ${t.settings.enabled}`}
                      on={now.enabled_libraries === "all"}
                      set={(on) => change({ enabled_libraries: on ? "all" : ids })}
                    />
                  </td>
                  <td>
                    <Tick
                      words={`${t.settings.everything}: ${t.settings.shared}`}
                      on={now.default_libraries === "all"}
                      set={(on) => change({ default_libraries: on ? "all" : ids })}
                    />
                  </td>
                </tr>
                {libraries.map(({ id, title, type }) => (
                  <tr key={id}>
                    <th scope="row">
                      {title} <Kind title={title} type={type} />
                    </th>
                    <td>
                      <Tick
                        words={`${title}: ${t.settings.enabled}`}
                        on={has(now.enabled_libraries, id)}
                        set={(on) => change({ enabled_libraries: with_(now.enabled_libraries, ids, id, on) })}
                      />
                    </td>
                    <td>
                      <Tick
                        words={`${title}: ${t.settings.shared}`}
                        on={has(now.default_libraries, id) && has(now.enabled_libraries, id)}
                        disabled={!has(now.enabled_libraries, id)}
                        set={(on) => change({ default_libraries: with_(now.default_libraries, ids, id, on) })}
                      />
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          );
        }}
      </Show>
      <Problem
        error={
          [acting.problemOf("enabled_libraries"), acting.problemOf("default_libraries")]
            .filter(Boolean)
            .map((words) => new Error(words))[0]
        }
      />
      <Refresh shelf={shelf.data} reload={shelf.reload} />
    </section>
  );
}

function Refresh({ shelf, reload }: { shelf: Shelf | undefined; reload: () => void }) {
  const acting = useActing();
  const [asked, setAsked] = useState<{ shelf: Shelf | undefined }>();
  const latest = useRef(shelf);
  latest.current = shelf;
  const message = shelf?.libraries_refresh_message;
  const running = shelf?.libraries_refresh === "running" || (asked !== undefined && asked.shelf === shelf);
  useEffect(() => {
    if (!running) return;
    const timer = setInterval(reload, LOOK_AGAIN);
    return () => clearInterval(timer);
  }, [running]);
  const refresh = () => {
    if (running) return;
    void acting.run(async () => {
      await ask("POST", "/libraries/refresh", {});
      setAsked({ shelf: latest.current });
      reload();
    });
  };
  return (
    <>
      <div class="row">
        <button type="button" aria-disabled={acting.busy || running} onClick={refresh}>
          {t.settings.refresh}
        </button>
        <p role="status">
          {running && (
            <>
              <progress aria-label={t.settings.refreshing} /> {t.settings.refreshing}
            </>
          )}
          {!running && asked && !message && t.settings.refreshed}
        </p>
      </div>
      {message && <p class="problem">{translateMessage(message)}</p>}
      <Problem error={acting.problem} />
    </>
  );
}

/** Said only where the title does not say it already. */
function Kind({ title, type }: { title: string; type: string }) {
  const kind = t.settings.kinds[type] ?? "";
  return title.toLowerCase().includes(kind.toLowerCase()) ? null : <span class="quiet">{kind}</span>;
}

/** Plex can forget the owner's sign-in: everything waits then, until the owner signs in there again. */
function ConnectAgain() {
  const acting = useActing();
  const connect = () =>
    void acting.run(async () => leaveForPlex("renewal", await ask<SignInStarted>("POST", "/setup", {})));
  return (
    <section class="card">
      <h2>{t.settings.connection}</h2>
      <p class="quiet">{t.settings.connectionNote}</p>
      <button type="button" aria-disabled={acting.busy} onClick={connect}>
        {t.settings.connect}
      </button>
      <Problem error={acting.problem} />
    </section>
  );
}

function Tick({
  words,
  on,
  disabled = false,
  set,
}: {
  words: string;
  on: boolean;
  disabled?: boolean;
  set: (on: boolean) => void;
}) {
  return (
    <input
      type="checkbox"
      aria-label={words}
      checked={on}
      disabled={disabled}
      onChange={(event) => set(event.currentTarget.checked)}
    />
  );
}

const has = (chosen: "all" | string[], id: string): boolean => chosen === "all" || chosen.includes(id);

function with_(chosen: "all" | string[], all: string[], id: string, on: boolean): string[] {
  return all.filter((each) => (each === id ? on : has(chosen, each)));
}
