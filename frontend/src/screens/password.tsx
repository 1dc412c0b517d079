// One's own password: changed on the account's page, or set anew by the link that an admin made.

import { useEffect, useState } from "preact/hooks";

import { ask, send } from "../api/client";
import * as limits from "../api/limits";
import { useAction } from "../app/action";
import { Field } from "../parts/fields";
import { Problem } from "../parts/notices";
import { Title } from "../parts/title";
import { announce } from "../parts/toasts";
import { t } from "../texts";

const PATH = "/password";

/** Whether this page was opened by the link that sets a new password: its token stands behind `#`. */
export const isResettingPassword = () => location.pathname === PATH && location.hash.length > 1;

export function ChangePassword() {
  const [old, setOld] = useState("");
  const [next, setNext] = useState("");
  const action = useAction();
  const save = (event: Event) => {
    event.preventDefault();
    void action.run(async () => {
      await ask("PUT", "/me/password", { old, new: next });
      setOld("");
      setNext("");
      announce(t.password.changed);
    });
  };
  return (
    <form class="card" onSubmit={save}>
      <h2>{t.password.title}</h2>
      <Field
        label={t.password.old}
        type="password"
        {...limits.changePassword.old}
        autocomplete="current-password"
        required
        value={old}
        onValue={setOld}
        problem={action.findProblem("old")}
      />
      <NewPassword value={next} onValue={setNext} problem={action.findProblem("new")} />
      {!action.findProblem("old") && !action.findProblem("new") && <Problem error={action.problem} />}
      <button type="submit" aria-disabled={action.busy}>
        {t.password.change}
      </button>
      <p class="quiet">{t.password.changeNote}</p>
    </form>
  );
}

export function ResetPassword({ onDone }: { onDone: () => void }) {
  const [token] = useState(() => location.hash.slice(1));
  const [next, setNext] = useState("");
  const [isSet, setSet] = useState(false);
  const action = useAction();
  useEffect(() => history.replaceState(null, "", PATH), []); // the token stays in no history
  const save = (event: Event) => {
    event.preventDefault();
    void action.run(async () => {
      await send("PUT", `/auth/password/${encodeURIComponent(token)}`, { new: next });
      setSet(true);
    });
  };
  const goOn = () => {
    history.replaceState(null, "", "/");
    onDone();
  };
  return (
    <main class="start-screen">
      <p class="brand">{t.site.name}</p>
      <section class="ticket">
        <Title>{isSet ? t.password.isSet : t.password.reset}</Title>
        {isSet ? (
          <>
            <p role="status">{t.password.isSetNote}</p>
            <button type="button" class="main wide" onClick={goOn}>
              {t.password.goOn}
            </button>
          </>
        ) : (
          <form onSubmit={save}>
            <NewPassword value={next} onValue={setNext} problem={action.findProblem("new")} />
            {!action.findProblem("new") && <Problem error={action.problem} />}
            <button type="submit" class="main wide" aria-disabled={action.busy}>
              {t.password.set}
            </button>
          </form>
        )}
      </section>
    </main>
  );
}

interface NewPasswordProperties {
  value: string;
  onValue: (password: string) => void;
  problem: string | undefined;
}

function NewPassword({ value, onValue, problem }: NewPasswordProperties) {
  return (
    <Field
      label={t.password.new}
      note={t.password.rule}
      type="password"
      {...limits.resetPassword.new}
      autocomplete="new-password"
      required
      value={value}
      onValue={onValue}
      problem={problem}
    />
  );
}
