// Which libraries an invite gives: the server's default, all, or specific ones.

import type { Library } from "../api/types";
import { t } from "../texts";
import { Choice, Group } from "./fields";

interface LibraryChoiceProperties {
  libraries: Library[];
  kind: "default" | "all" | "specific";
  chosen: string[];
  onKind: (kind: "default" | "all" | "specific") => void;
  onChosen: (chosen: string[]) => void;
  problem?: string | undefined;
}

export function LibraryChoice({ libraries, kind, chosen, onKind, onChosen, problem }: LibraryChoiceProperties) {
  return (
    <Group legend={t.create.libraries} problem={problem}>
      {(["default", "all", "specific"] as const).map((each) => (
        <Choice
          key={each}
          type="radio"
          name="libraries"
          label={t.create[each]}
          checked={kind === each}
          onValue={() => onKind(each)}
        />
      ))}
      {kind === "specific" && (
        <div class="within">
          {libraries
            .filter((library) => library.enabled)
            .map(({ id, title }) => (
              <Choice
                key={id}
                label={title}
                checked={chosen.includes(id)}
                onValue={(on) => onChosen(on ? [...chosen, id] : chosen.filter((other) => other !== id))}
              />
            ))}
        </div>
      )}
    </Group>
  );
}
