// People as circles with their initials.

import type { Person } from "../api/types";
import { formatList } from "../format/terms";

const MOST_SHOWN = 4;
const HUES = 6;

/** The first few people; all names on hover and for screen readers. */
export function Avatars({ people }: { people: Person[] }) {
  if (!people.length) return <span class="quiet">–</span>;
  const names = people.map((person) => person.name);
  return (
    <span class="avatars" title={names.join("\n")}>
      {people.slice(0, MOST_SHOWN).map((person) => (
        <Avatar key={person.id} name={person.name} />
      ))}
      {people.length > MOST_SHOWN && <span class="quiet">+{people.length - MOST_SHOWN}</span>}
      <span class="unseen">{formatList(names)}</span>
    </span>
  );
}

export function Avatar({ name }: { name: string }) {
  return (
    <span class={`avatar hue-${getHue(name)}`} aria-hidden="true">
      {getInitials(name)}
    </span>
  );
}

function getInitials(name: string): string {
  const words = name
    .trim()
    .split(/[\s._-]+/)
    .filter(Boolean);
  const first = [...(words[0] ?? "?")][0] ?? "?";
  const last = words.length > 1 ? ([...(words.at(-1) ?? "")][0] ?? "") : "";
  return (first + last).toLocaleUpperCase();
}

const getHue = (name: string): number =>
  [...name].reduce((sum, letter) => sum + (letter.codePointAt(0) ?? 0), 0) % HUES;
