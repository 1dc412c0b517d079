// Choosing one person of many: the reader types a name, and the browser suggests what the API finds.

import { useEffect, useId, useRef, useState } from "preact/hooks";

import * as limits from "../api/limits";
import type { Person, User } from "../api/types";
import { useLoad } from "../app/loading";
import { useUserSearch } from "../app/searching";
import { t } from "../texts";
import { Problem } from "./notices";

type KnownPerson = Person & { email?: string | null };

interface PersonFieldProperties {
  label: string;
  /** What an empty field means. */
  empty: string;
  /** An account's id; "" when no account is chosen. */
  value: string;
  onValue: (id: string) => void;
  /** People who need not be searched for. */
  known: Person[];
  /** Whether the reader may search all accounts. */
  search: boolean;
}

export function PersonField({ label, empty, value, onValue, known, search }: PersonFieldProperties) {
  const id = useId();
  const field = useRef<HTMLInputElement>(null);
  const [text, setText] = useState("");
  const found = useUserSearch(text, search);
  const chosen = useChosenPerson(value, [...known, ...found.users], search);
  const people = addLabels([...(chosen ? [chosen] : []), ...known, ...found.users]);
  const typed = text.trim().toLowerCase();
  const named = people.find((person) => typed && person.label.toLowerCase() === typed);
  const isUnknown = Boolean(text) && !named;

  useEffect(() => setText(people.find((person) => person.id === value)?.label ?? ""), [value, chosen?.id]);
  useEffect(() => {
    if (named && named.id !== value) onValue(named.id);
  }, [named?.id]);
  useEffect(() => field.current?.setCustomValidity(isUnknown ? t.people.chooseOne : ""), [isUnknown]);

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
          <option key={person.id} value={person.label}>
            {person.email}
          </option>
        ))}
      </datalist>
      <p id={`${id}-found`} class="note" role="status">
        {isUnknown && (people.length ? t.people.chooseOne : found.isFor(text) && t.people.noneCalled(text))}
      </p>
      <Problem error={found.problem} />
    </div>
  );
}

/** The account with that id; it is read from the API if it is not among `known`. */
function useChosenPerson(id: string, known: KnownPerson[], search: boolean): KnownPerson | undefined {
  const last = useRef<KnownPerson | undefined>(undefined);
  const here = known.find((person) => person.id === id) ?? (last.current?.id === id ? last.current : undefined);
  const asked = useLoad<User>(id && !here && search ? `/users/${id}` : null);
  last.current = here ?? asked.data;
  return last.current;
}

/** Adds what to type for each: the name, and the e-mail address where two people have the same name. */
function addLabels(people: KnownPerson[]): (KnownPerson & { label: string })[] {
  const all = [...new Map(people.map((person) => [person.id, person])).values()];
  const isShared = (name: string) => all.filter((person) => person.name === name).length > 1;
  return all.map((person) => ({
    ...person,
    label: isShared(person.name) ? `${person.name} (${person.email ?? person.id})` : person.name,
  }));
}
