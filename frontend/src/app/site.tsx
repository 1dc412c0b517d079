// From opening the site to the first screen of a signed-in user.

import { useCallback, useEffect, useState } from "preact/hooks";

import { onSessionEnd, Refused, send, session } from "../api/client";
import type { Me, SetupState } from "../api/types";
import { Dialog } from "../parts/dialogs";
import { Loading, Problem } from "../parts/notices";
import { Title } from "../parts/title";
import { Toasts } from "../parts/toasts";
import { isResettingPassword, ResetPassword } from "../screens/password";
import { isSettingUp, SetUp } from "../screens/set-up";
import { FinishSignIn, SignIn, SignInOptions } from "../screens/sign-in";
import { t } from "../texts";
import { Frame } from "./frame";
import { MeContext } from "./me";
import { getPendingSignIn } from "./plex";

type Stage =
  | { name: "starting" }
  | { name: "setting up" }
  | { name: "setting a password" }
  | { name: "finishing" }
  | { name: "signed out"; problem?: Error | undefined }
  | { name: "signed in"; me: Me }
  | { name: "failed"; problem: Error };

export function Site() {
  const [stage, setStage] = useState<Stage>({ name: "starting" });
  const start = useCallback(
    () => void chooseStage().then(setStage, (problem) => setStage({ name: "failed", problem })),
    [],
  );
  const reload = useCallback(
    () =>
      void send<Me>("GET", "/auth/me").then(
        (me) => setStage({ name: "signed in", me }),
        () => undefined,
      ),
    [],
  );
  useEffect(start, []);

  switch (stage.name) {
    case "starting":
      return (
        <main class="start-screen">
          <Title unseen>{t.site.name}</Title>
          <Loading />
        </main>
      );
    case "failed":
      return (
        <main class="start-screen">
          <Title>{t.site.name}</Title>
          <Problem error={stage.problem} retry={start} />
        </main>
      );
    case "setting up":
      return <SetUp onDone={start} />;
    case "setting a password":
      return <ResetPassword onDone={start} />;
    case "finishing":
      return <Finish onDone={(problem) => (problem ? setStage({ name: "signed out", problem }) : start())} />;
    case "signed out":
      return <SignIn problem={stage.problem} onDone={start} />;
    case "signed in":
      return (
        <MeContext.Provider value={{ ...stage.me, reload }}>
          <Frame />
          <SessionEnd userId={stage.me.user.id} />
          <Toasts />
        </MeContext.Provider>
      );
  }
}

function Finish({ onDone }: { onDone: (problem?: Error) => void }) {
  const pending = getPendingSignIn();
  return pending && <FinishSignIn pending={pending} onDone={onDone} />;
}

async function chooseStage(): Promise<Stage> {
  if (isResettingPassword()) return { name: "setting a password" };
  if (isSettingUp()) return { name: "setting up" };
  if (getPendingSignIn()) return { name: "finishing" };
  if (session.getToken()) {
    const me = await loadMe();
    if (me) return { name: "signed in", me };
  }
  const { needed } = await send<SetupState>("GET", "/setup");
  return needed ? { name: "setting up" } : { name: "signed out" };
}

/** Null when the session has ended. */
async function loadMe(): Promise<Me | null> {
  try {
    return await send<Me>("GET", "/auth/me");
  } catch (error) {
    if (!(error instanceof Refused && error.status === 401)) throw error;
    session.drop();
    return null;
  }
}

/** A dialog for a new sign-in, in front of the screen where the session ended. */
function SessionEnd({ userId }: { userId: string }) {
  const [waiting, setWaiting] = useState<(() => void)[]>([]);
  useEffect(() => onSessionEnd(() => new Promise((resolve) => setWaiting((before) => [...before, resolve]))), []);
  if (!waiting.length) return null;

  const goOn = async () => {
    const me = await send<Me>("GET", "/auth/me").catch(() => null);
    if (me && me.user.id !== userId) return startOver();
    for (const resume of waiting) resume();
    setWaiting([]);
  };
  const startOver = () => location.assign("/");
  return (
    <Dialog title={t.signIn.ended}>
      <p>{t.signIn.endedLead}</p>
      <SignInOptions onDone={() => void goOn()} />
      <button
        type="button"
        class="quiet-button"
        onClick={() => {
          session.drop();
          startOver();
        }}
      >
        {t.signIn.goBack}
      </button>
    </Dialog>
  );
}
