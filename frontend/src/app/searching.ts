// Accounts that fit what is being typed. The API reads so many a page: a page may be empty and yet have a next one.

import { useEffect, useState } from "preact/hooks";

import { ask, withQuery } from "../api/client";
import type { Page, User } from "../api/types";

export const PAUSE_IN_TYPING = 300;
const ENOUGH = 20;

export interface Search {
  users: User[];
  /** Whether `users` is the answer to this very text. */
  answers: (text: string) => boolean;
  problem: Error | undefined;
}

/** Nothing is asked while `allowed` is false. */
export function useUserSearch(text: string, allowed: boolean): Search {
  const [found, setFound] = useState<{ text: string; users: User[] }>();
  const [problem, setProblem] = useState<Error>();
  useEffect(() => {
    if (!allowed) return;
    let current = true;
    const show = (users: User[]) => {
      if (!current) return;
      setFound({ text, users });
      setProblem(undefined);
    };
    const search = () =>
      usersLike(text, () => current)
        .then(show)
        .catch((problem: Error) => current && setProblem(problem));
    const timer = setTimeout(search, found ? PAUSE_IN_TYPING : 0);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [text, allowed]);
  return { users: found?.users ?? [], answers: (asked) => found?.text === asked, problem };
}

async function usersLike(text: string, isWanted: () => boolean): Promise<User[]> {
  const users: User[] = [];
  let cursor: string | null = "";
  while (cursor !== null && users.length < ENOUGH && isWanted()) {
    const page: Page<"users", User> = await ask("GET", withQuery("/users", { q: text, limit: String(ENOUGH), cursor }));
    users.push(...page.users);
    cursor = page.next;
  }
  return users;
}
