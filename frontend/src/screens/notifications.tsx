// Notifications: addresses that hear of events, what each was sent last, and how that went.

import { useEffect, useState } from "preact/hooks";

import { ask } from "../api/client";
import type { Delivery, Endpoint, NewEndpoint } from "../api/types";
import { useAction } from "../app/action";
import { useFresh, useLoad } from "../app/loading";
import { may, useMe } from "../app/me";
import { CopyButton } from "../parts/copy-button";
import { Confirm } from "../parts/dialogs";
import { Choice, Field, Group } from "../parts/fields";
import { Empty, Problem, Show } from "../parts/notices";
import { RelativeTime } from "../parts/relative-time";
import { Title } from "../parts/title";
import { announce } from "../parts/toasts";
import { t } from "../texts";

const PATH = "/endpoints";
const OF_ONES_OWN = ["invite.*", "redemption.*"];
const OF_PEOPLE = ["member.*", "access.*", "extension.*", "trial.*"];
const OF_ADMINS = ["settings.*", "endpoint.*", "key.*"];
const LOOK_AGAIN = 2_000;

interface Secret {
  name: string;
  secret: string;
}

export function Notifications() {
  const endpoints = useLoad<{ endpoints: Endpoint[] }>(PATH);
  const [secret, setSecret] = useState<Secret>();
  return (
    <>
      <Title>{t.notifications.title}</Title>
      <p>{t.notifications.lead}</p>
      {secret && (
        <section class="card" role="status">
          <h2>{t.notifications.secret(secret.name)}</h2>
          <p>{t.notifications.once}</p>
          <p class="address">{secret.secret}</p>
          <CopyButton link={secret.secret} plain={false} label={t.notifications.copySecret} />
        </section>
      )}
      <Show what={endpoints}>
        {({ endpoints: all }) =>
          all.length ? (
            <ul class="cards">
              {all.map((each) => (
                <li key={each.id} class="card">
                  <ShownEndpoint shown={each} onChanged={endpoints.reload} onSecret={setSecret} />
                </li>
              ))}
            </ul>
          ) : (
            <Empty title={t.notifications.none} />
          )
        }
      </Show>
      <Make
        onMade={(made) => {
          setSecret(made);
          endpoints.reload();
        }}
      />
    </>
  );
}

const describeEvents = (events: string[]): string =>
  events.map((each) => t.notifications.events[each] ?? each).join(" · ");

interface ShownProperties {
  shown: Endpoint;
  onChanged: () => void;
  onSecret: (secret: Secret) => void;
}

function ShownEndpoint({ shown, onChanged, onSecret }: ShownProperties) {
  const [asking, setAsking] = useState(false);
  const [log, setLog] = useState(false);
  const action = useAction();
  const path = `${PATH}/${shown.id}`;
  const change = (work: () => Promise<unknown>, said: string) =>
    void action.run(async () => {
      await work();
      announce(said);
      onChanged();
    });
  const rotate = () =>
    change(async () => {
      const { secret } = await ask<{ secret: string }>("POST", `${path}/rotate`, {});
      onSecret({ name: shown.name, secret });
    }, t.notifications.rotated);
  const switchTo = (enabled: boolean) =>
    change(() => ask("PATCH", path, { enabled }), enabled ? t.notifications.switchedOn : t.notifications.switchedOff);
  return (
    <>
      <h2>{shown.name}</h2>
      <p class="address">{shown.url}</p>
      <p>{describeEvents(shown.events)}</p>
      <Health shown={shown} />
      <div class="row">
        <button
          type="button"
          aria-disabled={action.busy}
          onClick={() => change(() => ask("POST", `${path}/test`, {}).then(() => setLog(true)), t.notifications.tested)}
        >
          {t.notifications.test}
          <span class="unseen"> {shown.name}</span>
        </button>
        <button type="button" aria-expanded={log} onClick={() => setLog(!log)}>
          {t.notifications.log}
          <span class="unseen"> {shown.name}</span>
        </button>
        <button type="button" aria-disabled={action.busy} onClick={() => switchTo(!shown.enabled)}>
          {shown.enabled ? t.notifications.switchOff : t.notifications.switchOn}
          <span class="unseen"> {shown.name}</span>
        </button>
        <button type="button" aria-disabled={action.busy} onClick={rotate}>
          {t.notifications.rotate}
          <span class="unseen"> {shown.name}</span>
        </button>
        <button type="button" class="danger" onClick={() => setAsking(true)}>
          {t.notifications.delete}
          <span class="unseen"> {shown.name}</span>
        </button>
      </div>
      <Problem error={action.problem} />
      {log && <Log id={shown.id} />}
      {asking && (
        <Confirm
          title={t.notifications.deleteTitle(shown.name)}
          note={t.notifications.deleteNote}
          action={t.notifications.delete}
          busy={action.busy}
          onConfirm={() => change(() => ask("DELETE", path), t.notifications.deleted)}
          onClose={() => setAsking(false)}
        />
      )}
    </>
  );
}

