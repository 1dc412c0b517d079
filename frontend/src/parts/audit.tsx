// Who changed what, and when: newest first.

import type { AuditEntry, Permission } from "../api/types";
import { useLoad } from "../app/loading";
import { formatExact } from "../format/times";
import { t } from "../texts";
import { Show } from "./notices";
import { RelativeTime } from "./relative-time";

/** Where the audit trail of a subject is read. */
export const auditOf = (subject: string): string => `/audit?subject=${encodeURIComponent(subject)}`;

/** The audit trail of one subject; read again when `mark` changes. */
export function Audit({ subject, mark }: { subject: string; mark: string | number }) {
  const trail = useLoad<{ entries: AuditEntry[] }>(auditOf(subject), mark);
  return (
    <section class="card no-print">
      <h2>{t.invite.audit}</h2>
      <Show what={trail}>{({ entries }) => <AuditEntries entries={entries} />}</Show>
    </section>
  );
}

export function AuditEntries({ entries }: { entries: AuditEntry[] }) {
  if (!entries.length) return <p class="quiet">{t.invite.auditNone}</p>;
  return (
    <ul class="entries">
      {entries.map((entry) => (
        <li key={entry.at + entry.action}>
          <p>
            <strong>{entry.by.name}</strong> {t.audit.actions[entry.action] ?? t.audit.unknownAction(entry.action)}{" "}
            <span class="quiet">
              <RelativeTime at={entry.at} />
            </span>
          </p>
          <Differences entry={entry} />
        </li>
      ))}
    </ul>
  );
}

function Differences({ entry: { before, after } }: { entry: AuditEntry }) {
  const fields = Object.keys(after).filter((field) => field in before && field !== "version" && field !== "updated_at");
  if (!fields.length) return null;
  return (
    <ul class="differences">
      {fields.map((field) => (
        <li key={field}>
          {t.audit.from(t.audit.fields[field] ?? field, describeValue(before[field]), describeValue(after[field]))}
        </li>
      ))}
    </ul>
  );
}

function describeValue(value: unknown): string {
  if (value === null || value === undefined) return "–";
  if (value === true) return t.general.yes;
  if (value === false) return t.general.no;
  if (Array.isArray(value)) return value.map(describeValue).join(", ") || "–";
  if (typeof value === "object")
    return Object.entries(value)
      .map(([key, part]) => `${t.audit.fields[key] ?? key} ${describeValue(part)}`)
      .join(", ");
  const text = String(value);
  if (text === "default" || text === "all") return t.create[text];
  if (text in t.permissions) return t.permissions[text as Permission];
  return /^\d{4}-\d\d-\d\dT/.test(text) ? formatExact(text) : text;
}
