// Until when a member has access, and what may be decided about it: more time, suspending, resuming.

import { useState } from "preact/hooks";

import { ask } from "../api/client";
import type { Access, Extension, Term } from "../api/types";
import { type Action, useAction } from "../app/action";
import { formatDay } from "../format/times";
import { t } from "../texts";
import { Confirm, Dialog } from "./dialogs";
import { Problem } from "./notices";
import { TermField } from "./term-field";

const MONTH: Term = { value: 1, unit: "months" };

/** "Until 31 March", "Ends 31 March"; nothing for those without an end. */
export function Ends({ access: { state, ends_at } }: { access: Access }) {
  if (!ends_at || state === "ended") return null;
  return (
    <p class={state === "active" ? "quiet" : "note"}>
      {t.membership.ends[state](formatDay(new Date(ends_at), new Date()))}
    </p>
  );
}

/** When the account is closed, as its access has ended; to its person, or to whoever manages users. */
export function Closes({ at, own = false }: { at: string | null; own?: boolean }) {
  if (!at) return null;
  const day = formatDay(new Date(at), new Date());
  return <p class="notice">{own ? t.membership.closesOwn(day) : t.membership.closes(day)}</p>;
}

interface MembershipProperties {
  access: Access;
  path: string;
  onChanged: () => void;
}

export function Membership({ access, path, onChanged }: MembershipProperties) {
  const [open, setOpen] = useState<"extend" | "suspend" | "resume">();
  const action = useAction();
  const done = () => {
    setOpen(undefined);
    onChanged();
  };
  const decide = (way: "suspend" | "resume") =>
    void action.run(async () => {
      await ask("POST", `${path}/${way}`, { version: access.version });
      done();
    });
  const { state, user } = access;
  return (
    <p class="row">
      {["active", "ending", "grace", "ended"].includes(state) && (
        <button type="button" onClick={() => setOpen("extend")}>
          {access.ends_at ? t.membership.extend : t.membership.setEnd}
        </button>
      )}
      {["active", "ending", "grace"].includes(state) && (
        <button type="button" onClick={() => setOpen("suspend")}>
          {t.membership.suspend}
        </button>
      )}
      {state === "suspended" && (
        <button type="button" onClick={() => setOpen("resume")}>
          {t.membership.resume}
        </button>
      )}
      {open === "extend" && (
        <Extend
          title={t.membership.extendTitle(user.name)}
          onClose={() => setOpen(undefined)}
          save={async (extension) => {
            await ask("POST", `${path}/extend`, { version: access.version, ...extension });
            done();
          }}
        />
      )}
      {(open === "suspend" || open === "resume") && (
        <Confirm
          title={open === "suspend" ? t.membership.suspendTitle(user.name) : t.membership.resumeTitle(user.name)}
          note={open === "suspend" ? t.membership.suspendNote : t.membership.resumeNote}
          action={t.membership[open]}
          busy={action.busy}
          onConfirm={() => decide(open)}
          onClose={() => setOpen(undefined)}
        >
          <Problem error={action.problem} />
        </Confirm>
      )}
    </p>
  );
}

interface ExtendProperties {
  title: string;
  onClose: () => void;
  save: (extension: Pick<Extension, "by" | "until">) => Promise<unknown>;
}

export function Extend({ title, onClose, save }: ExtendProperties) {
  const [term, setTerm] = useState<Term>(MONTH);
  const action = useAction();
  const submit = (event: Event) => {
    event.preventDefault();
    void action.run(() => save(toExtension(term)));
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <form onSubmit={submit}>
        <p class="quiet">{t.membership.extendNote}</p>
        <TermField
          legend={t.membership.howLong}
          name="extension"
          term={term}
          onTerm={setTerm}
          forEver={false}
          problem={findProblem(action)}
        />
        {!findProblem(action) && <Problem error={action.problem} />}
        <button type="submit" class="main" aria-disabled={action.busy}>
          {t.membership.extend}
        </button>
      </form>
    </Dialog>
  );
}

function findProblem(action: Action): string | undefined {
  return action.findProblem("by") ?? action.findProblem("until");
}

function toExtension(term: Term): Pick<Extension, "by" | "until"> {
  if (term?.until !== undefined) return { until: term.until };
  return { by: { value: term?.value ?? 1, unit: term?.unit ?? "months" } };
}
