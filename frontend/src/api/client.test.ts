import { beforeEach, describe, expect, it, vi } from "vitest";

import { en } from "../texts/en";
import { ask, onSessionEnd, onWrite, type Refused, send, session, Unreachable } from "./client";

const REFUSAL = { Code: "CodeTaken", Message: "This code is already in use.", Field: "code" };

let requests: Request[];
let answers: (() => Response)[];

beforeEach(() => {
  const kept = new Map<string, string>();
  vi.stubGlobal("localStorage", {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
    removeItem: (key: string) => kept.delete(key),
  });
  requests = [];
  answers = [];
  vi.stubGlobal("fetch", async (path: string, options: RequestInit) => {
    requests.push(new Request(`https://example.org${path}`, options));
    const answer = answers.shift();
    if (!answer) throw new TypeError("no connection");
    return answer();
  });
});

function answerWith(status: number, content: unknown, headers: Record<string, string> = {}): void {
  answers.push(
    () => new Response(typeof content === "string" ? content : JSON.stringify(content), { status, headers }),
  );
}

async function getRefusal(): Promise<Refused> {
  return send("GET", "/invites").then(
    () => Promise.reject(new Error("not refused")),
    (error: Refused) => error,
  );
}

describe("a request", () => {
  it("says the reader's language and who asks", async () => {
    session.keep("a token");
    answerWith(200, {});
    await send("GET", "/invites");
    const [request] = requests;
    expect(request?.headers.get("Accept-Language")).toBe("en");
    expect(request?.headers.get("Authorization")).toBe("Bearer a token");
  });

  it("without an answer is told from a refusal", async () => {
    await expect(send("GET", "/invites")).rejects.toBeInstanceOf(Unreachable);
  });
});

describe("a refusal", () => {
  it("is shown as the API says it", async () => {
    answerWith(409, REFUSAL, { "Content-Language": "en", "Retry-After": "7" });
    const { message, code, field, retryAfter } = await getRefusal();
    expect({ message, code, field, retryAfter }).toEqual({
      message: "This code is already in use.",
      code: "CodeTaken",
      field: "code",
      retryAfter: 7,
    });
  });

  it.each([
    [429, en.problems.tooManyRequests],
    [502, en.problems.unexpected],
  ])("with status %i that is not the API's own has the site's words", async (status, words) => {
    answerWith(status, "<html></html>");
    expect((await getRefusal()).message).toBe(words);
  });

  it("in another language than the reader's has the site's words", async () => {
    answerWith(429, { Code: "TooManyRequests", Message: "Zu viele Anfragen." }, { "Content-Language": "de" });
    expect((await getRefusal()).message).toBe(en.problems.tooManyRequests);
  });
});

describe("a session that has ended", () => {
  beforeEach(() => session.keep("old"));

  it("is renewed, and the request is sent again", async () => {
    answerWith(401, {});
    answerWith(200, { invites: [] });
    onSessionEnd(async () => session.keep("new"));
    expect(await ask("GET", "/invites")).toEqual({ invites: [] });
    expect(requests.map((request) => request.headers.get("Authorization"))).toEqual(["Bearer old", "Bearer new"]);
  });

  it("is renewed once for all requests that it refused", async () => {
    const signIn = vi.fn(async () => session.keep("new"));
    onSessionEnd(signIn);
    answers.push(() => {
      session.keep("new"); // another request has led to a sign-in meanwhile
      return new Response("{}", { status: 401 });
    });
    answerWith(200, {});
    await ask("GET", "/invites");
    expect(signIn).not.toHaveBeenCalled();
  });
});

describe("a write", () => {
  const written = vi.fn();
  beforeEach(() => {
    written.mockClear();
    onWrite(written);
  });

  it("is reported when it succeeds", async () => {
    answerWith(200, {});
    await send("PATCH", "/settings", { version: 1 });
    expect(written).toHaveBeenCalledOnce();
  });

  it("is reported when its answer is lost", async () => {
    await expect(send("DELETE", "/invites/Abcd1234")).rejects.toBeInstanceOf(Unreachable);
    expect(written).toHaveBeenCalledOnce();
  });

  it("is not a read", async () => {
    answerWith(200, {});
    await send("GET", "/settings");
    expect(written).not.toHaveBeenCalled();
  });
});
