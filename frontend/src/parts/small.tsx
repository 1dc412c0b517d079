// The small signs that every screen uses.

import { useEffect, useLayoutEffect, useRef } from "preact/hooks";

import type { Person, Reason, Redemption, State, Status } from "../api/types";
import { getLocale, t } from "../texts";
import { exact, relative } from "../words/times";
import { Icon, type IconName } from "./icons";
import { say } from "./toasts";

const STATUS_ICONS: Record<Status, IconName> = { active: "check", redeemed: "used", expired: "clock", inactive: "off" };
const STATE_ICONS: Record<State, IconName> = {
  pending: "wait",
  shared: "wait",
  done: "check",
  needs_attention: "attention",
  failed: "cross",
};

export function StatusSign({ status }: { status: Status }) {
  return (
    <span class={`sign ${status}`}>
      <Icon name={STATUS_ICONS[status]} />
      {t.status[status]}
    </span>
  );
}

export function StateSign({ state }: { state: State }) {
  return (
    <span class={`sign ${state}`}>
      <Icon name={STATE_ICONS[state]} />
      {t.state[state]}
    </span>
  );
}

/** Relative, with the exact moment on hover and for whoever reads the markup. */
export function Moment({ at, never = "–" }: { at: string | null; never?: string }) {
  if (!at) return <span>{never}</span>;
  return (
    <time dateTime={at} title={exact(at)}>
      {relative(at, new Date())}
    </time>
  );
}

export function Uses({ uses, limit }: { uses: number; limit: number | null }) {
  const share = limit === null ? 0 : Math.min(1, uses / Math.max(1, limit));
  return (
    <span class="uses">
      <span>{t.invites.usesOf(uses, limit)}</span>
      <svg class="bar" viewBox="0 0 64 6" preserveAspectRatio="none" aria-hidden="true">
        <rect class="bar-all" width="64" height="6" rx="3" />
        {limit !== null && uses > 0 && <rect class="bar-used" width={Math.max(6, 64 * share)} height="6" rx="3" />}
      </svg>
    </span>
  );
}

const SHOWN = 4;

/** Initials in circles, the whole names for screen readers and on hover. */
export function Faces({ people }: { people: Person[] }) {
  if (!people.length) return <span class="quiet">–</span>;
  const names = people.map((person) => person.name);
  return (
    <span class="faces" title={names.join("\n")}>
      {people.slice(0, SHOWN).map((person) => (
        <Face key={person.id} name={person.name} />
      ))}
      {people.length > SHOWN && <span class="quiet">+{people.length - SHOWN}</span>}
      <span class="unseen">{new Intl.ListFormat(getLocale()).format(names)}</span>
    </span>
  );
}

export function Face({ name }: { name: string }) {
  return (
    <span class={`face hue-${hue(name)}`} aria-hidden="true">
      {initials(name)}
    </span>
  );
}

export function initials(name: string): string {
  const words = name
    .trim()
    .split(/[\s._-]+/)
    .filter(Boolean);
  const first = [...(words[0] ?? "?")][0] ?? "?";
  const last = words.length > 1 ? ([...(words.at(-1) ?? "")][0] ?? "") : "";
  return (first + last).toLocaleUpperCase();
}

const HUES = 6;
const hue = (name: string): number => [...name].reduce((sum, letter) => sum + (letter.codePointAt(0) ?? 0), 0) % HUES;

export async function copyLink(address: string): Promise<void> {
  await navigator.clipboard.writeText(address);
  say(t.invites.copied);
}

export function CopyButton({ link, code, plain = true }: { link: string; code?: string; plain?: boolean }) {
  return (
    <button type="button" class={plain ? "quiet-button" : ""} onClick={() => void copyLink(link)}>
      <Icon name="copy" />
      {t.invites.copy}
      {code && <span class="unseen"> {code}</span>}
    </button>
  );
}

/** The heading of a screen: it names the document, and it has the focus when somebody arrives. */
export function Title({ children, unseen = false }: { children: string; unseen?: boolean }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = children === t.site.name ? children : `${children} · ${t.site.name}`;
  }, [children]);
  useLayoutEffect(() => {
    heading.current?.focus({ preventScroll: true });
    scrollTo(0, 0);
  }, []);
  return (
    <h1 ref={heading} tabIndex={-1} class={unseen ? "unseen" : ""}>
      {children}
    </h1>
  );
}

/** For the focus, when what had it goes away. */
export const toHeading = (): void => document.querySelector("h1")?.focus({ preventScroll: true });

export function reasonWords({ Code, Message }: Reason): string {
  return t.reasons[Code] ?? Message;
}

export function Steps({ redemption }: { redemption: Redemption }) {
  return (
    <ol class="steps">
      {redemption.steps.map((step) => (
        <li key={step.name} class={step.state}>
          <span>
            {t.stepName[step.name] ?? step.name}: {t.stepState[step.state]}
          </span>
          {step.at && (
            <span class="quiet">
              <Moment at={step.at} />
            </span>
          )}
        </li>
      ))}
    </ol>
  );
}
