// Reading from the API: what was read before shows at once, and is read anew behind it.

import { useCallback, useEffect, useRef, useState } from "preact/hooks";

import { ask, Refused } from "../api/client";

export interface Loaded<T> {
  data: T | undefined;
  error: Error | undefined;
  loading: boolean;
  reload: () => void;
}

const known = new Map<string, unknown>();

export const forgetAll = (): void => known.clear();

/** Like useLoad, for what is not true for long: nothing is kept once the screen is left. */
export function useFresh<T>(path: string | null): Loaded<T> {
  useEffect(() => () => void (path && known.delete(path)), [path]);
  return useLoad<T>(path);
}

/** `path` null: nothing to read. A 429, or a lost connection that is back, is tried again by itself. */
export function useLoad<T>(path: string | null): Loaded<T> {
  const [, redraw] = useState(0);
  const [turn, setTurn] = useState(0);
  const [error, setError] = useState<Error>();
  const loading = useRef(false);
  const reload = useCallback(() => setTurn((turn) => turn + 1), []);

  useEffect(() => {
    if (!path) return;
    let current = true;
    let again: ReturnType<typeof setTimeout> | undefined;
    loading.current = true;
    redraw((count) => count + 1);
    ask<T>("GET", path)
      .then((data) => {
        if (!current) return;
        known.set(path, data);
        setError(undefined);
      })
      .catch((problem: Error) => {
        if (!current) return;
        setError(problem);
        if (problem instanceof Refused && problem.status === 429)
          again = setTimeout(reload, (problem.retryAfter ?? 5) * 1000);
      })
      .finally(() => {
        if (!current) return;
        loading.current = false;
        redraw((count) => count + 1);
      });
    addEventListener("online", reload);
    return () => {
      current = false;
      clearTimeout(again);
      removeEventListener("online", reload);
    };
  }, [path, turn]);

  useEffect(() => setError(undefined), [path]);

  return { data: path ? (known.get(path) as T | undefined) : undefined, error, loading: loading.current, reload };
}
