// Changing something through the API: one request at a time, and the refusal beside the control that caused it.
// While it runs, its button has aria-disabled: a button that is disabled loses the focus.

import { useRef, useState } from "preact/hooks";

import { Refused } from "../api/client";

export interface Action {
  busy: boolean;
  problem: Error | undefined;
  /** The refusal that names this field, if there is one. */
  findProblem: (field: string) => string | undefined;
  /** Does nothing while the action runs already. */
  run: <T>(work: () => Promise<T>) => Promise<T | undefined>;
}

export function useAction(): Action {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Error>();
  const running = useRef(false);

  async function run<T>(work: () => Promise<T>): Promise<T | undefined> {
    if (running.current) return undefined;
    running.current = true;
    setBusy(true);
    setProblem(undefined);
    try {
      return await work();
    } catch (error) {
      setProblem(error as Error);
      return undefined;
    } finally {
      running.current = false;
      setBusy(false);
    }
  }

  const findProblem = (field: string) =>
    problem instanceof Refused && problem.field?.split(/[.[]/)[0] === field ? problem.message : undefined;

  return { busy, problem, findProblem, run };
}
