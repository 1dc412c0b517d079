// One way to ask the API: refusals, a lost connection and an ended session look the same to every screen.

import { t } from "../texts";

const SESSION = "streamarr.session";

/** The API said no, in words for the person asking. `retryAfter` is in seconds. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly field: string | null,
    readonly retryAfter: number | null,
  ) {
    super(message);
  }
}

/** Nothing came back: no connection, or the server is away. */
export class Unreachable extends Error {
  constructor() {
    super(t.problems.offline);
  }
}

let base = "/api";
let whenWritten: () => void = () => undefined;
let whenSessionEnds: () => Promise<void> = () => Promise.reject(new Error("nobody asks for a sign-in"));

export function reachApiAt(address: string): void {
  base = address.replace(/\/$/, "");
}

/** What to do when the API does not know the session any more; resolves once somebody has signed in again. */
export function onSessionEnd(handle: () => Promise<void>): void {
  whenSessionEnds = handle;
}

/** What to do after each request that may have written something. */
export function onWrite(handle: () => void): void {
  whenWritten = handle;
}

export const session = {
  token: (): string | null => localStorage.getItem(SESSION),
  keep: (token: string): void => localStorage.setItem(SESSION, token),
  drop: (): void => localStorage.removeItem(SESSION),
};

/** Ask, and ask again after signing in again if the session had ended. Throws Refused or Unreachable. */
export async function ask<T>(method: string, path: string, content?: unknown): Promise<T> {
  const asked = session.token();
  try {
    return await send<T>(method, path, content);
  } catch (error) {
    if (!(error instanceof Refused && error.status === 401 && asked)) throw error;
    if (session.token() === asked) await whenSessionEnds();
    return send<T>(method, path, content);
  }
}

/** Asks once. Throws Refused or Unreachable. */
export async function send<T>(method: string, path: string, content?: unknown): Promise<T> {
  try {
    return await answerTo<T>(method, path, content);
  } finally {
    if (method !== "GET") whenWritten(); // after a failure, too: only a new reading tells what was written
  }
}

async function answerTo<T>(method: string, path: string, content: unknown): Promise<T> {
  const answer = await reach(method, path, content);
  const text = await answer.text();
  const told = parsed(text);
  if (!answer.ok) throw refusal(answer, told);
  return told as T;
}

async function reach(method: string, path: string, content: unknown): Promise<Response> {
  const headers: Record<string, string> = {};
  const token = session.token();
  if (token) headers.Authorization = `Bearer ${token}`;
  if (content !== undefined) headers["Content-Type"] = "application/json";
  try {
    const body = content === undefined ? null : JSON.stringify(content);
    return await fetch(base + path, { method, headers, body, credentials: "include" });
  } catch {
    throw new Unreachable();
  }
}

function refusal(answer: Response, told: unknown): Refused {
  const {
    Code = "Unknown",
    Message = t.problems.unexpected,
    Field = null,
  } = (told ?? {}) as Record<string, string | undefined>;
  const message =
    t.refusals[`${Code}.${Field?.split(/[.[]/)[0]}`] ?? t.refusals[Code] ?? Message ?? t.problems.unexpected;
  return new Refused(answer.status, Code, message, Field, Number(answer.headers.get("Retry-After")) || null);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** `/invites?status=active`, without what is empty. */
export function withQuery(path: string, query: Record<string, string | null | undefined>): string {
  const given = Object.entries(query).filter((pair): pair is [string, string] => Boolean(pair[1]));
  return given.length ? `${path}?${new URLSearchParams(given)}` : path;
}
