// Creating an invite: a plain one takes two clicks, and one sentence says what it will grant.

import { ask } from "../api/client";
import * as limits from "../api/limits";
import type { Invite, LibraryList, Me, Seats, Settings, Unit } from "../api/types";
import { type Action, useAction } from "../app/action";
import { useDraft } from "../app/drafts";
import { useLoad } from "../app/loading";
import { may, mayCreateInvites, mayUseAdvancedOptions, useMe } from "../app/me";
import { go, Link } from "../app/routing";
import { describeTerms } from "../format/terms";
import { formatRelative } from "../format/times";
import { CopyButton } from "../parts/copy-button";
import { Choice, Field, Group, Select } from "../parts/fields";
import { LibraryChoice } from "../parts/library-choice";
import { NotAllowed, Problem, Show } from "../parts/notices";
import { PersonField } from "../parts/person-field";
import { QrCode } from "../parts/qr-code";
import { RelativeTime } from "../parts/relative-time";
import { RestrictionFields } from "../parts/restrictions";
import { Share } from "../parts/share";
import { TermField } from "../parts/term-field";
import { Title } from "../parts/title";
import { t } from "../texts";
import { EMPTY_FORM, hasOptions, type InviteForm, toNewInvite, toTerms } from "./invite-form";

const FEATURES = ["downloads", "live_tv", "plex_home"] as const;
const WHY_NOT = "why-not";
const WIDE = "(min-width: 56rem)";

interface FormPartProperties {
  form: InviteForm;
  change: (change: Partial<InviteForm>) => void;
  action: Action;
}

export function Create() {
  const me = useMe();
  const [form, change, drop] = useDraft("create", EMPTY_FORM);
  const action = useAction();

  if (!mayCreateInvites(me)) {
    return (
      <>
        <Title>{t.create.title}</Title>
        <NotAllowed />
      </>
    );
  }

  const create = (event: Event) => {
    event.preventDefault();
    if (whyNot(me)) return;
    void action.run(async () => {
      const { code } = await ask<Invite>("POST", "/invites", toNewInvite(form, mayUseAdvancedOptions(me)));
      drop();
      me.reload();
      go(`/invites/${code}/created`, { replace: true });
    });
  };
  return (
    <>
      <Title>{t.create.title}</Title>
      <Warnings />
      <form class="create" onSubmit={create}>
        {mayUseAdvancedOptions(me) ? (
          <details open={matchMedia(WIDE).matches || hasOptions(form)}>
            <summary>{t.create.options}</summary>
            <Options form={form} change={change} action={action} />
          </details>
        ) : (
          <p>{t.create.basic}</p>
        )}
        <Field
          label={`${t.create.note} (${t.general.optional})`}
          note={t.create.noteNote}
          value={form.note}
          {...limits.createInvite.note}
          onValue={(note) => change({ note })}
          problem={action.findProblem("note")}
        />
        <OnBehalfOf form={form} change={change} />
        <Summary form={form} action={action} />
      </form>
    </>
  );
}

function Summary({ form, action }: Omit<FormPartProperties, "change">) {
  const me = useMe();
  const { libraries, defaults } = useInviteOptions();
  return (
    <div class="summary">
      <p>
        <span class="quiet">{t.create.lead}</span>{" "}
        <strong aria-live="polite">
          {describeTerms(toTerms(form, defaults, mayUseAdvancedOptions(me)), libraries, new Date())}
        </strong>
      </p>
      <Problem error={action.problem} />
      <button
        type="submit"
        class="main"
        aria-disabled={action.busy || Boolean(whyNot(me))}
        aria-describedby={whyNot(me) ? WHY_NOT : undefined}
      >
        {t.create.go}
      </button>
    </div>
  );
}

function useInviteOptions() {
  const me = useMe();
  const libraries = useLoad<LibraryList>(mayUseAdvancedOptions(me) ? "/libraries" : null);
  const settings = useLoad<Settings>(may(me, "admin") ? "/settings" : null);
  return {
    libraries: libraries.data?.libraries ?? [],
    plexPass: libraries.data?.plex_pass,
    defaults: settings.data?.default_features,
  };
}

