// The settings: what admins decide for all.

import { useEffect, useRef, useState } from "preact/hooks";

import { ask } from "../api/client";
import * as limits from "../api/limits";
import type { LibraryList, Permission, Settings, SignInStarted } from "../api/types";
import { type Action, useAction } from "../app/action";
import { useDraft } from "../app/drafts";
import { useAnswered, useLoad } from "../app/loading";
import { leaveForPlex } from "../app/plex";
import { Audit, auditOf } from "../parts/audit";
import { Choice, Field, Group, Select } from "../parts/fields";
import { Problem, Show } from "../parts/notices";
import { focusHeading, Title } from "../parts/title";
import { announce } from "../parts/toasts";
import { WelcomeField } from "../parts/welcome";
import { t } from "../texts";
import { PERMISSIONS } from "./person";

interface SectionProperties {
  /** The settings as they will be once they are saved. */
  edited: Settings;
  change: (change: Partial<Settings>) => void;
  action: Action;
}

const SWITCHES = ["signup_enabled", "local_signin_enabled", "new_plex_signin_enabled"] as const;
/** All but `admin`, which is only given by hand. */
const POSSIBLE_DEFAULTS = PERMISSIONS.filter((each) => each !== "admin");
const POLL_INTERVAL = 1000;

export function SettingsScreen() {
  const settings = useLoad<Settings>("/settings");
  const isThere = useAnswered("/libraries", auditOf("settings"));
  return (
    <div class="settings-screen">
      <Title>{t.settings.title}</Title>
      <Show what={isThere ? settings : { ...settings, data: undefined }}>
        {(saved) => (
          <>
            <Form saved={saved} onSaved={settings.reload} />
            <Reconnect />
            <Audit subject="settings" mark={saved.version} />
          </>
        )}
      </Show>
    </div>
  );
}

function Form({ saved, onSaved }: { saved: Settings; onSaved: () => void }) {
  const [changes, change, drop] = useDraft<Partial<Settings>>("settings", {});
  const action = useAction();
  const edited = { ...saved, ...changes };
  const changed = Object.keys(changes).length > 0;
  const save = (event: Event) => {
    event.preventDefault();
    void action.run(async () => {
      await ask("PATCH", "/settings", { ...changes, version: saved.version });
      undo();
      announce(t.general.saved);
      onSaved();
    });
  };
  /** The bar with the buttons goes, and one of them had the focus. */
  const undo = () => {
    drop();
    focusHeading();
  };
  const section = { edited, change, action };
  return (
    <form class="settings" onSubmit={save}>
      <section class="card">
        <Group legend={t.settings.signup}>
          {SWITCHES.map((name) => (
            <Choice
              key={name}
              label={t.settings[name]}
              note={t.settings[`${name}Note`]}
              checked={edited[name]}
              onValue={(on) => change({ [name]: on })}
            />
          ))}
        </Group>
      </section>
      <ThisSite {...section} />
      <WelcomeField {...section} saved={saved} />
      <NewUsers {...section} />
      <section class="card">
        <Group legend={t.settings.invites}>
          {(["downloads", "live_tv", "plex_home"] as const).map((name) => (
            <Choice
              key={name}
              label={t.create[name]}
              note={t.create[`${name}Note`]}
              checked={edited.default_features[name]}
              onValue={(on) => change({ default_features: { ...edited.default_features, [name]: on } })}
            />
          ))}
        </Group>
      </section>
      <Libraries {...section} />
      <OnDifference {...section} />
      <Problem error={action.problem} />
      {changed && (
        <div class="summary">
          <p>{t.settings.changed}</p>
          <button type="button" onClick={undo}>
            {t.general.cancel}
          </button>
          <button type="submit" class="main" aria-disabled={action.busy}>
            {t.general.save}
          </button>
        </div>
      )}
    </form>
  );
}

function ThisSite({ edited, change, action }: SectionProperties) {
  return (
    <section class="card">
      <Group legend={t.settings.site}>
        <Field
          label={t.settings.application_title}
          required
          {...limits.changeSettings.application_title}
          value={edited.application_title}
          onValue={(application_title) => change({ application_title })}
          problem={action.findProblem("application_title")}
        />
        <Select
          label={t.settings.time_zone}
          note={t.settings.time_zoneNote}
          value={edited.time_zone}
          onValue={(time_zone) => change({ time_zone })}
          problem={action.findProblem("time_zone")}
        >
          {listTimeZones(edited.time_zone).map((zone) => (
            <option key={zone}>{zone}</option>
          ))}
        </Select>
        <Field
          label={t.settings.application_url}
          note={t.settings.application_urlNote}
          type="url"
          required
          {...limits.changeSettings.application_url}
          value={edited.application_url}
          onValue={(application_url) => change({ application_url })}
          problem={action.findProblem("application_url")}
        />
        <Field
          label={`${t.settings.dashboard_url} (${t.general.optional})`}
          note={t.settings.dashboard_urlNote}
          type="url"
          {...limits.changeSettings.dashboard_url}
          value={edited.dashboard_url ?? ""}
          onValue={(address) => change({ dashboard_url: address || null })}
          problem={action.findProblem("dashboard_url")}
        />
      </Group>
    </section>
  );
}

