// The link by which a person with a lost password sets a new one: made by a click, shown once.

import { useState } from "preact/hooks";

import { ask } from "../api/client";
import type { ResetLink as Link } from "../api/types";
import { useAction } from "../app/action";
import { t } from "../texts";
import { CopyButton } from "./copy-button";
import { Problem } from "./notices";
import { RelativeTime } from "./relative-time";

export function ResetLink({ userId }: { userId: string }) {
  const [link, setLink] = useState<Link>();
  const action = useAction();
  const make = () => void action.run(async () => setLink(await ask<Link>("POST", `/users/${userId}/password-reset`)));
  return (
    <section class="card">
      <h2>{t.password.title}</h2>
      <p>{t.people.resetNote}</p>
      <Problem error={action.problem} />
      {link ? (
        <div role="status">
          <p class="address">{link.url}</p>
          <p class="quiet">
            {t.people.resetEnds} <RelativeTime at={link.expires_at} />
          </p>
          <CopyButton link={link.url} plain={false} />
        </div>
      ) : (
        <button type="button" aria-disabled={action.busy} onClick={make}>
          {t.people.makeReset}
        </button>
      )}
    </section>
  );
}
