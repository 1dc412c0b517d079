// Accounts that match what is being typed. The API searches page by page: an empty page may have a next one.

import { useEffect, useState } from "preact/hooks";

import { addQuery, ask } from "../api/client";
import type { Page, User } from "../api/types";

export const PAUSE_IN_TYPING = 300;
const MOST_SHOWN = 20;

export interface Search {
  users: User[];
  /** Whether `users` are the accounts that match this text. */
  isFor: (text: string) => boolean;
  problem: Error | undefined;
}

/** Asks nothing while `allowed` is false. */
export function useUserSearch(text: string, allowed: boolean): Search {
  const [found, setFound] = useState<{ text: string; users: User[] }>();
  const [problem, setProblem] = useState<Error>();
  useEffect(() => {
    if (!allowed) return;
    let isCurrent = true;
    const show = (users: User[]) => {
      if (!isCurrent) return;
      setFound({ text, users });
      setProblem(undefined);
    };
    const search = () =>
      findUsers(text, () => isCurrent)
        .then(show)
        .catch((problem: Error) => isCurrent && setProblem(problem));
    const timer = setTimeout(search, found ? PAUSE_IN_TYPING : 0);
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [text, allowed]);
  return { users: found?.users ?? [], isFor: (text) => found?.text === text, problem };
}

async function findUsers(text: string, isCurrent: () => boolean): Promise<User[]> {
  const users: User[] = [];
  let cursor: string | null = "";
  while (cursor !== null && users.length < MOST_SHOWN && isCurrent()) {
    const page: Page<"users", User> = await ask(
      "GET",
      addQuery("/users", { q: text, limit: String(MOST_SHOWN), cursor }),
    );
    users.push(...page.users);
    cursor = page.next;
  }
  return users;
}
