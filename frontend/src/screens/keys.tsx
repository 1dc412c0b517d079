// API keys: what programs ask with in the reader's name. A key is shown once, right after it is made.

import { useState } from "preact/hooks";

import { ask } from "../api/client";
import type { ApiKey, NewApiKey, Scope } from "../api/types";
import { useAction } from "../app/action";
import { useLoad } from "../app/loading";
import { formatDay } from "../format/times";
import { CopyButton } from "../parts/copy-button";
import { Confirm } from "../parts/dialogs";
import { Choice, Field, Group, Select } from "../parts/fields";
import { Empty, Problem, Show } from "../parts/notices";
import { RelativeTime } from "../parts/relative-time";
import { Title } from "../parts/title";
import { announce } from "../parts/toasts";
import { t } from "../texts";

const PATH = "/keys";
const SCOPES: Scope[] = ["invites:create", "invites:read", "people:read", "people:write", "stats:read"];
const LASTS = [30, 90, 365, 0];
const DAY = 86_400_000;

export function Keys() {
  const keys = useLoad<{ keys: ApiKey[] }>(PATH);
  const [made, setMade] = useState<NewApiKey>();
  return (
    <>
      <Title>{t.keys.title}</Title>
      <p>{t.keys.lead}</p>
      {made && <Made made={made} />}
      <Show what={keys}>
        {({ keys: all }) =>
          all.length ? (
            <ul class="cards">
              {all.map((each) => (
                <li key={each.id} class="card">
                  <ShownKey shown={each} onDeleted={keys.reload} />
                </li>
              ))}
            </ul>
          ) : (
            <Empty title={t.keys.none} />
          )
        }
      </Show>
      <Make
        onMade={(key) => {
          setMade(key);
          keys.reload();
        }}
      />
    </>
  );
}

function Made({ made }: { made: NewApiKey }) {
  return (
    <section class="card" role="status">
      <h2>{t.keys.made(made.name)}</h2>
      <p>{t.keys.once}</p>
      <p class="address">{made.key}</p>
      <CopyButton link={made.key} plain={false} label={t.keys.copy} />
    </section>
  );
}

function ShownKey({ shown, onDeleted }: { shown: ApiKey; onDeleted: () => void }) {
  const [asking, setAsking] = useState(false);
  const action = useAction();
  const remove = () =>
    void action.run(async () => {
      await ask("DELETE", `${PATH}/${shown.id}`);
      setAsking(false);
      announce(t.keys.deleted);
      onDeleted();
    });
  return (
    <>
      <h2>{shown.name}</h2>
      <p>{shown.scopes.map((each) => t.keys.scopes[each]).join(" · ")}</p>
      <p class="quiet">
        {t.keys.created} <RelativeTime at={shown.created_at} /> ·{" "}
        {shown.expires_at ? t.keys.until(formatDay(new Date(shown.expires_at), new Date())) : t.keys.lasting} ·{" "}
        {shown.last_used_at ? (
          <>
            {t.keys.used} <RelativeTime at={shown.last_used_at} />
          </>
        ) : (
          t.keys.unused
        )}
      </p>
      <button type="button" class="danger" onClick={() => setAsking(true)}>
        {t.keys.delete}
        <span class="unseen"> {shown.name}</span>
      </button>
      <Problem error={action.problem} />
      {asking && (
        <Confirm
          title={t.keys.deleteTitle(shown.name)}
          note={t.keys.deleteNote}
          action={t.keys.delete}
          busy={action.busy}
          onConfirm={remove}
          onClose={() => setAsking(false)}
        />
      )}
    </>
  );
}

function Make({ onMade }: { onMade: (key: NewApiKey) => void }) {
  const [name, setName] = useState("");
  const [scopes, setScopes] = useState<Scope[]>([]);
  const [days, setDays] = useState(90);
  const [missing, setMissing] = useState(false);
  const action = useAction();
  const make = (event: Event) => {
    event.preventDefault();
    setMissing(!scopes.length);
    if (!scopes.length) return;
    void action.run(async () => {
      const expires_at = days ? new Date(Date.now() + days * DAY).toISOString() : null;
      onMade(await ask<NewApiKey>("POST", PATH, { name, scopes, expires_at }));
      setName("");
      setScopes([]);
    });
  };
  return (
    <form class="card" onSubmit={make}>
      <h2>{t.keys.make}</h2>
      <Field
        label={t.keys.name}
        note={t.keys.nameNote}
        value={name}
        onValue={setName}
        required
        maxLength={60}
        problem={action.findProblem("name")}
      />
      <Group legend={t.keys.scopesLegend} problem={missing ? t.keys.chooseScope : action.findProblem("scopes")}>
        {SCOPES.map((each) => (
          <Choice
            key={each}
            label={t.keys.scopes[each]}
            checked={scopes.includes(each)}
            onValue={(on) => setScopes(on ? [...scopes, each] : scopes.filter((other) => other !== each))}
          />
        ))}
      </Group>
      <p class="note">{t.keys.never}</p>
      <Select label={t.keys.lasts} value={String(days)} onValue={(chosen) => setDays(Number(chosen))}>
        {LASTS.map((each) => (
          <option key={each} value={each}>
            {each ? t.keys.days(each) : t.keys.lasting}
          </option>
        ))}
      </Select>
      {!action.findProblem("name") && !action.findProblem("scopes") && <Problem error={action.problem} />}
      <button type="submit" class="main" aria-disabled={action.busy}>
        {t.keys.make}
      </button>
    </form>
  );
}
