// Drafts: what the reader typed survives a reload and a sign-in at Plex, in this tab.

import { useState } from "preact/hooks";

export type Draft<T> = [T, (change: Partial<T>) => void, () => void];

export function useDraft<T extends object>(name: string, fresh: T): Draft<T> {
  const key = `streamarr.draft.${name}`;
  const [draft, setDraft] = useState<T>(() => ({ ...fresh, ...JSON.parse(sessionStorage.getItem(key) ?? "{}") }));
  const change = (part: Partial<T>) =>
    setDraft((before) => {
      const after = { ...before, ...part };
      sessionStorage.setItem(key, JSON.stringify(after));
      return after;
    });
  const drop = () => {
    sessionStorage.removeItem(key);
    setDraft(fresh);
  };
  return [draft, change, drop];
}
