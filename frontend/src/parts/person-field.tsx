// Somebody among however many: typed, with the browser's own suggestions from what the API finds.

import { useEffect, useId, useRef, useState } from "preact/hooks";

import * as limits from "../api/limits";
import type { Person, User } from "../api/types";
import { useLoad } from "../app/loading";
import { useUserSearch } from "../app/searching";
import { t } from "../texts";
import { Problem } from "./notices";

type Somebody = Person & { email?: string | null };

interface PersonFieldProperties {
  label: string;
  /** What an empty field means. */
  empty: string;
  /** An account's id, or "" for nobody in particular. */
  value: string;
  onValue: (id: string) => void;
  /** Those who are known without asking. */
  known: Person[];
  /** Whether the API may be asked for others. */
  search: boolean;
}

export function PersonField({ label, empty, value, onValue, known, search }: PersonFieldProperties) {
  const id = useId();
  const field = useRef<HTMLInputElement>(null);
  const [text, setText] = useState("");
  const found = useUserSearch(text, search);
  const chosen = useChosen(value, [...known, ...found.users], search);
  const people = namedApart([...(chosen ? [chosen] : []), ...known, ...found.users]);
  const typed = text.trim().toLowerCase();
  const named = people.find((person) => typed && person.shown.toLowerCase() === typed);
  const isNobody = Boolean(text) && !named;

  useEffect(() => setText(people.find((person) => person.id === value)?.shown ?? ""), [value, chosen?.id]);
  useEffect(() => {
    if (named && named.id !== value) onValue(named.id);
  }, [named?.id]);
  useEffect(() => field.current?.setCustomValidity(isNobody ? t.people.chooseOne : ""), [isNobody]);

  const type = (text: string) => {
    setText(text);
    if (!text) onValue("");
  };
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        ref={field}
        id={id}
        type="search"
        list={`${id}-list`}
        autocomplete="off"
        placeholder={empty}
        {...limits.listUsers.q}
        value={text}
        aria-describedby={`${id}-found`}
        onInput={(event) => type(event.currentTarget.value)}
      />
      <datalist id={`${id}-list`}>
        {people.map((person) => (
          <option key={person.id} value={person.shown}>
            {person.email}
          </option>
        ))}
      </datalist>
      <p id={`${id}-found`} class="note" role="status">
        {isNobody && (people.length ? t.people.chooseOne : found.answers(text) && t.people.nobodyLike(text))}
      </p>
      <Problem error={found.problem} />
    </div>
  );
}

/** Who that is, asked for where it is not known. */
function useChosen(id: string, known: Somebody[], search: boolean): Somebody | undefined {
  const last = useRef<Somebody | undefined>(undefined);
  const here = known.find((person) => person.id === id) ?? (last.current?.id === id ? last.current : undefined);
  const asked = useLoad<User>(id && !here && search ? `/users/${id}` : null);
  last.current = here ?? asked.data;
  return last.current;
}

/** Each with what to type for them: the name, and the address where two have the same name. */
function namedApart(people: Somebody[]): (Somebody & { shown: string })[] {
  const all = [...new Map(people.map((person) => [person.id, person])).values()];
  const isShared = (name: string) => all.filter((person) => person.name === name).length > 1;
  return all.map((person) => ({
    ...person,
    shown: isShared(person.name) ? `${person.name} (${person.email ?? person.id})` : person.name,
  }));
}
