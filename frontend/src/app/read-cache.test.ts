import { beforeEach, describe, expect, it, vi } from "vitest";

import { FRESH_FOR, ReadCache } from "./read-cache";

const PATH = "/settings";

interface Asked {
  path: string;
  answer: (data: unknown) => void;
  fail: (error: Error) => void;
}

let asked: Asked[];
let now: number;
let cache: ReadCache;

beforeEach(() => {
  asked = [];
  now = 0;
  const request = (path: string) => new Promise((answer, fail) => asked.push({ path, answer, fail }));
  cache = new ReadCache(request, () => now);
});

/** Answers the request of that number, and waits until the cache knows. */
async function answer(number: number, data: unknown): Promise<void> {
  asked[number]?.answer(data);
  await new Promise((resume) => setTimeout(resume));
}

async function fail(number: number, error: Error): Promise<void> {
  asked[number]?.fail(error);
  await new Promise((resume) => setTimeout(resume));
}

describe("one address", () => {
  it("is asked once while the answer is under way", () => {
    cache.read(PATH);
    cache.read(PATH);
    cache.reread(PATH);
    expect(asked).toHaveLength(1);
  });

  it("gives its answer to all that watch", async () => {
    const [one, other] = [vi.fn(), vi.fn()];
    cache.watch(PATH, one);
    cache.watch(PATH, other);
    cache.read(PATH);
    await answer(0, "as it is");
    expect(one).toHaveBeenCalledOnce();
    expect(other).toHaveBeenCalledOnce();
    expect(cache.latest(PATH)).toMatchObject({ data: "as it is", error: undefined });
  });

  it("does not stand in the way of another", () => {
    cache.read(PATH);
    cache.read("/libraries");
    expect(asked.map(({ path }) => path)).toEqual([PATH, "/libraries"]);
  });

  it("is not asked again while its answer is fresh, but where it is wanted anew", async () => {
    cache.read(PATH);
    await answer(0, "first");
    now = FRESH_FOR - 1;
    cache.read(PATH);
    expect(asked).toHaveLength(1);
    cache.reread(PATH);
    expect(asked).toHaveLength(2);
  });

  it("is asked again when its answer has aged, and shows that answer meanwhile", async () => {
    cache.read(PATH);
    await answer(0, "first");
    now = FRESH_FOR;
    cache.read(PATH);
    expect(asked).toHaveLength(2);
    expect(cache.latest(PATH).data).toBe("first");
  });

  it("is forgotten on demand", async () => {
    cache.read(PATH);
    await answer(0, "first");
    cache.forget(PATH);
    expect(cache.latest(PATH).data).toBeUndefined();
    cache.read(PATH);
    expect(asked).toHaveLength(2);
  });
});

describe("a write", () => {
  it("makes a fresh answer stale", async () => {
    cache.read(PATH);
    await answer(0, "before");
    cache.outdate();
    cache.read(PATH);
    expect(asked).toHaveLength(2);
  });

  it("makes an answer stale that was asked for before it", async () => {
    cache.read(PATH);
    cache.outdate();
    await answer(0, "perhaps from before");
    expect(cache.latest(PATH).data).toBe("perhaps from before");
    cache.read(PATH);
    expect(asked).toHaveLength(2);
  });

  it("lets no earlier answer replace a later one", async () => {
    cache.read(PATH);
    cache.outdate();
    cache.reread(PATH);
    expect(asked).toHaveLength(2);
    await answer(1, "after");
    await answer(0, "before");
    expect(cache.latest(PATH).data).toBe("after");
  });
});

describe("a failure", () => {
  const away = new Error("away");

  it("keeps what was read before, and is not fresh", async () => {
    cache.watch(PATH, () => undefined);
    cache.read(PATH);
    await answer(0, "first");
    cache.reread(PATH);
    await fail(1, away);
    expect(cache.latest(PATH)).toMatchObject({ data: "first", error: away });
    cache.read(PATH);
    expect(asked).toHaveLength(3);
  });

  it("is over with the next answer", async () => {
    cache.watch(PATH, () => undefined);
    cache.read(PATH);
    await fail(0, away);
    expect(cache.latest(PATH).error).toBe(away);
    cache.read(PATH);
    await answer(1, "there again");
    expect(cache.latest(PATH)).toMatchObject({ data: "there again", error: undefined });
  });

  it("goes with the last one that watches", async () => {
    const [stopOne, stopOther] = [cache.watch(PATH, () => undefined), cache.watch(PATH, () => undefined)];
    cache.read(PATH);
    await fail(0, away);
    stopOne();
    expect(cache.latest(PATH).error).toBe(away);
    stopOther();
    expect(cache.latest(PATH).error).toBeUndefined();
  });

  it("is not kept for later where nothing watches", async () => {
    cache.read(PATH);
    await fail(0, away);
    expect(cache.latest(PATH).error).toBeUndefined();
  });
});

it("tells nothing to one that watches no more", async () => {
  const redraw = vi.fn();
  const stop = cache.watch(PATH, redraw);
  cache.read(PATH);
  stop();
  await answer(0, "first");
  expect(redraw).not.toHaveBeenCalled();
});
