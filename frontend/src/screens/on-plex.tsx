// What Plex has, beside what is wanted: the last look, members who differ, and people who have no account here.

import { useCallback, useEffect, useState } from "preact/hooks";

import { addQuery, ask } from "../api/client";
import type { Access, Adopted, Look, Page, Stranger } from "../api/types";
import { useAction } from "../app/action";
import { type Loaded, useFresh } from "../app/loading";
import { Link } from "../app/routing";
import { Choice, Group } from "../parts/fields";
import { Empty, Problem, Show } from "../parts/notices";
import { RelativeTime } from "../parts/relative-time";
import { Title } from "../parts/title";
import { announce } from "../parts/toasts";
import { t } from "../texts";

const LOOK_AGAIN = 1000;

export function OnPlex() {
  const look = useFresh<{ look: Look | null }>("/access/look");
  const differing = useDiffering();
  const strangers = useFresh<{ people: Stranger[] }>("/access/unknown");
  const reload = () => {
    look.reload();
    differing.reload();
    strangers.reload();
  };
  return (
    <>
      <Title>{t.onPlex.title}</Title>
      <p class="quiet">{t.onPlex.lead}</p>
      <LatestLook look={look.data?.look ?? null} onDone={reload} />
      <Show what={{ ...differing, error: look.error ?? differing.error ?? strangers.error, reload }}>
        {(accesses) => <Differing accesses={accesses} onDone={differing.reload} />}
      </Show>
      {strangers.data && strangers.data.people.length > 0 && (
        <Strangers people={strangers.data.people} onDone={strangers.reload} />
      )}
    </>
  );
}

/** All of them: each page leads to the next. */
function useDiffering(): Loaded<Access[]> {
  const [data, setData] = useState<Access[]>();
  const [error, setError] = useState<Error>();
  const reload = useCallback(async () => {
    try {
      const found: Access[] = [];
      let cursor: string | null = "";
      while (cursor !== null) {
        const page: Page<"access", Access> = await ask(
          "GET",
          addQuery("/access", { difference: "any", limit: "100", cursor }),
        );
        found.push(...page.access);
        cursor = page.next;
      }
      setData(found);
      setError(undefined);
    } catch (failure) {
      setError(failure as Error);
    }
  }, []);
  useEffect(() => void reload(), []);
  return { data, error, reload: () => void reload() };
}

function LatestLook({ look, onDone }: { look: Look | null; onDone: () => void }) {
  const action = useAction();
  const isRunning = look?.state === "running";
  useEffect(() => {
    if (!isRunning) return;
    const timer = setInterval(onDone, LOOK_AGAIN);
    return () => clearInterval(timer);
  }, [isRunning]);
  const begin = () =>
    action.run(async () => {
      await ask("POST", "/access/look", {});
      onDone();
    });
  return (
    <section class="card">
      <p role="status">
        {look ? t.onPlex.looks[look.state] : t.onPlex.never}{" "}
        {look?.finished_at && <RelativeTime at={look.finished_at} />}
      </p>
      <Problem error={action.problem} />
      <button type="button" aria-disabled={action.busy || isRunning} onClick={begin}>
        {t.onPlex.look}
      </button>
    </section>
  );
}

/** One, or all of them one after the other, with what became of each. */
function Differing({ accesses, onDone }: { accesses: Access[]; onDone: () => void }) {
  const [results, setResults] = useState<Record<string, string>>({});
  const [left, setLeft] = useState(0);
  if (accesses.length === 0 && Object.keys(results).length === 0)
    return (
      <Empty title={t.onPlex.same}>
        <p>{t.onPlex.sameNote}</p>
      </Empty>
    );
  const mend = async (some: Access[], how: "restore" | "accept") => {
    for (const [done, each] of some.entries()) {
      setLeft(some.length - done);
      const result = await ask("POST", `/users/${each.user.id}/access/${how}`, { version: each.version }).then(
        () => t.onPlex.done[how],
        (error: Error) => error.message,
      );
      setResults((before) => ({ ...before, [each.user.id]: result }));
    }
    setLeft(0);
    announce(t.onPlex.mended(some.length));
    onDone();
  };
  return (
    <section>
      <h2>{t.onPlex.differ(accesses.length)}</h2>
      {accesses.length > 1 && (
        <p class="row">
          <button type="button" aria-disabled={left > 0} onClick={() => void mend(accesses, "restore")}>
            {t.onPlex.restoreAll(accesses.length)}
          </button>
        </p>
      )}
      {left > 0 && <p role="status">{t.onPlex.left(left)}</p>}
      <ul class="cards">
        {accesses.map((each) => (
          <li class="card" key={each.user.id}>
            <h3>
              <Link href={`/people/${each.user.id}`}>{each.user.name}</Link>
            </h3>
            <ul>
              {each.difference.map((kind) => (
                <li key={kind}>{t.access.differences[kind]}</li>
              ))}
            </ul>
            {results[each.user.id] ? (
              <p role="status">{results[each.user.id]}</p>
            ) : (
              <p class="row">
                <button
                  type="button"
                  aria-label={`${t.onPlex.restore}: ${each.user.name}`}
                  aria-disabled={left > 0}
                  onClick={() => void mend([each], "restore")}
                >
                  {t.onPlex.restore}
                </button>
                {each.observed && (
                  <button
                    type="button"
                    aria-label={`${t.onPlex.accept}: ${each.user.name}`}
                    aria-disabled={left > 0}
                    onClick={() => void mend([each], "accept")}
                  >
                    {t.onPlex.accept}
                  </button>
                )}
              </p>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

export function Strangers({ people, onDone }: { people: Stranger[]; onDone: () => void }) {
  const [chosen, setChosen] = useState<number[]>([]);
  const [failed, setFailed] = useState<Adopted[]>([]);
  const action = useAction();
  const adopt = (ids: number[]) =>
    action.run(async () => {
      const { results } = await ask<{ results: Adopted[] }>("POST", "/access/adopt", { plex_ids: ids.slice(0, 100) });
      setFailed(results.filter((each) => each.reason));
      setChosen([]);
      announce(t.onPlex.adopted(results.filter((each) => each.user).length));
      onDone();
    });
  return (
    <section class="card">
      <Group legend={t.onPlex.strangers}>
        <p class="quiet">{t.onPlex.strangersNote}</p>
        {people.map((each) => (
          <Choice
            key={each.plex_id}
            label={each.name}
            note={
              each.everything ? t.access.differences.everything : each.libraries.map(({ title }) => title).join(", ")
            }
            checked={chosen.includes(each.plex_id)}
            onValue={(on) => setChosen(on ? [...chosen, each.plex_id] : chosen.filter((id) => id !== each.plex_id))}
          />
        ))}
      </Group>
      {failed.map((each) => (
        <p class="problem" key={each.plex_id}>
          {people.find((one) => one.plex_id === each.plex_id)?.name ?? each.plex_id}: {each.reason?.Message}
        </p>
      ))}
      <Problem error={action.problem} />
      <p class="row">
        <button
          type="button"
          aria-disabled={action.busy || chosen.length === 0}
          onClick={() => chosen.length > 0 && void adopt(chosen)}
        >
          {t.onPlex.adopt(chosen.length)}
        </button>
        <button
          type="button"
          aria-disabled={action.busy}
          onClick={() => void adopt(people.map(({ plex_id }) => plex_id))}
        >
          {t.onPlex.adoptAll}
        </button>
      </p>
    </section>
  );
}
