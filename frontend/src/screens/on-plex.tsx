// What Plex has, beside what is wanted: the last look, members who differ, and people who have no account here.

import { useEffect, useState } from "preact/hooks";

import { ask } from "../api/client";
import type { Adopted, Look, Stranger } from "../api/types";
import { useAction } from "../app/action";
import { useFresh } from "../app/loading";
import { Choice, Group } from "../parts/fields";
import { Problem } from "../parts/notices";
import { RelativeTime } from "../parts/relative-time";
import { Title } from "../parts/title";
import { announce } from "../parts/toasts";
import { t } from "../texts";
import { Members } from "./members";

const LOOK_AGAIN = 1000;

export function OnPlex() {
  const look = useFresh<{ look: Look | null }>("/access/look");
  const strangers = useFresh<{ people: Stranger[] }>("/access/unknown");
  const reload = () => {
    look.reload();
    strangers.reload();
  };
  return (
    <>
      <Title>{t.onPlex.title}</Title>
      <p class="quiet">{t.onPlex.lead}</p>
      <Problem error={look.error ?? strangers.error} retry={reload} />
      {look.data && strangers.data && (
        <>
          <LatestLook look={look.data.look} onDone={reload} />
          {strangers.data.people.length > 0 && <Strangers people={strangers.data.people} onDone={strangers.reload} />}
          <Members mark={look.data.look?.finished_at ?? ""} />
        </>
      )}
    </>
  );
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
