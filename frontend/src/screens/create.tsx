// Creating an invite: a plain one takes two clicks, and one sentence says what it will grant.

import { useState } from "preact/hooks";

import { ask } from "../api/client";
import * as limits from "../api/limits";
import type { Invite, LibraryList, Settings, Unit } from "../api/types";
import { type Action, useAction } from "../app/action";
import { useDraft } from "../app/drafts";
import { useLoad } from "../app/loading";
import { may, mayCreateInvites, mayUseAdvancedOptions, useMe } from "../app/me";
import { Link } from "../app/routing";
import { describeTerms } from "../format/terms";
import { formatRelative } from "../format/times";
import { CopyButton } from "../parts/copy-button";
import { Choice, Field, Group, Select } from "../parts/fields";
import { LibraryChoice } from "../parts/library-choice";
import { NotAllowed, Problem } from "../parts/notices";
import { PersonField } from "../parts/person-field";
import { QrCode } from "../parts/qr-code";
import { RelativeTime } from "../parts/relative-time";
import { RestrictionFields } from "../parts/restrictions";
import { ShareButton } from "../parts/share";
import { TermField } from "../parts/term-field";
import { Title } from "../parts/title";
import { t } from "../texts";
import { EMPTY_FORM, hasOptions, type InviteForm, toNewInvite, toTerms } from "./invite-form";

const FEATURES = ["downloads", "live_tv", "plex_home"] as const;
const WIDE = "(min-width: 56rem)";

interface FormPartProperties {
  form: InviteForm;
  change: (change: Partial<InviteForm>) => void;
  action: Action;
}

export function Create() {
  const me = useMe();
  const [form, change, drop] = useDraft("create", EMPTY_FORM);
  const [created, setCreated] = useState<Invite>();
  const action = useAction();

  if (!mayCreateInvites(me)) {
    return (
      <>
        <Title>{t.create.title}</Title>
        <NotAllowed />
      </>
    );
  }
  if (created) return <CreatedInvite invite={created} onAnother={() => setCreated(undefined)} />;

  const create = (event: Event) => {
    event.preventDefault();
    void action.run(async () => {
      setCreated(await ask<Invite>("POST", "/invites", toNewInvite(form, mayUseAdvancedOptions(me))));
      drop();
      me.reload();
    });
  };
  return (
    <>
      <Title>{t.create.title}</Title>
      <QuotaLine />
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
      <button type="submit" class="main" aria-disabled={action.busy}>
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

function QuotaLine() {
  const { quota } = useMe();
  if (quota.remaining === null) return null;
  const when = quota.renews_at ? formatRelative(quota.renews_at, new Date()) : "";
  return <p class="quiet">{quota.remaining > 0 ? t.create.quota(quota.remaining) : t.create.quotaSpent(when)}</p>;
}

function CreatedInvite({ invite, onAnother }: { invite: Invite; onAnother: () => void }) {
  return (
    <>
      <Title>{t.create.done}</Title>
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
