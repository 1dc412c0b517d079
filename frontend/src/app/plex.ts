// Signing in at Plex: away by a full-page redirect, and back to where one was.

import { Refused, send, Unreachable } from "../api/client";
import type { SignInStarted } from "../api/types";

const UNDER_WAY = "streamarr.sign-in";
const PAUSE = 1000;
const TRIES = 6;

export interface UnderWay {
  id: string;
  /** Signing in, setting up, or the owner renewing the house's own connection to Plex. */
  kind: "auth" | "setup" | "renewal";
  back: string;
}

export const underWay = (): UnderWay | null => JSON.parse(localStorage.getItem(UNDER_WAY) ?? "null");
export const forgetUnderWay = (): void => localStorage.removeItem(UNDER_WAY);

/** Leaves the site. Throws Refused or Unreachable when it cannot even begin. */
export async function leaveForPlex(kind: UnderWay["kind"], started: SignInStarted): Promise<never> {
  const back = location.pathname + location.search;
  localStorage.setItem(UNDER_WAY, JSON.stringify({ id: started.sign_in_id, kind, back } satisfies UnderWay));
  location.assign(started.auth_url);
  return new Promise<never>(() => undefined);
}

/** What the API says once Plex has; null when nobody approved. Passing trouble is waited out. */
export async function completed<T extends object>(path: string): Promise<T | null> {
  for (let tries = 0; tries < TRIES; ) {
    try {
      const answer = await send<T | { state: "waiting" }>("POST", path);
      if ("token" in answer) return answer as T;
      tries += 1;
      await pause(PAUSE);
    } catch (error) {
      if (error instanceof Refused && error.status !== 429 && error.status < 500) throw error;
      if (!(error instanceof Refused) && !(error instanceof Unreachable)) throw error;
      tries += 1;
      await pause(error instanceof Refused ? (error.retryAfter ?? 2) * 1000 : 2 * PAUSE);
    }
  }
  return null;
}

const pause = (milliseconds: number) => new Promise((resume) => setTimeout(resume, milliseconds));
