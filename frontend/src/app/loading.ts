// Reading from the API: what was read before shows at once, and is read anew behind it.

import { useCallback, useEffect, useReducer } from "preact/hooks";

import { ask, onWrite, Refused } from "../api/client";
import { ReadCache } from "./read-cache";

export interface Loaded<T> {
  data: T | undefined;
  error: Error | undefined;
  reload: () => void;
}

const cache = new ReadCache((path) => ask("GET", path));
onWrite(() => cache.outdate());

/** Like useLoad, for what is not true for long: nothing is kept once the screen is left. */
export function useFresh<T>(path: string, mark?: string | number | null): Loaded<T> {
  useEffect(() => () => cache.forget(path), [path]);
  return useLoad<T>(path, mark);
}

/**
 * Reads `path`, and again when `mark` changes, unless a fresh answer is there; null is nothing to read. All that read
 * the same address share one request and its answer. After a 429 or a lost connection it is read again by itself.
 */
export function useLoad<T>(path: string | null, mark?: string | number | null): Loaded<T> {
  const [, redraw] = useReducer<number, void>((count) => count + 1, 0);
  const reload = useCallback(() => void (path && cache.reread(path)), [path]);
  const { data, error } = path ? cache.latest(path) : { data: undefined, error: undefined };

  useEffect(() => {
    if (!path) return;
    const stop = cache.watch(path, redraw);
    redraw(); // an answer may have come since the first drawing
    addEventListener("online", reload);
    return () => {
      stop();
      removeEventListener("online", reload);
    };
  }, [path]);
  useEffect(() => void (path && cache.read(path)), [path, mark]);
  useEffect(() => {
    if (!(error instanceof Refused && error.status === 429)) return;
    const timer = setTimeout(reload, (error.retryAfter ?? 5) * 1000);
    return () => clearTimeout(timer);
  }, [error]);

  return { data: data as T | undefined, error, reload };
}

type Path = string | null;

/** Whether all of these were answered: what shows together does not push itself about. */
export function useAnswered(first: Path, second: Path, third: Path = null, fourth: Path = null): boolean {
  const isThere = (path: Path, { data, error }: Loaded<unknown>) =>
    path === null || data !== undefined || Boolean(error);
  const all = [useLoad(first), useLoad(second), useLoad(third), useLoad(fourth)];
  return [first, second, third, fourth].every((path, at) => isThere(path, all[at] as Loaded<unknown>));
}
