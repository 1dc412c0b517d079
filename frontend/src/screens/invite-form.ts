// The form for a new invite: what is filled in, and what it becomes.

import type { Features, NewInvite, RestrictionsChange, Term, Unit } from "../api/types";
import type { InviteTerms } from "../format/terms";
import { tidyRestrictions } from "../format/terms";

export interface InviteForm {
  uses: "single" | "custom" | "unlimited";
  /** The limit where `uses` is custom, as typed. */
  limit: string;
  expires: boolean;
  /** How many units until the invite expires, as typed. */
  period: string;
  unit: Unit;
  libraries: "default" | "all" | "specific";
  libraryIds: string[];
  /** Those that the reader changed; the others have their default. */
  features: Partial<Features>;
  restrictions: RestrictionsChange;
  accessFor: Term;
  note: string;
  code: string;
  createdBy: string;
}

export const EMPTY_FORM: InviteForm = {
  uses: "single",
  limit: "5",
  expires: false,
  period: "2",
  unit: "weeks",
  libraries: "default",
  libraryIds: [],
  features: {},
  restrictions: null,
  accessFor: null,
  note: "",
  code: "",
  createdBy: "",
};

/** Whether one of the options was changed; the note is none of them. */
export function hasOptions(form: InviteForm): boolean {
  const names = (Object.keys(EMPTY_FORM) as (keyof InviteForm)[]).filter((name) => name !== "note");
  return names.some((name) => JSON.stringify(form[name]) !== JSON.stringify(EMPTY_FORM[name]));
}

/** What the invite will grant: a plain invite's terms if the user may not use the advanced options. */
export function toTerms(form: InviteForm, defaults: Features | undefined, mayUseOptions: boolean): InviteTerms {
  if (!mayUseOptions) return { limit: 1, expires: null, libraries: "default", features: {} };
  return {
    limit: toLimit(form),
    expires: form.expires ? toPeriod(form) : null,
    libraries: toLibraries(form),
    features: { ...defaults, ...form.features },
    restrictions: tidyRestrictions(form.restrictions),
    accessFor: form.accessFor,
  };
}

/** The request's body. It names only what differs from a plain invite, because naming more needs more permissions. */
export function toNewInvite(form: InviteForm, mayUseOptions: boolean): NewInvite {
  const { note, createdBy, features, code } = form;
  const restrictions = tidyRestrictions(form.restrictions);
  const plain: NewInvite = { ...(note && { note }), ...(createdBy && { created_by: createdBy }) };
  if (!mayUseOptions) return plain;
  return {
    ...plain,
    ...(form.uses !== "single" && { usage_limit: toLimit(form) }),
    ...(form.expires && { expires_in: toPeriod(form) }),
    ...(form.libraries !== "default" && { libraries: toLibraries(form) }),
    ...features,
    ...(restrictions && { restrictions }),
    ...(form.accessFor && { access_for: form.accessFor }),
    ...(code && { code }),
  };
}

function toLimit({ uses, limit }: InviteForm): number | null {
  if (uses === "unlimited") return null;
  return uses === "single" ? 1 : Number(limit);
}

const toPeriod = ({ period, unit }: InviteForm) => ({ value: Number(period), unit });

const toLibraries = ({ libraries, libraryIds }: InviteForm) => (libraries === "specific" ? libraryIds : libraries);
