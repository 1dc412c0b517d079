// What was read from the API, kept for all that show it: no address is asked twice at the same time.

/** Milliseconds for which an answer counts as new, so that the next screen need not ask again. */
export const FRESH_FOR = 5_000;

const NEVER = Number.NEGATIVE_INFINITY;

export interface Reading {
  data: unknown;
  error: Error | undefined;
}

interface Entry extends Reading {
  answeredAt: number;
  /** How many writes there had been when the latest request began. */
  writes: number;
  request: Promise<Partial<Entry>> | undefined;
  watchers: Set<() => void>;
}

export class ReadCache {
  private readonly entries = new Map<string, Entry>();
  private writes = 0;

  constructor(
    private readonly request: (path: string) => Promise<unknown>,
    private readonly now: () => number = Date.now,
  ) {}

  /** What the latest answer said: data or an error. After a failure the data are those of the answer before. */
  latest(path: string): Reading {
    return this.entry(path);
  }

  /** Calls `redraw` at each answer. Returns how to stop. An error is kept for those that watch, and goes with the last. */
  watch(path: string, redraw: () => void): () => void {
    const entry = this.entry(path);
    entry.watchers.add(redraw);
    return () => {
      entry.watchers.delete(redraw);
      if (!entry.watchers.size) entry.error = undefined;
    };
  }

  /** Asks, unless the answer is fresh or under way. */
  read(path: string): void {
    const entry = this.entry(path);
    const isFresh = entry.writes === this.writes && this.now() - entry.answeredAt < FRESH_FOR;
    if (!isFresh) this.reread(path);
  }

  /** Asks, unless the answer is under way. One that was asked for before a write does not count. */
  reread(path: string): void {
    const entry = this.entry(path);
    if (!entry.request || entry.writes !== this.writes) void this.ask(path, entry);
  }

  /** Something was written: no answer to an earlier request is fresh. */
  outdate(): void {
    this.writes += 1;
  }

  forget(path: string): void {
    this.entries.delete(path);
  }

  private async ask(path: string, entry: Entry): Promise<void> {
    const request = this.request(path).then(
      (data) => ({ data, error: undefined, answeredAt: this.now() }),
      (error: Error) => ({ error: entry.watchers.size ? error : undefined, answeredAt: NEVER }),
    );
    entry.request = request;
    entry.writes = this.writes;
    const outcome = await request;
    if (entry.request !== request) return; // a later request has taken its place
    Object.assign(entry, outcome, { request: undefined });
    for (const redraw of entry.watchers) redraw();
  }

  private entry(path: string): Entry {
    const entry = this.entries.get(path) ?? createEntry();
    this.entries.set(path, entry);
    return entry;
  }
}

function createEntry(): Entry {
  return {
    data: undefined,
    error: undefined,
    answeredAt: NEVER,
    writes: 0,
    request: undefined,
    watchers: new Set(),
  };
}
