// What a member should have on Plex, what Plex last said, and changing it.

import { useEffect, useState } from "preact/hooks";

import { ask } from "../api/client";
import type { Access, AccessChange, LibraryList } from "../api/types";
import { useAction } from "../app/action";
import { useFresh, useLoad } from "../app/loading";
import { t } from "../texts";
import { Dialog } from "./dialogs";
import { Choice, Field, Group } from "./fields";
import { LibraryChoice } from "./library-choice";
import { Problem } from "./notices";
import { RelativeTime } from "./relative-time";

const LOOK_AGAIN = 2000;
const KINDS = ["movies", "shows", "music"] as const;
const RESTRICTED_BY = ["content_ratings", "labels"] as const;
type Kind = (typeof KINDS)[number];
type RestrictedBy = (typeof RESTRICTED_BY)[number];

interface AccessCardProperties {
  path: string;
  mayEdit?: boolean;
  onChanged?: () => void;
}

/** Nothing at all for an account that was never given anything. */
export function AccessCard({ path, mayEdit = false, onChanged }: AccessCardProperties) {
  const { data, error, reload } = useFresh<Access>(path);
  const [isEditing, setEditing] = useState(false);
  const isAtWork = Boolean(data?.work && !data.work.reason);
  useEffect(() => {
    if (!isAtWork) return;
    const timer = setInterval(reload, LOOK_AGAIN);
    return () => clearInterval(timer);
  }, [isAtWork, reload]);
  if (!data) return <Problem error={error} retry={reload} />;
  if (data.state === "none") return null;
  const saved = () => {
    setEditing(false);
    reload();
    onChanged?.();
  };
  return (
    <section class="card">
      <h2>{t.access.title}</h2>
      <Wanted access={data} />
      <Seen access={data} />
      {mayEdit && ["active", "suspended", "ended"].includes(data.state) && (
        <button type="button" onClick={() => setEditing(true)}>
          {t.access.edit}
        </button>
      )}
      {isEditing && <EditAccess access={data} path={path} onClose={() => setEditing(false)} onSaved={saved} />}
    </section>
  );
}

function Wanted({ access: { wanted, state } }: { access: Access }) {
  if (!wanted) return <p>{t.access.states[state]}</p>;
  const features = (["downloads", "live_tv", "plex_home"] as const).filter((each) => wanted.features[each]);
  return (
    <>
      <p>{wanted.libraries.map((library) => library.title).join(", ")}</p>
      {wanted.restrictions && <Hidden restrictions={wanted.restrictions} />}
      {features.length > 0 && <p class="quiet">{features.map((each) => t.terms.features[each]).join(", ")}</p>}
    </>
  );
}

function Hidden({ restrictions }: { restrictions: NonNullable<NonNullable<Access["wanted"]>["restrictions"]> }) {
  const said = KINDS.flatMap((kind) => {
    const words = [...(restrictions[kind]?.content_ratings ?? []), ...(restrictions[kind]?.labels ?? [])];
    return words.length > 0 ? [`${t.access.kinds[kind]}: ${words.join(", ")}`] : [];
  });
  return (
    <p class="quiet">
      {t.access.onlyThese} {said.join("; ")}
    </p>
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

/** Without the blanks and the empty words that typing leaves. */
function tidied(changes: Omit<AccessChange, "version">): Omit<AccessChange, "version"> {
  if (!changes.restrictions) return changes;
  const tidy = (words: string[] | undefined) => (words ?? []).map((word) => word.trim()).filter(Boolean);
  const restrictions = Object.fromEntries(
    Object.entries(changes.restrictions).map(([kind, each]) => [
      kind,
      each && { content_ratings: tidy(each.content_ratings), labels: tidy(each.labels) },
    ]),
  );
  return { ...changes, restrictions };
}

interface EditAccessProperties {
  access: Access;
  path: string;
  onClose: () => void;
  onSaved: () => void;
}

/** Sends only what was changed, against the version that is shown. */
function EditAccess({ access, path, onClose, onSaved }: EditAccessProperties) {
  const { data } = useLoad<LibraryList>("/libraries");
  const [changes, setChanges] = useState<Omit<AccessChange, "version">>({});
  const action = useAction();
  const present = access.wanted;
  const rule = present?.rule === "all" || present?.rule === "default" ? present.rule : "specific";
  const libraries = changes.libraries ?? (rule === "specific" ? present?.libraries.map(({ id }) => id) : rule) ?? [];
  const features = { ...present?.features, ...changes.features };
  const hidden = changes.restrictions ?? present?.restrictions ?? {};
  const hide = (kind: Kind, by: RestrictedBy, text: string) => {
    const words = text.split(",").map((word) => word.trimStart());
    setChanges({
      ...changes,
      restrictions: { ...hidden, [kind]: { ...hidden[kind], [by]: text === "" ? [] : words } },
    });
  };
  const save = (event: Event) => {
    event.preventDefault();
    void action.run(async () => {
      if (Object.keys(changes).length) await ask("PATCH", path, { version: access.version, ...tidied(changes) });
      onSaved();
    });
  };
  return (
    <Dialog title={t.access.editTitle(access.user.name)} onClose={onClose}>
      <form onSubmit={save}>
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
          {(["downloads", "live_tv"] as const).map((each) => (
            <Choice
              key={each}
              label={t.create[each]}
              checked={Boolean(features[each])}
              onValue={(on) => setChanges({ ...changes, features: { ...changes.features, [each]: on } })}
            />
          ))}
        </Group>
        <details>
          <summary>{t.access.hide}</summary>
          <p class="quiet">{t.access.hideNote}</p>
          {KINDS.map((kind) => (
            <Group key={kind} legend={t.access.kinds[kind]}>
              {RESTRICTED_BY.map((by) => (
                <Field
                  key={by}
                  label={t.access.only[by]}
                  value={(hidden[kind]?.[by] ?? []).join(", ")}
                  onValue={(text) => hide(kind, by, text)}
                />
              ))}
            </Group>
          ))}
        </details>
        {!action.findProblem("libraries") && <Problem error={action.problem} />}
        <button type="submit" aria-disabled={action.busy}>
          {t.general.save}
        </button>
      </form>
    </Dialog>
  );
}
