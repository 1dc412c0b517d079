// Signing in at Plex: a full-page redirect there, and back to the screen where the reader was.

import { Refused, send, Unreachable } from "../api/client";
import type { SignInStarted } from "../api/types";

const PENDING = "streamarr.sign-in";
const PAUSE = 1000;
const TRIES = 6;

export interface PendingSignIn {
  id: string;
  /** A sign-in, the set-up, or the owner renewing the server's connection to Plex. */
  kind: "auth" | "setup" | "renewal";
  /** The address to return to. */
  back: string;
}

export const getPendingSignIn = (): PendingSignIn | null => JSON.parse(localStorage.getItem(PENDING) ?? "null");
export const forgetPendingSignIn = (): void => localStorage.removeItem(PENDING);

/** Leaves the site; never resolves. */
export function leaveForPlex(kind: PendingSignIn["kind"], started: SignInStarted): Promise<never> {
  const back = location.pathname + location.search;
  localStorage.setItem(PENDING, JSON.stringify({ id: started.sign_in_id, kind, back } satisfies PendingSignIn));
  location.assign(started.auth_url);
  return new Promise(() => undefined);
}

/**
 * The API's answer once the sign-in at Plex is approved; null when it is not. Waits and asks again when Plex or the API
 * does not answer.
 */
export async function completeSignIn<T extends object>(path: string): Promise<T | null> {
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