function NewUsers({ edited, change, action }: SectionProperties) {
  const set = (permission: Permission, on: boolean) =>
    change({
      default_permissions: POSSIBLE_DEFAULTS.filter((each) =>
        each === permission ? on : edited.default_permissions.includes(each),
      ),
    });
  const changeQuota = (part: Partial<Settings["default_quota"]>) =>
    change({ default_quota: { ...edited.default_quota, ...part } });
  const toNumber = (text: string) => (text === "" ? null : Number(text));
  return (
    <section class="card">
      <h2>{t.settings.newUsers}</h2>
      <Group legend={t.settings.default_permissions} problem={action.findProblem("default_permissions")}>
        {POSSIBLE_DEFAULTS.map((each) => (
          <Choice
            key={each}
            label={t.permissions[each]}
            note={t.permissionNotes[each]}
            checked={edited.default_permissions.includes(each)}
            onValue={(on) => set(each, on)}
          />
        ))}
      </Group>
      <Group legend={t.settings.default_quota} problem={action.findProblem("default_quota")}>
        <div class="row">
          <Field
            label={t.people.limit}
            note={t.people.emptyUnlimited}
            type="number"
            {...limits.changeSettings.default_quota.limit}
            value={edited.default_quota.limit ?? ""}
            onValue={(limit) => changeQuota({ limit: toNumber(limit) })}
          />
          <Field
            label={t.people.per}
            type="number"
            {...limits.changeSettings.default_quota.days}
            value={edited.default_quota.days ?? ""}
            onValue={(days) => changeQuota({ days: toNumber(days) })}
          />
        </div>
      </Group>
      <Field
        label={t.settings.seatLimit}
        note={t.settings.seatLimitNote}
        type="number"
        {...limits.changeSettings.seat_limit}
        required
        value={edited.seat_limit}
        onValue={(seats) => change({ seat_limit: Number(seats) })}
        problem={action.findProblem("seat_limit")}
      />
      <Field
        label={t.settings.reminders}
        note={t.settings.remindersNote}
        value={edited.reminders.join(", ")}
        onValue={(days) => change({ reminders: toDays(days) })}
        problem={action.findProblem("reminders")}
      />
      <Field
        label={t.settings.grace}
        note={t.settings.graceNote}
        type="number"
        {...limits.changeSettings.grace_days}
        required
        value={edited.grace_days}
        onValue={(days) => change({ grace_days: Number(days) })}
        problem={action.findProblem("grace_days")}
      />
      <Field
        label={`${t.settings.closeAfter} (${t.general.optional})`}
        note={t.settings.closeAfterNote}
        type="number"
        {...limits.changeSettings.close_after_days}
        value={edited.close_after_days ?? ""}
        onValue={(days) => change({ close_after_days: toNumber(days) })}
        problem={action.findProblem("close_after_days")}
      />
      <Group legend={t.settings.trial} problem={action.findProblem("trial")}>
        <Choice
          label={t.settings.trialOn}
          note={t.settings.trialNote}
          checked={edited.trial.enabled}
          onValue={(enabled) => change({ trial: { ...edited.trial, enabled } })}
        />
        <Field
          label={t.settings.trialDays}
          type="number"
          {...limits.changeSettings.trial.days}
          required
          value={edited.trial.days}
          onValue={(days) => change({ trial: { ...edited.trial, days: Number(days) } })}
        />
        <Select
          label={t.settings.trialOutcome}
          value={edited.trial.outcome}
          onValue={(outcome) =>
            change({ trial: { ...edited.trial, outcome: outcome as Settings["trial"]["outcome"] } })
          }
        >
          {(["keep", "suspend"] as const).map((outcome) => (
            <option key={outcome} value={outcome}>
              {t.settings.trialOutcomes[outcome]}
            </option>
          ))}
        </Select>
      </Group>
    </section>
  );
}

const toDays = (text: string) =>
  text
    .split(",")
    .map((days) => Number(days))
    .filter((days) => days > 0);

const KINDS = ["missing", "narrower", "wider", "everything", "features", "restrictions", "unknown_person"] as const;
const POLICIES = ["report", "restore", "accept"] as const;

function OnDifference({ edited, change }: SectionProperties) {
  return (
    <section class="card">
      <Group legend={t.settings.onDifference}>
        <p class="quiet">{t.settings.onDifferenceNote}</p>
        {KINDS.map((kind) => (
          <Select
            key={kind}
            label={kind === "unknown_person" ? t.settings.unknownPerson : t.access.differences[kind]}
            value={edited.on_difference[kind]}
            onValue={(policy) =>
              change({
                on_difference: { ...edited.on_difference, [kind]: policy as Settings["on_difference"][typeof kind] },
              })
            }
          >
            {POLICIES.filter((policy) => kind !== "unknown_person" || policy !== "restore").map((policy) => (
              <option key={policy} value={policy}>
                {kind === "unknown_person" && policy === "accept" ? t.settings.adopt : t.settings.policies[policy]}
              </option>
            ))}
          </Select>
        ))}
      </Group>
    </section>
  );
}

