// Asking for more time, and answering those who ask.

import { useState } from "preact/hooks";

import { ask } from "../api/client";
import type { Access, ExtensionRequest } from "../api/types";
import { useAction } from "../app/action";
import { useFresh } from "../app/loading";
import { Link } from "../app/routing";
import { t } from "../texts";
import { Field } from "./fields";
import { Extend } from "./membership";
import { Problem } from "./notices";
import { RelativeTime } from "./relative-time";

/** Where open requests are read. */
export const REQUESTS = "/extensions";

/** For the member; nothing for those without an end. */
export function AskForMoreTime() {
  const access = useFresh<Access>("/me/access").data;
  const [message, setMessage] = useState("");
  const [asked, setAsked] = useState(false);
  const action = useAction();
  if (!access?.ends_at || !["ending", "grace", "ended"].includes(access.state)) return null;
  if (asked) return <p role="status">{t.moreTime.asked}</p>;
  const submit = (event: Event) => {
    event.preventDefault();
    void action.run(async () => {
      await ask("POST", "/me/extension", { message });
      setAsked(true);
    });
  };
  return (
    <section class="card">
      <h2>{access.state === "ended" ? t.moreTime.over : t.moreTime.title}</h2>
      <form onSubmit={submit}>
        <Field
          label={`${t.moreTime.message} (${t.general.optional})`}
          value={message}
          maxLength={500}
          onValue={setMessage}
        />
        <Problem error={action.problem} />
        <button type="submit" aria-disabled={action.busy}>
          {t.moreTime.ask}
        </button>
      </form>
    </section>
  );
}

/** For those who manage users: who asks, and the two answers. */
export function RequestsForMoreTime() {
  const { data, reload } = useFresh<{ extensions: ExtensionRequest[] }>(REQUESTS);
  if (!data || data.extensions.length === 0) return null;
  return (
    <section class="card">
      <h2>{t.moreTime.requests(data.extensions.length)}</h2>
      <ul class="plain-list">
        {data.extensions.map((each) => (
          <Request key={each.user.id} request={each} onDone={reload} />
        ))}
      </ul>
    </section>
  );
}

function Request({ request: { user, message, asked_at }, onDone }: { request: ExtensionRequest; onDone: () => void }) {
  const [open, setOpen] = useState(false);
  const action = useAction();
  const refuse = () =>
    void action.run(async () => {
      await ask("POST", `/extensions/${user.id}/refuse`, {});
      onDone();
    });
  return (
    <li>
      <p>
        <Link href={`/people/${user.id}`}>{user.name}</Link>{" "}
        <span class="quiet">
          <RelativeTime at={asked_at} />
        </span>
      </p>
      {message && <p class="note-text">{message}</p>}
      <Problem error={action.problem} />
      <p class="row">
        <button type="button" aria-label={`${t.moreTime.give}: ${user.name}`} onClick={() => setOpen(true)}>
          {t.moreTime.give}
        </button>
        <button
          type="button"
          class="quiet-button"
          aria-label={`${t.moreTime.refuse}: ${user.name}`}
          aria-disabled={action.busy}
          onClick={refuse}
        >
          {t.moreTime.refuse}
        </button>
      </p>
      {open && (
        <Extend
          title={t.membership.extendTitle(user.name)}
          onClose={() => setOpen(false)}
          save={async (extension) => {
            await ask("POST", `/extensions/${user.id}/approve`, extension);
            setOpen(false);
            onDone();
          }}
        />
      )}
    </li>
  );
}
