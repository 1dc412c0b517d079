// Signing in, with Plex or a password; as a screen of its own or over the screen where a session ended.

import { useEffect, useState } from "preact/hooks";

import { send, session } from "../api/client";
import * as limits from "../api/limits";
import type { SignedIn, SignInStarted } from "../api/types";
import { useActing } from "../app/acting";
import { completed, forgetUnderWay, leaveForPlex, type UnderWay } from "../app/plex";
import { go } from "../app/routing";
import { Field } from "../parts/fields";
import { Loading, Problem } from "../parts/notices";
import { Title } from "../parts/small";
import { t } from "../texts";

export function SignIn({ problem, onDone }: { problem?: Error | undefined; onDone: () => void }) {
  return (
    <main class="door">
      <p class="brand">{t.site.name}</p>
      <section class="ticket">
        <Title>{t.signIn.title}</Title>
        <p class="quiet">{t.signIn.lead}</p>
        <Problem error={problem} />
        <WaysIn onDone={onDone} />
      </section>
    </main>
  );
}

export function WaysIn({ onDone }: { onDone: () => void }) {
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const plex = useActing();
  const local = useActing();

  const withPlex = () => plex.run(async () => leaveForPlex("auth", await send<SignInStarted>("POST", "/auth/plex")));
  const withPassword = (event: Event) => {
    event.preventDefault();
    void local.run(async () => {
      const { token } = await send<SignedIn>("POST", "/auth/local", { email, password });
      session.keep(token);
      onDone();
    });
  };
  return (
    <>
      <button type="button" class="main wide" aria-disabled={plex.busy} onClick={withPlex}>
        {t.signIn.plex}
      </button>
      <Problem error={plex.problem} />
      <p class="or">
        <span>{t.signIn.or}</span>
      </p>
      <form onSubmit={withPassword}>
        <Field
          label={t.signIn.email}
          type="email"
          {...limits.signInLocally.email}
          autocomplete="username"
          required
          value={email}
          onValue={setEmail}
          problem={local.problemOf("email")}
        />
        <Field
          label={t.signIn.password}
          type="password"
          {...limits.signInLocally.password}
          autocomplete="current-password"
          required
          value={password}
          onValue={setPassword}
          problem={local.problemOf("password")}
        />
        <Problem error={local.problem} />
        <button type="submit" class="wide" aria-disabled={local.busy}>
          {t.signIn.local}
        </button>
      </form>
    </>
  );
}

/** Back from Plex: wait for its word, then go where one was before. */
export function FinishSignIn({ way, onDone }: { way: UnderWay; onDone: (problem?: Error) => void }) {
  useEffect(() => {
    completed<Pick<SignedIn, "token">>(way.kind === "renewal" ? `/setup/${way.id}` : `/auth/plex/${way.id}`)
      .then((answer) => {
        forgetUnderWay();
        if (!answer) return onDone(new Error(t.signIn.notFinished));
        session.keep(answer.token);
        if (way.back.startsWith("/signup")) return location.assign(way.back);
        go(way.back, { replace: true });
        onDone();
      })
      .catch((problem: Error) => {
        forgetUnderWay();
        onDone(problem);
      });
  }, []);
  return (
    <main class="door">
      <p class="brand">{t.site.name}</p>
      <section class="ticket">
        <Title>{t.signIn.finishing}</Title>
        <p class="quiet">{t.signIn.finishingLead}</p>
        <Loading />
      </section>
    </main>
  );
}
