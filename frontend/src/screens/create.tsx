// Drawing up an invite: two clicks for a plain one, and a live sentence of what it will grant.

import { useState } from "preact/hooks";

import { ask } from "../api/client";
import * as limits from "../api/limits";
import type { Invite, Library, NewInvite, Settings, Unit } from "../api/types";
import { type Acting, useActing } from "../app/acting";
import { useDraft } from "../app/drafts";
import { useLoad } from "../app/loading";
import { createsInvites, may, useMe, usesAdvanced } from "../app/me";
import { Link } from "../app/routing";
import { Choice, Field, Group, Select } from "../parts/fields";
import { NotAllowed, Problem } from "../parts/notices";
import { PersonField } from "../parts/person-field";
import { QrCode } from "../parts/qr-code";
import { ShareButton } from "../parts/share";
import { CopyButton, Moment, Title } from "../parts/small";
import { t } from "../texts";
import { sentence, type Wish } from "../words/sentence";
import { relative } from "../words/times";

const FEATURES = ["downloads", "live_tv", "plex_home"] as const;

const PLAIN = {
  people: "one" as "one" | "some" | "any",
  limit: "5",
  ends: false,
  value: "2",
  unit: "weeks" as Unit,
  libraries: "default" as "default" | "all" | "specific",
  chosen: [] as string[],
  /** Those that were touched; the others follow the settings. */
  features: {} as Partial<Record<(typeof FEATURES)[number], boolean>>,
  note: "",
  code: "",
  behalf: "",
};
const WIDE = "(min-width: 56rem)";
type Plan = typeof PLAIN;
type Change = (change: Partial<Plan>) => void;

export function Create() {
  const me = useMe();
  const [plan, change, drop] = useDraft("create", PLAIN);
  const [made, setMade] = useState<Invite>();
  const acting = useActing();

  if (!createsInvites(me)) {
    return (
      <>
        <Title>{t.create.title}</Title>
        <NotAllowed />
      </>
    );
  }
  if (made) return <Made invite={made} onAnother={() => setMade(undefined)} />;

  const create = (event: Event) => {
    event.preventDefault();
    void acting.run(async () => {
      setMade(await ask<Invite>("POST", "/invites", body(plan, usesAdvanced(me))));
      drop();
      me.reload();
    });
  };
  return (
    <>
      <Title>{t.create.title}</Title>
      <QuotaLine />
      <form class="create" onSubmit={create}>
        {usesAdvanced(me) ? (
          <details open={matchMedia(WIDE).matches || wasChanged(plan)}>
            <summary>{t.create.options}</summary>
            <Advanced plan={plan} change={change} acting={acting} />
          </details>
        ) : (
          <p>{t.create.basic}</p>
        )}
        <Field
          label={`${t.create.note} (${t.general.optional})`}
          note={t.create.noteNote}
          value={plan.note}
          {...limits.createInvite.note}
          onValue={(note) => change({ note })}
          problem={acting.problemOf("note")}
        />
        <Behalf plan={plan} change={change} />
        <Summary plan={plan} acting={acting} />
      </form>
    </>
  );
}

function Summary({ plan, acting }: { plan: Plan; acting: Acting }) {
  const me = useMe();
  const { libraries, defaults } = useOffer();
  return (
    <div class="summary">
      <p>
        <span class="quiet">{t.create.lead}</span>{" "}
        <strong aria-live="polite">{sentence(wish(plan, defaults, usesAdvanced(me)), libraries, new Date())}</strong>
      </p>
      <Problem error={acting.problem} />
      <button type="submit" class="main" aria-disabled={acting.busy}>
        {t.create.go}
      </button>
    </div>
  );
}

function useOffer() {
  const me = useMe();
  const libraries = useLoad<{ libraries: Library[] }>(usesAdvanced(me) ? "/libraries" : null);
  const settings = useLoad<Settings>(may(me, "admin") ? "/settings" : null);
  return { libraries: libraries.data?.libraries ?? [], defaults: settings.data?.default_features };
}

function Advanced({ plan, change, acting }: { plan: Plan; change: Change; acting: Acting }) {
  const { libraries, defaults } = useOffer();
  return (
    <div class="options">
      <Group legend={t.create.people} problem={acting.problemOf("usage_limit")}>
        <Choice
          type="radio"
          name="people"
          label={t.create.one}
          checked={plan.people === "one"}
          onValue={() => change({ people: "one" })}
        />
        <Choice
          type="radio"
          name="people"
          label={t.create.some}
          checked={plan.people === "some"}
          onValue={() => change({ people: "some" })}
        />
        {plan.people === "some" && (
          <Field
            label={t.create.number}
            type="number"
            {...limits.createInvite.usage_limit}
            required
            value={plan.limit}
            onValue={(limit) => change({ limit })}
          />
        )}
        <Choice
          type="radio"
          name="people"
          label={t.create.any}
          checked={plan.people === "any"}
          onValue={() => change({ people: "any" })}
        />
      </Group>
      <Group legend={t.create.expires} problem={acting.problemOf("expires_in")}>
        <Choice
          type="radio"
          name="ends"
          label={t.create.forEver}
          checked={!plan.ends}
          onValue={() => change({ ends: false })}
        />
        <Choice
          type="radio"
          name="ends"
          label={t.create.for}
          checked={plan.ends}
          onValue={() => change({ ends: true })}
        />
        {plan.ends && (
          <div class="row">
            <Field
              label={t.create.duration}
              type="number"
              {...limits.createInvite.expires_in.value}
              required
              value={plan.value}
              onValue={(value) => change({ value })}
            />
            <Select label={t.create.unit} value={plan.unit} onValue={(unit) => change({ unit: unit as Unit })}>
              {(["days", "weeks", "months"] as const).map((unit) => (
                <option key={unit} value={unit}>
                  {t.create.units[unit]}
                </option>
              ))}
            </Select>
          </div>
        )}
      </Group>
      <LibraryChoice
        libraries={libraries}
        kind={plan.libraries}
        chosen={plan.chosen}
        onKind={(kind) => change({ libraries: kind })}
        onChosen={(chosen) => change({ chosen })}
        problem={acting.problemOf("libraries")}
      />
      <Group legend={t.create.features}>
        {FEATURES.map((name) => (
          <Choice
            key={name}
            label={t.create[name]}
            note={t.create[`${name}Note`]}
            checked={plan.features[name] ?? defaults?.[name] ?? false}
            onValue={(on) => change({ features: { ...plan.features, [name]: on } })}
          />
        ))}
      </Group>
      <Field
        label={`${t.create.code} (${t.general.optional})`}
        note={t.create.codeNote}
        value={plan.code}
        {...limits.createInvite.code}
        autocomplete="off"
        autocapitalize="none"
        spellcheck={false}
        onValue={(code) => change({ code })}
        problem={acting.problemOf("code")}
      />
    </div>
  );
}

