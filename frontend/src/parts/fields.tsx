// Native controls, tied to their label, note and refusal.

import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";

interface Description {
  label: string;
  note?: string | undefined;
  problem?: string | undefined;
}

interface InputProperties extends Description {
  value: string | number;
  onValue: (value: string) => void;
  type?: "text" | "email" | "password" | "search" | "number" | "date" | "datetime-local" | "url";
  required?: boolean;
  min?: string | number;
  max?: string | number;
  minLength?: number;
  maxLength?: number;
  pattern?: string;
  autocomplete?: "off" | "username" | "current-password" | "new-password";
  autocapitalize?: "none";
  spellcheck?: boolean;
}

export function Field({ label, note, problem, onValue, ...input }: InputProperties) {
  const id = useId();
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (problem) field.current?.focus();
  }, [problem]);
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        ref={field}
        id={id}
        aria-invalid={problem ? "true" : undefined}
        aria-describedby={listDescriptions(id, note, problem)}
        onInput={(event) => onValue(event.currentTarget.value)}
        {...(input as object)}
      />
      <Notes id={id} note={note} problem={problem} />
    </div>
  );
}

type TextAreaProperties = Description & { value: string; maxLength?: number; onValue: (value: string) => void };

/** For text of several lines. */
export function TextArea({ label, note, problem, onValue, ...input }: TextAreaProperties) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <textarea
        id={id}
        rows={6}
        aria-invalid={problem ? "true" : undefined}
        aria-describedby={listDescriptions(id, note, problem)}
        onInput={(event) => onValue(event.currentTarget.value)}
        {...input}
      />
      <Notes id={id} note={note} problem={problem} />
    </div>
  );
}

type SelectProperties = Description & { value: string; onValue: (value: string) => void; children: ComponentChildren };

export function Select({ label, note, problem, value, onValue, children }: SelectProperties) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select
        id={id}
        value={value}
        aria-invalid={problem ? "true" : undefined}
        aria-describedby={listDescriptions(id, note, problem)}
        onChange={(event) => onValue(event.currentTarget.value)}
      >
        {children}
      </select>
      <Notes id={id} note={note} problem={problem} />
    </div>
  );
}

type ChoiceProperties = {
  label: string;
  note?: string | undefined;
  checked: boolean;
  disabled?: boolean;
  onValue: (checked: boolean) => void;
  type?: "checkbox" | "radio";
  name?: string;
};

/** A checkbox or a radio button with its label beside it. */
export function Choice({ label, note, checked, disabled = false, onValue, type = "checkbox", name }: ChoiceProperties) {
  const id = useId();
  return (
    <div class="choice">
      <input
        id={id}
        type={type}
        name={name}
        checked={checked}
        disabled={disabled}
        aria-describedby={listDescriptions(id, note, undefined)}
        onChange={(event) => onValue(event.currentTarget.checked)}
      />
      <label for={id}>{label}</label>
      <Notes id={id} note={note} problem={undefined} />
    </div>
  );
}

export function Group({
  legend,
  problem,
  children,
}: {
  legend: string;
  problem?: string | undefined;
  children: ComponentChildren;
}) {
  return (
    <fieldset>
      <legend>{legend}</legend>
      {problem && (
        <p class="refusal" role="alert">
          {problem}
        </p>
      )}
      {children}
    </fieldset>
  );
}

function Notes({ id, note, problem }: { id: string; note: string | undefined; problem: string | undefined }) {
  return (
    <>
      {note && (
        <p id={`${id}-note`} class="note">
          {note}
        </p>
      )}
      {problem && (
        <p id={`${id}-problem`} class="refusal">
          {problem}
        </p>
      )}
    </>
  );
}

const listDescriptions = (id: string, note?: string, problem?: string): string | undefined =>
  [note && `${id}-note`, problem && `${id}-problem`].filter(Boolean).join(" ") || undefined;