function Health({ shown }: { shown: Endpoint }) {
  if (!shown.enabled) return <p class="problem">{t.notifications.off}</p>;
  if (!shown.failing_since) return null;
  return (
    <p class="problem">
      {t.notifications.failing} <RelativeTime at={shown.failing_since} />. {t.notifications.failingNote}
    </p>
  );
}

function Log({ id }: { id: string }) {
  const path = `${PATH}/${id}/deliveries?limit=10`;
  const deliveries = useFresh<{ deliveries: Delivery[] }>(path, useBeat());
  const action = useAction();
  const replay = (delivery: Delivery) =>
    void action.run(async () => {
      await ask("POST", `/deliveries/${delivery.id}/replay`, {});
      announce(t.notifications.replayed);
      deliveries.reload();
    });
  return (
    <Show what={deliveries}>
      {({ deliveries: all }) =>
        all.length ? (
          <>
            <Problem error={action.problem} />
            <ul class="entries">
              {all.map((each) => (
                <li key={each.id}>
                  <p>
                    <strong>{t.notifications.events[each.type] ?? each.type}</strong>:{" "}
                    {t.notifications.states[each.state]}{" "}
                    <span class="quiet">
                      {each.attempts.length > 0 && (
                        <RelativeTime at={each.attempts[each.attempts.length - 1]?.at ?? ""} />
                      )}
                    </span>
                  </p>
                  <LastAnswer delivery={each} />
                  {each.state !== "pending" && (
                    <button type="button" class="quiet-button" aria-disabled={action.busy} onClick={() => replay(each)}>
                      {t.notifications.replay}
                      <span class="unseen"> {each.type}</span>
                    </button>
                  )}
                </li>
              ))}
            </ul>
          </>
        ) : (
          <p class="quiet">{t.notifications.nothingSent}</p>
        )
      }
    </Show>
  );
}

function LastAnswer({ delivery }: { delivery: Delivery }) {
  const last = delivery.attempts[delivery.attempts.length - 1];
  if (!last) return null;
  return (
    <p class="note">
      {last.status === null ? last.said : t.notifications.answered(last.status, last.milliseconds)}
      {delivery.next_try_at && (
        <>
          {" "}
          {t.notifications.nextTry} <RelativeTime at={delivery.next_try_at} />.
        </>
      )}
    </p>
  );
}

/** Rises every two seconds, so that what was just sent shows. */
function useBeat(): number {
  const [beat, setBeat] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => document.visibilityState === "visible" && setBeat((last) => last + 1), LOOK_AGAIN);
    return () => clearInterval(timer);
  }, []);
  return beat;
}

function Make({ onMade }: { onMade: (made: NewEndpoint) => void }) {
  const me = useMe();
  const choices = [
    ...OF_ONES_OWN,
    ...(may(me, "manage_users") ? OF_PEOPLE : []),
    ...(may(me, "admin") ? OF_ADMINS : []),
  ];
  const [name, setName] = useState("");
  const [url, setUrl] = useState("");
  const [events, setEvents] = useState<string[]>(OF_ONES_OWN);
  const [missing, setMissing] = useState(false);
  const action = useAction();
  const make = (event: Event) => {
    event.preventDefault();
    setMissing(!events.length);
    if (!events.length) return;
    void action.run(async () => {
      onMade(await ask<NewEndpoint>("POST", PATH, { name, url, events }));
      setName("");
      setUrl("");
    });
  };
  const isShownAtField = ["name", "url"].some((field) => action.findProblem(field));
  return (
    <form class="card" onSubmit={make}>
      <h2>{t.notifications.make}</h2>
      <Field
        label={t.notifications.name}
        value={name}
        onValue={setName}
        required
        maxLength={60}
        problem={action.findProblem("name")}
      />
      <Field
        label={t.notifications.url}
        note={t.notifications.urlNote}
        type="url"
        value={url}
        onValue={setUrl}
        required
        maxLength={1000}
        problem={action.findProblem("url")}
      />
      <Group legend={t.notifications.choose} problem={missing ? t.notifications.chooseOne : undefined}>
        {choices.map((each) => (
          <Choice
            key={each}
            label={t.notifications.events[each] ?? each}
            checked={events.includes(each)}
            onValue={(on) => setEvents(on ? [...events, each] : events.filter((other) => other !== each))}
          />
        ))}
      </Group>
      {!isShownAtField && <Problem error={action.problem} />}
      <button type="submit" class="main" aria-disabled={action.busy}>
        {t.notifications.make}
      </button>
    </form>
  );
}
