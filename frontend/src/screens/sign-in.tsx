// Signing in with Plex or a password: as a screen, and as a dialog where a session has ended.

import { useEffect, useState } from "preact/hooks";

import { send, session } from "../api/client";
import * as limits from "../api/limits";
import type { SignedIn, SignInStarted } from "../api/types";
import { useAction } from "../app/action";
import { completeSignIn, forgetPendingSignIn, leaveForPlex, type PendingSignIn } from "../app/plex";
import { go } from "../app/routing";
import { Field } from "../parts/fields";
import { Loading, Problem } from "../parts/notices";
import { Title } from "../parts/title";
import { t } from "../texts";

export function SignIn({ problem, onDone }: { problem?: Error | undefined; onDone: () => void }) {
  return (
    <main class="start-screen">
      <p class="brand">{t.site.name}</p>
      <section class="ticket">
        <Title>{t.signIn.title}</Title>
        <p class="quiet">{t.signIn.lead}</p>
        <Problem error={problem} />
        <SignInOptions onDone={onDone} />
      </section>
    </main>
  );
}

export function SignInOptions({ onDone }: { onDone: () => void }) {
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const plex = useAction();
  const local = useAction();

  const signInWithPlex = () =>
    plex.run(async () => leaveForPlex("auth", await send<SignInStarted>("POST", "/auth/plex")));
  const signInWithPassword = (event: Event) => {
    event.preventDefault();
    void local.run(async () => {
      const { token } = await send<SignedIn>("POST", "/auth/local", { email, password });
      session.keep(token);
      onDone();
    });
  };
  return (
    <>
      <button type="button" class="main wide" aria-disabled={plex.busy} onClick={signInWithPlex}>
        {t.signIn.plex}
      </button>
      <Problem error={plex.problem} />
      <p class="or">
        <span>{t.signIn.or}</span>
      </p>
      <form onSubmit={signInWithPassword}>
        <Field
          label={t.signIn.email}
          type="email"
          {...limits.signInLocally.email}
          autocomplete="username"
          required
          value={email}
          onValue={setEmail}
          problem={local.findProblem("email")}
        />
        <Field
          label={t.signIn.password}
          type="password"
          {...limits.signInLocally.password}
          autocomplete="current-password"
          required
          value={password}
          onValue={setPassword}
          problem={local.findProblem("password")}
        />
        <Problem error={local.problem} />
        <button type="submit" class="wide" aria-disabled={local.busy}>
          {t.signIn.local}
        </button>
      </form>
    </>
  );
}

/** Back from Plex: waits until the sign-in is complete, then goes to the address where it began. */
export function FinishSignIn({ pending, onDone }: { pending: PendingSignIn; onDone: (problem?: Error) => void }) {
  useEffect(() => {
    completeSignIn<Pick<SignedIn, "token">>(
      pending.kind === "renewal" ? `/setup/${pending.id}` : `/auth/plex/${pending.id}`,
    )
      .then((answer) => {
        forgetPendingSignIn();
        if (!answer) return onDone(new Error(t.signIn.notFinished));
        session.keep(answer.token);
        if (pending.back.startsWith("/signup")) return location.assign(pending.back);
        go(pending.back, { replace: true });
        onDone();
      })
      .catch((problem: Error) => {
        forgetPendingSignIn();
        onDone(problem);
      });
  }, []);
  return (
    <main class="start-screen">
      <p class="brand">{t.site.name}</p>
      <section class="ticket">
        <Title>{t.signIn.finishing}</Title>
        <p class="quiet">{t.signIn.finishingLead}</p>
        <Loading />
      </section>
    </main>
  );
}
