// Members with what they should have beside what Plex has; one or many of them mended or changed at once.

import { useEffect, useState } from "preact/hooks";

import { addQuery, ask } from "../api/client";
import type { Access, Batch, BulkChange, Page } from "../api/types";
import { useAction } from "../app/action";
import { useFresh } from "../app/loading";
import { Link } from "../app/routing";
import { describeChange, describeObserved, describeWanted } from "../format/accesses";
import { EditAccess } from "../parts/access";
import { Choice, Select } from "../parts/fields";
import { Ends, Extend } from "../parts/membership";
import { Empty, Problem, Show } from "../parts/notices";
import { announce } from "../parts/toasts";
import { t } from "../texts";

type AccessPage = Page<"access", Access>;
type Mending = "restore" | "accept" | "suspend" | "resume";

const LOOK_AGAIN = 500;
const MOST = 100;
const FIRST = { difference: "any", state: "", limit: "100" };

/** Read again when `mark` changes. */
export function Members({ mark }: { mark: string }) {
  const [filter, setFilter] = useState(FIRST);
  const [older, setOlder] = useState<AccessPage[]>([]);
  const path = addQuery("/access", filter);
  const first = useFresh<AccessPage>(path);
  const action = useAction();
  useEffect(first.reload, [mark]);
  useEffect(() => setOlder([]), [path, first.data]);
  const pages = first.data ? [first.data, ...older] : [];
  const next = pages.at(-1)?.next;
  const more = () =>
    action.run(async () => {
      const page = await ask<AccessPage>("GET", addQuery("/access", { ...filter, cursor: next ?? "" }));
      setOlder((before) => [...before, page]);
    });
  return (
    <section class="members">
      <Filter filter={filter} onFilter={(change) => setFilter({ ...filter, ...change })} />
      <Show what={first}>
        {() => <List accesses={pages.flatMap(({ access }) => access)} filter={filter} onDone={first.reload} />}
      </Show>
      {next && (
        <button type="button" class="more" aria-disabled={action.busy} onClick={() => void more()}>
          {t.general.more}
        </button>
      )}
      <Problem error={action.problem} />
    </section>
  );
}

function Filter({ filter, onFilter }: { filter: typeof FIRST; onFilter: (change: Partial<typeof FIRST>) => void }) {
  return (
    <div class="row filters">
      <Select label={t.members.difference} value={filter.difference} onValue={(difference) => onFilter({ difference })}>
        <option value="any">{t.members.any}</option>
        {Object.entries(t.members.kinds).map(([kind, words]) => (
          <option key={kind} value={kind}>
            {words}
          </option>
        ))}
        <option value="">{t.members.all}</option>
      </Select>
      <Select label={t.members.state} value={filter.state} onValue={(state) => onFilter({ state })}>
        <option value="">{t.members.everyState}</option>
        {(["active", "ending", "grace", "joining", "suspended", "ended"] as const).map((state) => (
          <option key={state} value={state}>
            {t.members.states[state]}
          </option>
        ))}
      </Select>
    </div>
  );
}

interface ListProperties {
  accesses: Access[];
  filter: typeof FIRST;
  onDone: () => void;
}

