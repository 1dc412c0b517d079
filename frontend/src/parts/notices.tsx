// What a screen says when something went wrong, is empty, or is being loaded.

import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";

import { Refused } from "../api/client";
import type { Loaded } from "../app/loading";
import { t } from "../texts";

/** A problem in words. After a 429 it counts down until a retry is possible. */
export function Problem({ error, retry }: { error: Error | undefined; retry?: () => void }) {
  const wait = error instanceof Refused && error.status === 429 ? (error.retryAfter ?? 5) : 0;
  const left = useCountdown(error, wait);
  if (!error) return null;
  return (
    <div class="problem" role="alert">
      <p>
        {error.message} {left > 0 && t.problems.retryIn(left)}
      </p>
      {retry && (
        <button type="button" onClick={() => left > 0 || retry()} aria-disabled={left > 0}>
          {t.problems.again}
        </button>
      )}
    </div>
  );
}

function useCountdown(cause: unknown, seconds: number): number {
  const [left, setLeft] = useState(seconds);
  useEffect(() => {
    setLeft(seconds);
    if (!seconds) return;
    const timer = setInterval(() => setLeft((left) => Math.max(0, left - 1)), 1000);
    return () => clearInterval(timer);
  }, [cause]);
  return left;
}

export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <h2>{title}</h2>
      {children}
    </div>
  );
}

export function Loading() {
  return (
    <p class="loading" role="status">
      {t.general.loading}
    </p>
  );
}

interface ShowProperties<T> {
  what: Loaded<T>;
  children: (data: T) => ComponentChildren;
}

/** The loaded data as soon as there are any; above them the problem, when the latest reading failed. */
export function Show<T>({ what, children }: ShowProperties<T>) {
  const { data, error, reload } = what;
  if (error instanceof Refused && error.status === 403) return <NotAllowed />;
  if (error instanceof Refused && error.status === 404)
    return <Empty title={error.message}>{<p>{t.problems.notFoundAdvice}</p>}</Empty>;
  return (
    <>
      <Problem error={error} retry={reload} />
      {data === undefined ? !error && <Loading /> : children(data)}
    </>
  );
}

export function NotAllowed() {
  return (
    <Empty title={t.problems.notAllowed}>
      <p>{t.problems.notAllowedAdvice}</p>
    </Empty>
  );
}
