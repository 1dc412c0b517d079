// The dialog in which an invite is edited.

import { useState } from "preact/hooks";

import { ask } from "../api/client";
import * as limits from "../api/limits";
import type { Invite, InviteChange, LibraryList } from "../api/types";
import { useAction } from "../app/action";
import { tidyRestrictions } from "../format/terms";
import { fromInputValue, toInputValue } from "../format/times";
import { Dialog } from "../parts/dialogs";
import { Choice, Field, Group } from "../parts/fields";
import { LibraryChoice } from "../parts/library-choice";
import { Problem } from "../parts/notices";
import { RestrictionFields } from "../parts/restrictions";
import { TermField } from "../parts/term-field";
import { t } from "../texts";

interface EditInviteProperties {
  invite: Invite;
  libraries: LibraryList | undefined;
  onClose: () => void;
  onSaved: () => void;
}

/** Sends only what was changed. */
export function EditInvite({ invite, libraries, onClose, onSaved }: EditInviteProperties) {
  const [changes, setChanges] = useState<InviteChange>({});
  const action = useAction();
  const edited = { ...invite, ...invite.features, ...changes };
  const chosen = Array.isArray(edited.libraries) ? edited.libraries : [];
  const change = (part: InviteChange) => setChanges((before) => ({ ...before, ...part }));
  const save = (event: Event) => {
    event.preventDefault();
    void action.run(async () => {
      const tidied = changes.restrictions && { restrictions: tidyRestrictions(changes.restrictions) };
      if (Object.keys(changes).length) await ask("PATCH", `/invites/${invite.code}`, { ...changes, ...tidied });
      onSaved();
    });
  };
  return (
    <Dialog title={t.invite.title(invite.code)} onClose={onClose}>
      <form onSubmit={save}>
        <p class="quiet">{t.invite.keeps}</p>
        <Field
          label={t.invite.limit}
          note={t.people.emptyUnlimited}
          type="number"
          {...limits.changeInvite.usage_limit}
          min={Math.max(limits.changeInvite.usage_limit.min, invite.uses)}
          value={edited.usage_limit ?? ""}
          onValue={(limit) => change({ usage_limit: limit ? Number(limit) : null })}
          problem={action.findProblem("usage_limit")}
        />
        <Field
          label={`${t.invite.expiresAt} (${t.general.optional})`}
          type="datetime-local"
          value={toInputValue(edited.expires_at)}
          onValue={(at) => change({ expires_at: fromInputValue(at) })}
          problem={action.findProblem("expires_at")}
        />
        <TermField
          legend={t.create.accessFor}
          name="access-for"
          term={edited.access_for}
          onTerm={(access_for) => change({ access_for })}
          problem={action.findProblem("access_for")}
        />
        <LibraryChoice
          libraries={libraries?.libraries ?? []}
          kind={Array.isArray(edited.libraries) ? "specific" : edited.libraries}
          chosen={chosen}
          onKind={(kind) => change({ libraries: kind === "specific" ? chosen : kind })}
          onChosen={(libraries) => change({ libraries })}
          problem={action.findProblem("libraries")}
        />
        <Group legend={t.create.features}>
          {(["downloads", "live_tv", "plex_home"] as const).map((name) => (
            <Choice
              key={name}
              label={t.create[name]}
              note={t.create[`${name}Note`]}
              checked={edited[name]}
              onValue={(on) => change({ [name]: on })}
            />
          ))}
        </Group>
        <RestrictionFields
          hidden={edited.restrictions}
          plexPass={libraries?.plex_pass}
          onHidden={(restrictions) => change({ restrictions })}
          problem={action.findProblem("restrictions")}
        />
        <Field
          label={`${t.create.note} (${t.general.optional})`}
          {...limits.changeInvite.note}
          value={edited.note ?? ""}
          onValue={(note) => change({ note: note || null })}
        />
        <Problem error={action.problem} />
        <div class="row end">
          <button type="button" onClick={onClose}>
            {t.general.cancel}
          </button>
          <button type="submit" class="main" aria-disabled={action.busy}>
            {t.general.save}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
