// The first run: prove that the server is yours, choose it, see its libraries, turn sign-up on.

import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";

import { ask, send, session } from "../api/client";
import * as limits from "../api/limits";
import type { Library, PlexServer, Settings, SetupDone, SetupState, SignInStarted } from "../api/types";
import { useActing } from "../app/acting";
import { useLoad } from "../app/loading";
import { completed, forgetUnderWay, leaveForPlex, underWay } from "../app/plex";
import { Choice, Field, Group } from "../parts/fields";
import { Loading, Problem, Show } from "../parts/notices";
import { Title } from "../parts/small";
import { t } from "../texts";

const CHOSEN = "streamarr.setup";
const LOOK_AGAIN = 1000;

/** Whether this browser is in the middle of it. */
export const setUpIsUnderWay = (): boolean => underWay()?.kind === "setup" || localStorage.getItem(CHOSEN) !== null;

type Part = "token" | "finishing" | "libraries" | "signup";

function firstPart(): Part {
  if (localStorage.getItem(CHOSEN)) return "libraries";
  return underWay()?.kind === "setup" ? "finishing" : "token";
}

export function SetUp({ onDone }: { onDone: () => void }) {
  const [part, setPart] = useState<Part>(firstPart);
  const [problem, setProblem] = useState<Error>();
  const startOver = (problem: Error) => {
    forgetUnderWay();
    setProblem(problem);
    setPart("token");
  };
  const chosen = () => {
    forgetUnderWay();
    localStorage.setItem(CHOSEN, "1");
    setPart("libraries");
  };
  const done = () => {
    localStorage.removeItem(CHOSEN);
    onDone();
  };
  return (
    <main class="door">
      <p class="brand">{t.site.name}</p>
      {part === "token" && <Token problem={problem} />}
      {part === "finishing" && <ServerChoice onChosen={chosen} onProblem={startOver} />}
      {part === "libraries" && <Libraries onDone={() => setPart("signup")} />}
      {part === "signup" && <TurnOn onDone={done} />}
    </main>
  );
}

function Part({ number, title, children }: { number: number; title: string; children: ComponentChildren }) {
  const names = t.setup.steps;
  return (
    <section class="ticket" key={number}>
      <p class="quiet progress">
        {t.setup.step(number, names.length, names[number - 1] ?? "")}
        <progress max={names.length} value={number} aria-label={t.setup.title} />
      </p>
      <Title>{title}</Title>
      {children}
    </section>
  );
}

function Token({ problem }: { problem: Error | undefined }) {
  const [token, setToken] = useState("");
  const acting = useActing();
  const submit = (event: Event) => {
    event.preventDefault();
    const start = () => send<SignInStarted>("POST", "/setup", { setup_token: token.trim() });
    void acting.run(async () => leaveForPlex("setup", await start()));
  };
  return (
    <Part number={1} title={t.setup.title}>
      <p class="quiet">{t.setup.lead}</p>
      <form onSubmit={submit}>
        <Field
          label={t.setup.token}
          {...limits.startSetup.setup_token}
          note={t.setup.tokenNote}
          value={token}
          onValue={setToken}
          required
          autocomplete="off"
          spellcheck={false}
          problem={acting.problemOf("setup_token")}
        />
        <p class="quiet">{t.setup.plexNote}</p>
        <Problem error={acting.problem ?? problem} />
        <button type="submit" class="main wide" aria-disabled={acting.busy}>
          {t.setup.tokenGo}
        </button>
      </form>
    </Part>
  );
}

function ServerChoice({ onChosen, onProblem }: { onChosen: () => void; onProblem: (problem: Error) => void }) {
  const [servers, setServers] = useState<PlexServer[]>();
  const [chosen, setChosen] = useState("");
  const acting = useActing();

  useEffect(() => {
    const id = underWay()?.id;
    completed<SetupDone>(`/setup/${id}`)
      .then((answer) => {
        if (!answer) return onProblem(new Error(t.signIn.notFinished));
        session.keep(answer.token);
        setServers(answer.servers);
        setChosen(answer.servers[0]?.machine_id ?? "");
      })
      .catch(onProblem);
  }, []);

  if (!servers) {
    return (
      <Part number={2} title={t.signIn.finishing}>
        <p class="quiet">{t.signIn.finishingLead}</p>
        <Loading />
      </Part>
    );
  }
  const submit = (event: Event) => {
    event.preventDefault();
    void acting.run(async () => {
      await ask("PUT", "/setup/server", { machine_id: chosen });
      onChosen();
    });
  };
  return (
    <Part number={3} title={t.setup.steps[2] ?? ""}>
      <form onSubmit={submit}>
        <Group legend={t.setup.server}>
          {servers.map((server) => (
            <Choice
              key={server.machine_id}
              type="radio"
              name="server"
              label={server.name}
              checked={chosen === server.machine_id}
              onValue={() => setChosen(server.machine_id)}
            />
          ))}
        </Group>
        <Problem error={acting.problem} />
        <button type="submit" class="main wide" aria-disabled={acting.busy}>
          {t.setup.serverGo}
        </button>
      </form>
    </Part>
  );
}

function Libraries({ onDone }: { onDone: () => void }) {
  const setup = useLoad<SetupState>("/setup");
  const fetched = setup.data?.state === "done";
  const libraries = useLoad<{ libraries: Library[] }>(fetched ? "/libraries" : null);
  useEffect(() => {
    if (fetched) return;
    const timer = setInterval(setup.reload, LOOK_AGAIN);
    return () => clearInterval(timer);
  }, [fetched]);
  return (
    <Part number={4} title={t.setup.steps[3] ?? ""}>
      <Problem error={setup.error} retry={setup.reload} />
      {!fetched && (
        <p role="status" class="loading">
          {t.setup.fetching} {t.setup.fetchingNote}
        </p>
      )}
      {fetched && (
        <Show what={libraries}>
          {({ libraries }) => (
            <>
              <p>{t.setup.libraries}</p>
              <ul class="gifts">
                {libraries.map((library) => (
                  <li key={library.id}>
                    <span>{library.title}</span>
                    <span class="quiet">{t.settings.kinds[library.type]}</span>
                  </li>
                ))}
              </ul>
              <p class="quiet">{t.setup.librariesNote}</p>
              <button type="button" class="main wide" onClick={onDone}>
                {t.setup.librariesGo}
              </button>
            </>
          )}
        </Show>
      )}
    </Part>
  );
}

function TurnOn({ onDone }: { onDone: () => void }) {
  const acting = useActing();
  const turnOn = () =>
    acting.run(async () => {
      const { version } = await ask<Settings>("GET", "/settings");
      await ask("PATCH", "/settings", { version, signup_enabled: true });
      onDone();
    });
  return (
    <Part number={5} title={t.setup.signup}>
      <p class="quiet">{t.setup.signupNote}</p>
      <Problem error={acting.problem} />
      <button type="button" class="main wide" aria-disabled={acting.busy} onClick={turnOn}>
        {t.setup.signupOn}
      </button>
      <button type="button" class="wide" onClick={onDone}>
        {t.setup.signupLater}
      </button>
    </Part>
  );
}