function Libraries({ edited, change, action }: SectionProperties) {
  const list = useLoad<LibraryList>("/libraries");
  return (
    <section class="card">
      <h2>{t.settings.libraries}</h2>
      <p class="quiet">{t.settings.librariesNote}</p>
      <Show what={list}>
        {({ libraries }) => {
          const ids = libraries.map((library) => library.id);
          return (
            <>
              {edited.enabled_libraries.length === 0 && <p class="notice">{t.settings.nothingChosen}</p>}
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
                      <Checkbox
                        label={`${t.settings.everything}: ${t.settings.enabled}`}
                        on={edited.enabled_libraries === "all"}
                        set={(on) => change({ enabled_libraries: on ? "all" : ids })}
                      />
                    </td>
                    <td>
                      <Checkbox
                        label={`${t.settings.everything}: ${t.settings.shared}`}
                        on={edited.default_libraries === "all"}
                        set={(on) => change({ default_libraries: on ? "all" : ids })}
                      />
                    </td>
                  </tr>
                  {libraries.map(({ id, title, type }) => (
                    <tr key={id}>
                      <th scope="row">
                        {title} <LibraryKind title={title} type={type} />
                      </th>
                      <td>
                        <Checkbox
                          label={`${title}: ${t.settings.enabled}`}
                          on={isChosen(edited.enabled_libraries, id)}
                          set={(on) =>
                            change({ enabled_libraries: toggleLibrary(edited.enabled_libraries, ids, id, on) })
                          }
                        />
                      </td>
                      <td>
                        <Checkbox
                          label={`${title}: ${t.settings.shared}`}
                          on={isChosen(edited.default_libraries, id) && isChosen(edited.enabled_libraries, id)}
                          disabled={!isChosen(edited.enabled_libraries, id)}
                          set={(on) =>
                            change({ default_libraries: toggleLibrary(edited.default_libraries, ids, id, on) })
                          }
                        />
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </>
          );
        }}
      </Show>
      <Problem
        error={
          [action.findProblem("enabled_libraries"), action.findProblem("default_libraries")]
            .filter(Boolean)
            .map((message) => new Error(message))[0]
        }
      />
      <RefreshLibraries list={list.data} reload={list.reload} />
    </section>
  );
}

function RefreshLibraries({ list, reload }: { list: LibraryList | undefined; reload: () => void }) {
  const action = useAction();
  const [asked, setAsked] = useState<{ before: LibraryList | undefined }>();
  const latest = useRef(list);
  latest.current = list;
  const message = list?.libraries_refresh_message;
  const running = list?.libraries_refresh === "running" || (asked !== undefined && asked.before === list);
  useEffect(() => {
    if (!running) return;
    const timer = setInterval(reload, POLL_INTERVAL);
    return () => clearInterval(timer);
  }, [running]);
  const refresh = () => {
    if (running) return;
    void action.run(async () => {
      await ask("POST", "/libraries/refresh", {});
      setAsked({ before: latest.current });
      reload();
    });
  };
  return (
    <>
      <div class="row">
        <button type="button" aria-disabled={action.busy || running} onClick={refresh}>
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
      {message && <p class="problem">{message}</p>}
      <Problem error={action.problem} />
    </>
  );
}

/** The kind of a library, unless its title says it already. */
function LibraryKind({ title, type }: { title: string; type: string }) {
  const kind = t.settings.kinds[type] ?? "";
  return title.toLowerCase().includes(kind.toLowerCase()) ? null : <span class="quiet">{kind}</span>;
}

/** Plex can stop accepting the owner's sign-in. Redemptions wait until the owner signs in at Plex again. */
function Reconnect() {
  const action = useAction();
  const connect = () =>
    void action.run(async () => leaveForPlex("renewal", await ask<SignInStarted>("POST", "/setup", {})));
  return (
    <section class="card">
      <h2>{t.settings.connection}</h2>
      <p class="quiet">{t.settings.connectionNote}</p>
      <button type="button" aria-disabled={action.busy} onClick={connect}>
        {t.settings.connect}
      </button>
      <Problem error={action.problem} />
    </section>
  );
}

function Checkbox({
  label,
  on,
  disabled = false,
  set,
}: {
  label: string;
  on: boolean;
  disabled?: boolean;
  set: (on: boolean) => void;
}) {
  return (
    <input
      type="checkbox"
      aria-label={label}
      checked={on}
      disabled={disabled}
      onChange={(event) => set(event.currentTarget.checked)}
    />
  );
}

const isChosen = (chosen: "all" | string[], id: string): boolean => chosen === "all" || chosen.includes(id);

function toggleLibrary(chosen: "all" | string[], all: string[], id: string, on: boolean): string[] {
  return all.filter((each) => (each === id ? on : isChosen(chosen, each)));
}

/** Those that the browser knows; the chosen one and UTC in any case. */
function listTimeZones(chosen: string): string[] {
  return [...new Set(["UTC", chosen, ...Intl.supportedValuesOf("timeZone")])];
}