function Options({ form, change, action }: FormPartProperties) {
  const { libraries, plexPass, defaults } = useInviteOptions();
  return (
    <div class="options">
      <Group legend={t.create.uses} problem={action.findProblem("usage_limit")}>
        <Choice
          type="radio"
          name="uses"
          label={t.create.single}
          checked={form.uses === "single"}
          onValue={() => change({ uses: "single" })}
        />
        <Choice
          type="radio"
          name="uses"
          label={t.create.custom}
          checked={form.uses === "custom"}
          onValue={() => change({ uses: "custom" })}
        />
        {form.uses === "custom" && (
          <Field
            label={t.create.number}
            type="number"
            {...limits.createInvite.usage_limit}
            required
            value={form.limit}
            onValue={(limit) => change({ limit })}
          />
        )}
        <Choice
          type="radio"
          name="uses"
          label={t.create.unlimited}
          checked={form.uses === "unlimited"}
          onValue={() => change({ uses: "unlimited" })}
        />
      </Group>
      <Group legend={t.create.expires} problem={action.findProblem("expires_in")}>
        <Choice
          type="radio"
          name="expires"
          label={t.create.forEver}
          checked={!form.expires}
          onValue={() => change({ expires: false })}
        />
        <Choice
          type="radio"
          name="expires"
          label={t.create.for}
          checked={form.expires}
          onValue={() => change({ expires: true })}
        />
        {form.expires && (
          <div class="row">
            <Field
              label={t.create.duration}
              type="number"
              {...limits.createInvite.expires_in.value}
              required
              value={form.period}
              onValue={(period) => change({ period })}
            />
            <Select label={t.create.unit} value={form.unit} onValue={(unit) => change({ unit: unit as Unit })}>
              {(["days", "weeks", "months"] as const).map((unit) => (
                <option key={unit} value={unit}>
                  {t.create.units[unit]}
                </option>
              ))}
            </Select>
          </div>
        )}
      </Group>
      <TermField
        legend={t.create.accessFor}
        name="access-for"
        term={form.accessFor}
        onTerm={(accessFor) => change({ accessFor })}
        problem={action.findProblem("access_for")}
      />
      <LibraryChoice
        libraries={libraries}
        kind={form.libraries}
        chosen={form.libraryIds}
        onKind={(kind) => change({ libraries: kind })}
        onChosen={(libraryIds) => change({ libraryIds })}
        problem={action.findProblem("libraries")}
      />
      <Group legend={t.create.features}>
        {FEATURES.map((name) => (
          <Choice
            key={name}
            label={t.create[name]}
            note={t.create[`${name}Note`]}
            checked={form.features[name] ?? defaults?.[name] ?? false}
            onValue={(on) => change({ features: { ...form.features, [name]: on } })}
          />
        ))}
      </Group>
      <RestrictionFields
        hidden={form.restrictions}
        plexPass={plexPass}
        onHidden={(restrictions) => change({ restrictions })}
        problem={action.findProblem("restrictions")}
      />
      <Field
        label={`${t.create.code} (${t.general.optional})`}
        note={t.create.codeNote}
        value={form.code}
        {...limits.createInvite.code}
        autocomplete="off"
        autocapitalize="none"
        spellcheck={false}
        onValue={(code) => change({ code })}
        problem={action.findProblem("code")}
      />
    </div>
  );
}

function OnBehalfOf({ form, change }: Omit<FormPartProperties, "action">) {
  const me = useMe();
  const allowed = may(me, "manage_invites") && may(me, "manage_users");
  if (!allowed) return null;
  return (
    <PersonField
      label={`${t.create.onBehalfOf} (${t.general.optional})`}
      empty={t.create.myself}
      value={form.createdBy}
      onValue={(createdBy) => change({ createdBy })}
      known={[]}
      search
    />
  );
}

/** What stands against creating any invite now, in the reader's words: said before anything is typed. */
function whyNot(me: Me): string | undefined {
  const now = new Date();
  const onTrial = me.trial_ends_at && new Date(me.trial_ends_at) > now && !may(me, "manage_users", "manage_invites");
  if (onTrial && me.trial_ends_at) return t.account.trial(formatRelative(me.trial_ends_at, now));
  if (!me.signup_enabled) return may(me, "admin") ? t.create.signupOffAdmin : t.create.signupOff;
  if (me.quota.remaining !== 0) return undefined;
  if (me.quota.renews_at) return t.create.quotaSpent(formatRelative(me.quota.renews_at, now));
  return me.quota.limit ? t.create.quotaUsedUp : t.create.quotaNone;
}

function Warnings() {
  const me = useMe();
  const reason = whyNot(me);
  const seats = useLoad<Seats>(may(me, "manage_users") ? "/seats" : null).data;
  const isFull = seats && seats.used >= seats.limit;
  return (
    <>
      {reason ? (
        <div class="problem" role="note">
          <p id={WHY_NOT}>{reason}</p>
          {!me.signup_enabled && may(me, "admin") && <Link href="/settings">{t.create.toSettings}</Link>}
        </div>
      ) : (
        me.quota.remaining !== null && <p class="quiet">{t.create.quota(me.quota.remaining)}</p>
      )}
      {isFull && (
        <p class="problem" role="note">
          {t.create.full(seats.used, seats.limit)}
        </p>
      )}
    </>
  );
}

/** What was just created, at an address of its own: loading it again creates nothing. */
export function CreatedScreen({ code }: { code: string }) {
  const invite = useLoad<Invite>(`/invites/${code}`);
  return (
    <>
      <Title>{t.create.done}</Title>
      <Show what={invite}>{(created) => <CreatedInvite invite={created} />}</Show>
    </>
  );
}

function CreatedInvite({ invite }: { invite: Invite }) {
  return (
    <>
      <section class="ticket created">
        <QrCode invite={invite} />
        <hr class="tear" />
        <p class="link">
          <a href={invite.url}>{invite.url}</a>
        </p>
        {invite.expires_at && (
          <p class="quiet">
            {t.invite.expires} <RelativeTime at={invite.expires_at} />
          </p>
        )}
        <div class="row">
          <CopyButton link={invite.url} plain={false} />
          <Share link={invite.url} code={invite.code} />
        </div>
      </section>
      <div class="row">
        <Link href={`/invites/${invite.code}`} class="button">
          {t.create.open}
        </Link>
        <Link href="/invites/new" class="button plain">
          {t.create.another}
        </Link>
      </div>
    </>
  );
}
