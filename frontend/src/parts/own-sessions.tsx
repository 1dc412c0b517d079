// Where the reader is signed in: each session, with a button that ends it.

import { ask } from "../api/client";
import type { OwnSession } from "../api/types";
import { useAction } from "../app/action";
import { useLoad } from "../app/loading";
import { t } from "../texts";
import { Problem, Show } from "./notices";
import { RelativeTime } from "./relative-time";
import { announce } from "./toasts";

export function OwnSessions() {
  const sessions = useLoad<{ sessions: OwnSession[] }>("/me/sessions");
  const action = useAction();
  const end = (id: string) =>
    void action.run(async () => {
      await ask("DELETE", `/me/sessions/${id}`);
      announce(t.account.sessionEnded);
      sessions.reload();
    });
  return (
    <>
      <Problem error={action.problem} />
      <Show what={sessions}>
        {({ sessions }) => (
          <ul class="sessions">
            {sessions.map((each) => (
              <li key={each.id} class="row">
                <span>
                  {t.account.signedIn} <RelativeTime at={each.created_at} />
                  {each.current && <strong> · {t.account.thisOne}</strong>}
                </span>
                {!each.current && (
                  <button type="button" class="quiet-button" aria-disabled={action.busy} onClick={() => end(each.id)}>
                    {t.account.endSession}
                  </button>
                )}
              </li>
            ))}
          </ul>
        )}
      </Show>
    </>
  );
}
