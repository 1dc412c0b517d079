// The first run: the set-up token, the owner's sign-in at Plex, the server, its libraries, and turning sign-up on.

import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";

import { ask, send, session } from "../api/client";
import * as limits from "../api/limits";
import type { Library, Look, PlexServer, Settings, SetupDone, SetupState, SignInStarted, Stranger } from "../api/types";
import { useAction } from "../app/action";
import { useLoad } from "../app/loading";
import { completeSignIn, forgetPendingSignIn, getPendingSignIn, leaveForPlex } from "../app/plex";
import { Choice, Field, Group } from "../parts/fields";
import { Loading, Problem, Show } from "../parts/notices";
import { Title } from "../parts/title";
import { t } from "../texts";
import { Strangers } from "./on-plex";

const CHOSEN = "streamarr.setup";
const POLL_INTERVAL = 1000;

const ADDRESS = "/set-up";

/** Whether this browser has begun the set-up and not finished it, or is to set up anew. */
export const isSettingUp = (): boolean =>
  location.pathname === ADDRESS || getPendingSignIn()?.kind === "setup" || localStorage.getItem(CHOSEN) !== null;

type StepName = "token" | "server" | "libraries" | "signup" | "people" | "ready";

function chooseFirstStep(): StepName {
  if (localStorage.getItem(CHOSEN)) return "libraries";
  return getPendingSignIn()?.kind === "setup" ? "server" : "token";
}

export function SetUp({ onDone }: { onDone: () => void }) {
  const [step, setStep] = useState<StepName>(chooseFirstStep);
  const [problem, setProblem] = useState<Error>();
  const startOver = (problem: Error) => {
    forgetPendingSignIn();
    setProblem(problem);
    setStep("token");
  };
  const goOn = () => {
    forgetPendingSignIn();
    localStorage.setItem(CHOSEN, "1");
    setStep("libraries");
  };
  const finish = (next: string) => {
    localStorage.removeItem(CHOSEN);
    history.replaceState(null, "", next);
    onDone();
  };
  return (
    <main class="start-screen">
      <p class="brand">{t.site.name}</p>
      {step === "token" && <TokenStep problem={problem} />}
      {step === "server" && <ServerStep onChosen={goOn} onProblem={startOver} />}
      {step === "libraries" && <LibrariesStep onDone={() => setStep("signup")} />}
      {step === "signup" && <SignupStep onDone={() => setStep("people")} />}
      {step === "people" && <PeopleStep onDone={() => setStep("ready")} />}
      {step === "ready" && <ReadyStep onDone={finish} />}
    </main>
  );
}

