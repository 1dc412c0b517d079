// What a member should have on Plex, what Plex last said, and changing it.

import { useEffect, useState } from "preact/hooks";

import { ask } from "../api/client";
import type { Access, AccessChange, AccessInFull, LibraryList } from "../api/types";
import { useAction } from "../app/action";
import { useFresh, useLoad } from "../app/loading";
import { describeRestrictions, tidyRestrictions } from "../format/terms";
import { t } from "../texts";
import { Confirm, Dialog } from "./dialogs";
import { Choice, Group } from "./fields";
import { LibraryChoice } from "./library-choice";
import { Closes, Ends, Membership } from "./membership";
import { Problem } from "./notices";
import { RelativeTime } from "./relative-time";
import { RestrictionFields } from "./restrictions";

const LOOK_AGAIN = 2000;

interface AccessCardProperties {
  path: string;
  mayEdit?: boolean;
  onChanged?: () => void;
}

/** Nothing at all for an account that was never given anything. */
export function AccessCard({ path, mayEdit = false, onChanged }: AccessCardProperties) {
  const { data, error, reload } = useFresh<AccessInFull>(path);
  const [isEditing, setEditing] = useState(false);
  const isAtWork = Boolean(data?.work && !data.work.reason);
  useEffect(() => {
    if (!isAtWork) return;
    const timer = setInterval(reload, LOOK_AGAIN);
    return () => clearInterval(timer);
  }, [isAtWork, reload]);
  if (!data) return <Problem error={error} retry={reload} />;
  if (data.state === "none") return null;
  const changed = () => {
    setEditing(false);
    reload();
    onChanged?.();
  };
  const save = async (changes: Changes) => {
    if (Object.keys(changes).length) await ask("PATCH", path, { version: data.version, ...changes });
    changed();
  };
  return (
    <section class="card">
      <h2>{t.access.title}</h2>
      <Wanted access={data} />
      <Ends access={data} />
      <Closes at={data.closes_at} own={!mayEdit} />
      <Seen access={data} />
      {mayEdit && ["active", "ending", "grace", "suspended", "ended"].includes(data.state) && (
        <>
          <button type="button" onClick={() => setEditing(true)}>
            {t.access.edit}
          </button>
          <Membership access={data} path={path} onChanged={changed} />
        </>
      )}
      {mayEdit && data.state === "closed" && data.managed_profile && !data.work && (
        <DeleteProfile access={data} path={path} onDone={reload} />
      )}
      {isEditing && (
        <EditAccess
          title={t.access.editTitle(data.user.name)}
          present={data.wanted}
          onClose={() => setEditing(false)}
          save={save}
        />
      )}
    </section>
  );
}

function Wanted({ access: { wanted, state } }: { access: Access }) {
  if (!wanted) return <p>{t.access.states[state]}</p>;
  const features = (["downloads", "live_tv", "plex_home"] as const).filter((each) => wanted.features[each]);
  return (
    <>
      <p>{wanted.libraries.map((library) => library.title).join(", ")}</p>
      {wanted.restrictions && (
        <p class="quiet">
          {t.access.onlyThese} {describeRestrictions(wanted.restrictions)}
        </p>
      )}
      {features.length > 0 && <p class="quiet">{features.map((each) => t.terms.features[each]).join(", ")}</p>}
    </>
  );
}

function DeleteProfile({ access, path, onDone }: { access: Access; path: string; onDone: () => void }) {
  const [isAsking, setAsking] = useState(false);
  const action = useAction();
  const remove = () =>
    void action.run(async () => {
      await ask("POST", `${path}/delete-profile`, { version: access.version });
      setAsking(false);
      onDone();
    });
  return (
    <>
      <p>{t.access.profileStays}</p>
      <button type="button" class="danger" onClick={() => setAsking(true)}>
        {t.access.deleteProfile}
      </button>
      {isAsking && (
        <Confirm
          title={t.access.deleteProfileTitle(access.user.name)}
          note={t.access.deleteProfileNote}
          action={t.access.deleteProfile}
          busy={action.busy}
          onConfirm={remove}
          onClose={() => setAsking(false)}
        >
          <Problem error={action.problem} />
        </Confirm>
      )}
    </>
  );
}

function Seen({ access: { observed, work, difference } }: { access: Access }) {
  return (
    <div aria-live="polite">
      {work?.reason && <p class="problem">{work.reason.Message}</p>}
      {work && !work.reason && <p>{t.access.working}</p>}
      {!work && difference.length > 0 && (
        <ul class="problem">
          {difference.map((each) => (
            <li key={each}>{t.access.differences[each]}</li>
          ))}
        </ul>
      )}
      {!work && difference.length === 0 && observed && (
        <p class="quiet note">
          {t.access.asPlexSaid} <RelativeTime at={observed.seen_at} />
        </p>
      )}
    </div>
  );
}

type Changes = Omit<AccessChange, "version">;

interface EditAccessProperties {
  title: string;
  /** What is there; of many, nothing is taken for it. */
  present?: Access["wanted"];
  onClose: () => void;
  /** Only what was changed. */
  save: (changes: Changes) => Promise<unknown>;
}

export function EditAccess({ title, present = null, onClose, save }: EditAccessProperties) {
  const { data } = useLoad<LibraryList>("/libraries");
  const [changes, setChanges] = useState<Changes>({});
  const action = useAction();
  const rule = present?.rule === "all" || present?.rule === "default" ? present.rule : "specific";
  const libraries = changes.libraries ?? (rule === "specific" ? present?.libraries.map(({ id }) => id) : rule) ?? [];
  const features = { ...present?.features, ...changes.features };
  const hidden = changes.restrictions === undefined ? (present?.restrictions ?? null) : changes.restrictions;
  const submit = (event: Event) => {
    event.preventDefault();
    void action.run(async () => {
      const tidied = changes.restrictions && { restrictions: tidyRestrictions(changes.restrictions) };
      await save({ ...changes, ...tidied });
    });
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <form onSubmit={submit}>
        {!present && <p class="quiet">{t.members.editNote}</p>}
        <LibraryChoice
          libraries={data?.libraries ?? []}
          kind={Array.isArray(libraries) ? "specific" : libraries}
          chosen={Array.isArray(libraries) ? libraries : []}
          onKind={(kind) =>
            setChanges({
              ...changes,
              libraries: kind === "specific" ? (present?.libraries.map(({ id }) => id) ?? []) : kind,
            })
          }
          onChosen={(chosen) => setChanges({ ...changes, libraries: chosen })}
          problem={action.findProblem("libraries")}
        />
        <Group legend={t.create.features}>
          {(["downloads", "live_tv", "plex_home"] as const).map((each) => (
            <Choice
              key={each}
              label={t.create[each]}
              checked={Boolean(features[each])}
              onValue={(on) => setChanges({ ...changes, features: { ...changes.features, [each]: on } })}
            />
          ))}
        </Group>
        <RestrictionFields
          hidden={hidden}
          plexPass={data?.plex_pass}
          onHidden={(restrictions) => setChanges({ ...changes, restrictions })}
          problem={action.findProblem("restrictions")}
        />
        {!action.findProblem("libraries") && !action.findProblem("restrictions") && <Problem error={action.problem} />}
        <button type="submit" aria-disabled={action.busy}>
          {t.general.save}
        </button>
      </form>
    </Dialog>
  );
}
