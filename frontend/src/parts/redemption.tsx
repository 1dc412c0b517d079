// How a redemption stands: its state, its steps, and the reason when it did not go well.

import type { Reason, Redemption, State } from "../api/types";
import { t } from "../texts";
import { Icon, type IconName } from "./icons";
import { RelativeTime } from "./relative-time";

const STATE_ICONS: Record<State, IconName> = {
  pending: "wait",
  shared: "wait",
  done: "check",
  needs_attention: "attention",
  failed: "cross",
};

export function StateSign({ state }: { state: State }) {
  return (
    <span class={`sign ${state}`}>
      <Icon name={STATE_ICONS[state]} />
      {t.state[state]}
    </span>
  );
}

/** The reason in words for admins; the API's own words are for the invitee. */
export function describeReason({ Code, Message }: Reason): string {
  return t.reasons[Code] ?? Message;
}

export function Steps({ redemption }: { redemption: Redemption }) {
  return (
    <>
      <ol class="steps">
        {redemption.steps.map((step) => (
          <li key={step.name} class={step.state}>
            <span>
              {t.stepName[step.name] ?? step.name}: {t.stepState[step.state]}
            </span>
            {step.at && (
              <span class="quiet">
                <RelativeTime at={step.at} />
              </span>
            )}
          </li>
        ))}
      </ol>
      {redemption.without_downloads && <p class="notice">{t.withoutDownloads}</p>}
    </>
  );
}
