// What is stored of the reader, as a file; and leaving.

import { useState } from "preact/hooks";

import { ask, session } from "../api/client";
import type { OwnData } from "../api/types";
import { useAction } from "../app/action";
import { t } from "../texts";
import { Confirm } from "./dialogs";
import { Problem } from "./notices";

const FILE = "streamarr-data.json";

export function MyData() {
  const [isLeaving, setLeaving] = useState(false);
  const exporting = useAction();
  const leaving = useAction();
  const download = () => void exporting.run(async () => save(await ask<OwnData>("GET", "/me/export")));
  const leave = () =>
    void leaving.run(async () => {
      await ask("DELETE", "/me");
      session.drop();
      location.assign("/");
    });
  return (
    <section class="card">
      <h2>{t.myData.title}</h2>
      <p class="quiet">{t.myData.note}</p>
      <Problem error={exporting.problem} />
      <p class="row">
        <button type="button" aria-disabled={exporting.busy} onClick={download}>
          {t.myData.download}
        </button>
        <button type="button" class="danger" onClick={() => setLeaving(true)}>
          {t.myData.leave}
        </button>
      </p>
      {isLeaving && (
        <Confirm
          title={t.myData.leaveTitle}
          note={t.myData.leaveNote}
          action={t.myData.leave}
          busy={leaving.busy}
          onConfirm={leave}
          onClose={() => setLeaving(false)}
        >
          <Problem error={leaving.problem} />
        </Confirm>
      )}
    </section>
  );
}

/** As the browser saves a file: a link cannot bring the token that the API asks for. */
function save(data: OwnData): void {
  const address = URL.createObjectURL(new Blob([JSON.stringify(data, null, 2)], { type: "application/json" }));
  const link = Object.assign(document.createElement("a"), { href: address, download: FILE });
  link.click();
  setTimeout(() => URL.revokeObjectURL(address));
}