function List({ accesses, filter, onDone }: ListProperties) {
  const [chosen, setChosen] = useState<string[]>([]);
  const [editing, setEditing] = useState(false);
  const [extending, setExtending] = useState(false);
  const [batch, setBatch] = useState<Batch>();
  const action = useAction();
  const ids = accesses.map(({ user }) => user.id);
  const picked = ids.filter((id) => chosen.includes(id)).slice(0, MOST);
  const results = Object.fromEntries((batch?.results ?? []).map((each) => [each.key, each.reason?.Message ?? ""]));

  const decide = async (change: BulkChange) => {
    const { batch_id } = await ask<{ batch_id: string }>("POST", "/access/bulk", change);
    const done = await follow(batch_id, setBatch);
    setChosen([]);
    announce(t.onPlex.mended(done.results.filter(({ state }) => state === "done").length));
    onDone();
  };
  const mend = (user_ids: string[], how: Mending) => void action.run(() => decide({ user_ids, action: how }));

  if (accesses.length === 0) return <Nobody filter={filter} />;
  return (
    <>
      <h2>{filter.difference === "any" ? t.onPlex.differ(accesses.length) : t.members.number(accesses.length)}</h2>
      <fieldset class="row">
        <legend class="unseen">{t.members.chosen(picked.length)}</legend>
        <Choice
          label={t.members.chooseAll}
          checked={picked.length === Math.min(ids.length, MOST)}
          onValue={(on) => setChosen(on ? ids : [])}
        />
        {picked.length > 0 && (
          <>
            <button type="button" aria-disabled={action.busy} onClick={() => mend(picked, "restore")}>
              {t.members.restore(picked.length)}
            </button>
            <button type="button" aria-disabled={action.busy} onClick={() => mend(picked, "accept")}>
              {t.members.accept(picked.length)}
            </button>
            <button type="button" aria-disabled={action.busy} onClick={() => setEditing(true)}>
              {t.members.edit(picked.length)}
            </button>
            <button type="button" aria-disabled={action.busy} onClick={() => setExtending(true)}>
              {t.members.extend(picked.length)}
            </button>
            <button type="button" aria-disabled={action.busy} onClick={() => mend(picked, "suspend")}>
              {t.members.suspend(picked.length)}
            </button>
            <button type="button" aria-disabled={action.busy} onClick={() => mend(picked, "resume")}>
              {t.members.resume(picked.length)}
            </button>
          </>
        )}
      </fieldset>
      {action.busy && batch && <progress value={batch.done} max={batch.of} aria-label={t.members.progress} />}
      <Problem error={action.problem} />
      <ul class="cards">
        {accesses.map((access) => (
          <Card
            key={access.user.id}
            access={access}
            chosen={chosen.includes(access.user.id)}
            onChosen={(on) =>
              setChosen(on ? [...chosen, access.user.id] : chosen.filter((id) => id !== access.user.id))
            }
            busy={action.busy}
            refused={results[access.user.id]}
            onMend={(how) => mend([access.user.id], how)}
          />
        ))}
      </ul>
      {extending && (
        <Extend
          title={t.members.extend(picked.length)}
          onClose={() => setExtending(false)}
          save={async (extension) => {
            await decide({ user_ids: picked, action: "extend", ...extension });
            setExtending(false);
          }}
        />
      )}
      {editing && (
        <EditAccess
          title={t.members.edit(picked.length)}
          onClose={() => setEditing(false)}
          save={async (changes) => {
            await decide({ user_ids: picked, action: "edit", ...changes });
            setEditing(false);
          }}
        />
      )}
    </>
  );
}

function Nobody({ filter }: { filter: typeof FIRST }) {
  if (filter.difference !== "any" || filter.state) return <Empty title={t.members.nobody} />;
  return (
    <Empty title={t.onPlex.same}>
      <p>{t.onPlex.sameNote}</p>
    </Empty>
  );
}

interface CardProperties {
  access: Access;
  chosen: boolean;
  onChosen: (chosen: boolean) => void;
  busy: boolean;
  refused: string | undefined;
  onMend: (how: Mending) => void;
}

function Card({ access, chosen, onChosen, busy, refused, onMend }: CardProperties) {
  const { user, difference, observed, wanted, work } = access;
  return (
    <li class="card">
      <h3>
        <Link href={`/people/${user.id}`}>{user.name}</Link>
      </h3>
      <Choice label={t.members.choose(user.name)} checked={chosen} onValue={onChosen} />
      <dl>
        <dt>{t.members.wanted}</dt>
        <dd>{wanted ? describeWanted(wanted) : t.access.states[access.state]}</dd>
        <dt>{t.members.observed}</dt>
        <dd>{observed ? describeObserved(observed) : t.members.nothing}</dd>
      </dl>
      <Ends access={access} />
      {difference.length > 0 && (
        <ul>
          {difference.map((kind) => (
            <li key={kind}>{t.access.differences[kind]}</li>
          ))}
        </ul>
      )}
      {work && <p class="quiet">{work.reason?.Message ?? t.access.working}</p>}
      {refused && <p class="problem">{refused}</p>}
      {difference.length > 0 && (
        <>
          <p class="quiet">{describeChange(access)}</p>
          <p class="row">
            <button
              type="button"
              aria-label={`${t.onPlex.restore}: ${user.name}`}
              aria-disabled={busy}
              onClick={() => onMend("restore")}
            >
              {t.onPlex.restore}
            </button>
            {observed && (
              <button
                type="button"
                aria-label={`${t.onPlex.accept}: ${user.name}`}
                aria-disabled={busy}
                onClick={() => onMend("accept")}
              >
                {t.onPlex.accept}
              </button>
            )}
          </p>
        </>
      )}
    </li>
  );
}

/** Until everybody has a result. */
async function follow(id: string, onProgress: (batch: Batch) => void): Promise<Batch> {
  for (;;) {
    const batch = await ask<Batch>("GET", `/batches/${id}`);
    onProgress(batch);
    if (batch.state === "done") return batch;
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN));
  }
}
