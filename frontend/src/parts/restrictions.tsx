// What of the libraries is hidden: only these age ratings, only these labels.

import type { RestrictionsChange } from "../api/types";
import { describeRestrictions } from "../format/terms";
import { t } from "../texts";
import { Field, Group } from "./fields";

const KINDS = ["movies", "shows", "music"] as const;
const RESTRICTED_BY = ["content_ratings", "labels"] as const;
type Kind = (typeof KINDS)[number];
type RestrictedBy = (typeof RESTRICTED_BY)[number];

interface RestrictionFieldsProperties {
  hidden: RestrictionsChange;
  /** Null where Plex did not say. */
  plexPass: boolean | null | undefined;
  onHidden: (hidden: RestrictionsChange) => void;
  problem?: string | undefined;
}

export function RestrictionFields({ hidden, plexPass, onHidden, problem }: RestrictionFieldsProperties) {
  const hide = (kind: Kind, by: RestrictedBy, text: string) => {
    const words = text === "" ? [] : text.split(",").map((word) => word.trimStart());
    onHidden({ ...hidden, [kind]: { ...hidden?.[kind], [by]: words } });
  };
  return (
    <details open={Boolean(describeRestrictions(hidden) || problem)}>
      <summary>{t.access.hide}</summary>
      {plexPass === false ? <p class="note">{t.access.needsPlexPass}</p> : <p class="quiet">{t.access.hideNote}</p>}
      {problem && <p class="problem">{problem}</p>}
      {(plexPass !== false || describeRestrictions(hidden)) &&
        KINDS.map((kind) => (
          <Group key={kind} legend={t.access.kinds[kind]}>
            {RESTRICTED_BY.map((by) => (
              <Field
                key={by}
                label={t.access.only[by]}
                value={(hidden?.[kind]?.[by] ?? []).join(", ")}
                onValue={(text) => hide(kind, by, text)}
              />
            ))}
          </Group>
        ))}
    </details>
  );
}
