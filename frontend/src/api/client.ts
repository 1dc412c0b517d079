// One way to ask the API: refusals, a lost connection and an ended session look the same to every screen.

import { getLanguage, t } from "../texts";

const SESSION = "streamarr.session";

/** The API said no, in words for the reader. `retryAfter` is in seconds. */
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

/** No answer came: the connection is lost, or the server is away. */
export class Unreachable extends Error {
  constructor() {
    super(t.problems.offline);
  }
}

let base = "/api";
let handleWrite: () => void = () => undefined;
let signInAgain: () => Promise<void> = () => Promise.reject(new Error("no screen offers a sign-in"));

export function setApiAddress(address: string): void {
  base = address.replace(/\/$/, "");
}

/** What to do when the session has ended; resolves once the reader has signed in again. */
export function onSessionEnd(handle: () => Promise<void>): void {
  signInAgain = handle;
}

/** What to do after each request that may have written something. */
export function onWrite(handle: () => void): void {
  handleWrite = handle;
}

export const session = {
  getToken: (): string | null => localStorage.getItem(SESSION),
  keep: (token: string): void => localStorage.setItem(SESSION, token),
  drop: (): void => localStorage.removeItem(SESSION),
};

/** Like `send`; if the session has ended, the reader signs in and the request is sent once more. */
export async function ask<T>(method: string, path: string, content?: unknown): Promise<T> {
  const token = session.getToken();
  try {
    return await send<T>(method, path, content);
  } catch (error) {
    if (!(error instanceof Refused && error.status === 401 && token)) throw error;
    if (session.getToken() === token) await signInAgain();
    return send<T>(method, path, content);
  }
}

/** Sends one request and returns the content of the answer. Throws Refused or Unreachable. */
export async function send<T>(method: string, path: string, content?: unknown): Promise<T> {
  try {
    const answer = await fetchAnswer(method, path, content);
    const answered = parseJson(await answer.text());
    if (!answer.ok) throw readRefusal(answer, answered);
    return answered as T;
  } finally {
    if (method !== "GET") handleWrite(); // after a failure, too: it may have come after the write
  }
}

async function fetchAnswer(method: string, path: string, content: unknown): Promise<Response> {
  const headers: Record<string, string> = { "Accept-Language": getLanguage() };
  const token = session.getToken();
  if (token) headers.Authorization = `Bearer ${token}`;
  if (content !== undefined) headers["Content-Type"] = "application/json";
  try {
    const body = content === undefined ? null : JSON.stringify(content);
    return await fetch(base + path, { method, headers, body, credentials: "include" });
  } catch {
    throw new Unreachable();
  }
}

interface RefusalContent {
  Code?: string;
  Message?: string;
  Field?: string;
}

function readRefusal(answer: Response, answered: unknown): Refused {
  const content = (answered ?? {}) as RefusalContent;
  const { Code = "Unknown", Field = null } = content;
  return new Refused(answer.status, Code, chooseMessage(answer, content), Field, readRetryAfter(answer));
}

/** The API answers in the reader's language. API Gateway's own errors are English: those the site says itself. */
function chooseMessage(answer: Response, content: RefusalContent): string {
  if (answer.headers.get("Content-Language") === getLanguage() && content.Message) return content.Message;
  return answer.status === 429 ? t.problems.tooManyRequests : t.problems.unexpected;
}

const readRetryAfter = (answer: Response): number | null => Number(answer.headers.get("Retry-After")) || null;

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** `/invites?status=active`, without what is empty. */
export function addQuery(path: string, query: Record<string, string | null | undefined>): string {
  const given = Object.entries(query).filter((pair): pair is [string, string] => Boolean(pair[1]));
  return given.length ? `${path}?${new URLSearchParams(given)}` : path;
}
