// How long something lasts: for ever, for some time, or until a day.

import { useState } from "preact/hooks";

import type { Term, Unit } from "../api/types";
import { t } from "../texts";
import { Choice, Field, Group, Select } from "./fields";

const UNITS = ["days", "weeks", "months"] as const;

interface TermFieldProperties {
  legend: string;
  name: string;
  term: Term;
  onTerm: (term: Term) => void;
  /** Left out where there must be an end. */
  forEver?: boolean;
  problem?: string | undefined;
}

export function TermField({ legend, name, term, onTerm, forEver = true, problem }: TermFieldProperties) {
  const [length, setLength] = useState({ value: term?.value ?? 1, unit: term?.unit ?? ("months" as Unit) });
  const change = (part: Partial<typeof length>) => {
    const changed = { ...length, ...part };
    setLength(changed);
    onTerm(changed);
  };
  const isUntil = term?.until !== undefined;
  return (
    <Group legend={legend} problem={problem}>
      {forEver && (
        <Choice type="radio" name={name} label={t.term.forEver} checked={!term} onValue={() => onTerm(null)} />
      )}
      <Choice
        type="radio"
        name={name}
        label={t.term.for}
        checked={Boolean(term) && !isUntil}
        onValue={() => onTerm(length)}
      />
      {term && !isUntil && (
        <div class="row">
          <Field
            label={t.create.duration}
            type="number"
            min={1}
            max={10000}
            required
            value={length.value || ""}
            onValue={(value) => change({ value: Number(value) })}
          />
          <Select label={t.create.unit} value={length.unit} onValue={(unit) => change({ unit: unit as Unit })}>
            {UNITS.map((unit) => (
              <option key={unit} value={unit}>
                {t.create.units[unit]}
              </option>
            ))}
          </Select>
        </div>
      )}
      <Choice type="radio" name={name} label={t.term.until} checked={isUntil} onValue={() => onTerm({ until: "" })} />
      {isUntil && (
        <Field
          label={t.term.day}
          note={t.term.dayNote}
          type="date"
          required
          value={term?.until ?? ""}
          onValue={(until) => onTerm({ until })}
        />
      )}
    </Group>
  );
}