function Step({ number, title, children }: { number: number; title: string; children: ComponentChildren }) {
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

/** A token behind `#` in the link is taken, and is out of sight and of the history at once. */
function takeTokenFromLink(): string {
  const token = new URLSearchParams(location.hash.slice(1)).get("token") ?? "";
  if (token) history.replaceState(null, "", location.pathname);
  return token;
}

function TokenStep({ problem }: { problem: Error | undefined }) {
  const [token, setToken] = useState(takeTokenFromLink);
  const action = useAction();
  const submit = (event: Event) => {
    event.preventDefault();
    const start = () => send<SignInStarted>("POST", "/setup", { setup_token: token.trim() });
    void action.run(async () => leaveForPlex("setup", await start()));
  };
  return (
    <Step number={1} title={t.setup.title}>
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
          problem={action.findProblem("setup_token")}
        />
        <p class="quiet">{t.setup.plexNote}</p>
        <Problem error={action.problem ?? problem} />
        <button type="submit" class="main wide" aria-disabled={action.busy}>
          {t.setup.tokenGo}
        </button>
      </form>
    </Step>
  );
}

function ServerStep({ onChosen, onProblem }: { onChosen: () => void; onProblem: (problem: Error) => void }) {
  const [servers, setServers] = useState<PlexServer[]>();
  const [chosen, setChosen] = useState("");
  const action = useAction();
  const choose = (machine_id: string) =>
    action.run(async () => {
      await ask("PUT", "/setup/server", { machine_id });
      onChosen();
    });

  useEffect(() => {
    const id = getPendingSignIn()?.id;
    completeSignIn<SetupDone>(`/setup/${id}`)
      .then((answer) => {
        if (!answer) return onProblem(new Error(t.signIn.notFinished));
        session.keep(answer.token);
        const [first, ...others] = answer.servers;
        setChosen(first?.machine_id ?? "");
        if (first && !others.length) void choose(first.machine_id);
        else setServers(answer.servers);
      })
      .catch(onProblem);
  }, []);

  if (!servers) {
    return (
      <Step number={2} title={t.signIn.finishing}>
        <p class="quiet">{t.signIn.finishingLead}</p>
        {action.problem ? <Problem error={action.problem} retry={() => void choose(chosen)} /> : <Loading />}
      </Step>
    );
  }
  const submit = (event: Event) => {
    event.preventDefault();
    void choose(chosen);
  };
  return (
    <Step number={3} title={t.setup.steps[2] ?? ""}>
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
        <Problem error={action.problem} />
        <button type="submit" class="main wide" aria-disabled={action.busy}>
          {t.setup.serverGo}
        </button>
      </form>
    </Step>
  );
}

function LibrariesStep({ onDone }: { onDone: () => void }) {
  const setup = useLoad<SetupState>("/setup");
  const isRead = setup.data?.state === "done";
  const libraries = useLoad<{ libraries: Library[] }>(isRead ? "/libraries" : null);
  useEffect(() => {
    if (isRead) return;
    const timer = setInterval(setup.reload, POLL_INTERVAL);
    return () => clearInterval(timer);
  }, [isRead]);
  return (
    <Step number={4} title={t.setup.steps[3] ?? ""}>
      <Problem error={setup.error} retry={setup.reload} />
      {!isRead && (
        <p role="status" class="loading">
          {t.setup.reading} {t.setup.readingNote}
        </p>
      )}
      {isRead && (
        <Show what={libraries}>{({ libraries }) => <ChooseLibraries libraries={libraries} onDone={onDone} />}</Show>
      )}
    </Step>
  );
}

function ChooseLibraries({ libraries, onDone }: { libraries: Library[]; onDone: () => void }) {
  const ids = libraries.map(({ id }) => id);
  const [chosen, setChosen] = useState(ids);
  const [later, setLater] = useState(false);
  const action = useAction();
  const takesAll = chosen.length === ids.length;
  const save = (event: Event) => {
    event.preventDefault();
    void action.run(async () => {
      const { version } = await ask<Settings>("GET", "/settings");
      await ask("PATCH", "/settings", {
        version,
        enabled_libraries: later && takesAll ? "all" : ids,
        default_libraries: later && takesAll ? "all" : chosen,
      });
      onDone();
    });
  };
  return (
    <form onSubmit={save}>
      <Group legend={t.setup.libraries} problem={chosen.length ? undefined : t.setup.chooseLibrary}>
        {libraries.map(({ id, title, type }) => (
          <Choice
            key={id}
            label={title}
            note={t.settings.kinds[type]}
            checked={chosen.includes(id)}
            onValue={(on) =>
              setChosen(on ? ids.filter((each) => each === id || chosen.includes(each)) : without(chosen, id))
            }
          />
        ))}
      </Group>
      <Choice
        label={t.setup.laterLibraries}
        note={t.setup.laterLibrariesNote}
        checked={later && takesAll}
        disabled={!takesAll}
        onValue={setLater}
      />
      <p class="quiet">{t.setup.librariesNote}</p>
      <Problem error={action.problem} />
      <button type="submit" class="main wide" aria-disabled={action.busy || !chosen.length}>
        {t.setup.librariesGo}
      </button>
    </form>
  );
}

const without = (ids: string[], id: string): string[] => ids.filter((each) => each !== id);

function SignupStep({ onDone }: { onDone: () => void }) {
  const action = useAction();
  const turnOn = () =>
    action.run(async () => {
      const { version } = await ask<Settings>("GET", "/settings");
      await ask("PATCH", "/settings", { version, signup_enabled: true });
      onDone();
    });
  return (
    <Step number={5} title={t.setup.signup}>
      <p class="quiet">{t.setup.signupNote}</p>
      <Problem error={action.problem} />
      <button type="button" class="main wide" aria-disabled={action.busy} onClick={turnOn}>
        {t.setup.signupOn}
      </button>
      <button type="button" class="wide" onClick={onDone}>
        {t.setup.signupLater}
      </button>
    </Step>
  );
}

/** People to whom the server is shared already; passed over where there is nobody. */
function PeopleStep({ onDone }: { onDone: () => void }) {
  const [asked, setAsked] = useState<string>();
  const action = useAction();
  const look = useLoad<Look>(asked ? `/access/looks/${asked}` : null);
  const isRunning = !look.data || look.data.state === "running";
  const strangers = useLoad<{ people: Stranger[] }>(isRunning ? null : "/access/unknown");
  useEffect(() => {
    void action.run(async () => setAsked((await ask<{ look_id: string }>("POST", "/access/look", {})).look_id));
  }, []);
  useEffect(() => {
    if (!asked || !isRunning) return;
    const timer = setInterval(look.reload, POLL_INTERVAL);
    return () => clearInterval(timer);
  }, [asked, isRunning]);
  const isNobodyThere = strangers.data?.people.length === 0;
  useEffect(() => {
    if (isNobodyThere) onDone();
  }, [isNobodyThere]);
  return (
    <Step number={6} title={t.setup.people}>
      {!strangers.data && !action.problem && (
        <p role="status" class="loading">
          {t.onPlex.looks.running}
        </p>
      )}
      <Problem error={action.problem ?? look.error ?? strangers.error} />
      {strangers.data && strangers.data.people.length > 0 && (
        <Strangers people={strangers.data.people} onDone={strangers.reload} />
      )}
      <button type="button" class="wide" onClick={onDone}>
        {t.setup.peopleLater}
      </button>
    </Step>
  );
}

function ReadyStep({ onDone }: { onDone: (next: string) => void }) {
  return (
    <Step number={7} title={t.setup.ready}>
      <p class="quiet">{t.setup.readyNote}</p>
      <button type="button" class="main wide" onClick={() => onDone("/invites/new")}>
        {t.setup.firstInvite}
      </button>
      <button type="button" class="wide" onClick={() => onDone("/")}>
        {t.setup.toOverview}
      </button>
    </Step>
  );
}