interface LibraryChoiceProperties {
  libraries: Library[];
  kind: "default" | "all" | "specific";
  chosen: string[];
  onKind: (kind: "default" | "all" | "specific") => void;
  onChosen: (chosen: string[]) => void;
  problem?: string | undefined;
}

export function LibraryChoice({ libraries, kind, chosen, onKind, onChosen, problem }: LibraryChoiceProperties) {
  return (
    <Group legend={t.create.libraries} problem={problem}>
      {(["default", "all", "specific"] as const).map((each) => (
        <Choice
          key={each}
          type="radio"
          name="libraries"
          label={t.create[each]}
          checked={kind === each}
          onValue={() => onKind(each)}
        />
      ))}
      {kind === "specific" && (
        <div class="within">
          {libraries
            .filter((library) => library.enabled)
            .map(({ id, title }) => (
              <Choice
                key={id}
                label={title}
                checked={chosen.includes(id)}
                onValue={(on) => onChosen(on ? [...chosen, id] : chosen.filter((other) => other !== id))}
              />
            ))}
        </div>
      )}
    </Group>
  );
}

function Behalf({ plan, change }: { plan: Plan; change: Change }) {
  const me = useMe();
  const allowed = may(me, "manage_invites") && may(me, "manage_users");
  if (!allowed) return null;
  return (
    <PersonField
      label={`${t.create.behalf} (${t.general.optional})`}
      empty={t.create.myself}
      value={plan.behalf}
      onValue={(behalf) => change({ behalf })}
      known={[]}
      search
    />
  );
}

function QuotaLine() {
  const { quota } = useMe();
  if (quota.remaining === null) return null;
  const when = quota.renews_at ? relative(quota.renews_at, new Date()) : "";
  return <p class="quiet">{quota.remaining > 0 ? t.create.quota(quota.remaining) : t.create.quotaSpent(when)}</p>;
}

function Made({ invite, onAnother }: { invite: Invite; onAnother: () => void }) {
  return (
    <>
      <Title>{t.create.done}</Title>
      <section class="ticket made">
        <QrCode code={invite.code} link={invite.url} />
        <hr class="tear" />
        <p class="link">
          <a href={invite.url}>{invite.url}</a>
        </p>
        {invite.expires_at && (
          <p class="quiet">
            {t.invite.expires} <Moment at={invite.expires_at} />
          </p>
        )}
        <div class="row">
          <CopyButton link={invite.url} plain={false} />
          <ShareButton link={invite.url} />
        </div>
      </section>
      <div class="row">
        <Link href={`/invites/${invite.code}`} class="button">
          {t.create.open}
        </Link>
        <button type="button" class="quiet-button" onClick={onAnother}>
          {t.create.another}
        </button>
      </div>
    </>
  );
}

/** What was changed stays in sight, after a reload too. */
const wasChanged = (plan: Plan): boolean =>
  (Object.keys(PLAIN) as (keyof Plan)[]).some(
    (name) => name !== "note" && JSON.stringify(plan[name]) !== JSON.stringify(PLAIN[name]),
  );

function limitOf(plan: Plan): number | null {
  if (plan.people === "any") return null;
  return plan.people === "one" ? 1 : Number(plan.limit);
}

function wish(plan: Plan, defaults: Settings["default_features"] | undefined, advanced: boolean): Wish {
  if (!advanced) return { limit: 1, expires: null, libraries: "default", features: {} };
  return {
    limit: limitOf(plan),
    expires: plan.ends ? { value: Number(plan.value), unit: plan.unit } : null,
    libraries: plan.libraries === "specific" ? plan.chosen : plan.libraries,
    features: { ...defaults, ...plan.features },
  };
}

/** Only what differs from a plain invite: naming more needs more permissions. */
function body(plan: Plan, advanced: boolean): NewInvite {
  const basic: NewInvite = { ...(plan.note && { note: plan.note }), ...(plan.behalf && { created_by: plan.behalf }) };
  if (!advanced) return basic;
  return {
    ...basic,
    ...(plan.people !== "one" && { usage_limit: limitOf(plan) }),
    ...(plan.ends && { expires_in: { value: Number(plan.value), unit: plan.unit } }),
    ...(plan.libraries !== "default" && { libraries: plan.libraries === "specific" ? plan.chosen : plan.libraries }),
    ...plan.features,
    ...(plan.code && { code: plan.code }),
  };
}
