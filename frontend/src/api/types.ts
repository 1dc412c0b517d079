// The API's shapes, as docs/openapi.yaml has them.

export type Status = "active" | "redeemed" | "expired" | "inactive";
export type State = "pending" | "shared" | "done" | "needs_attention" | "failed";
export type StepState = "waiting" | "working" | "done" | "needs_attention" | "failed";
export type Permission =
  | "admin"
  | "manage_users"
  | "manage_invites"
  | "view_invites"
  | "create_invites"
  | "advanced_invites"
  | "streamarr";
export type Unit = "days" | "weeks" | "months";

export interface Person {
  id: string;
  name: string;
}

export interface Features {
  downloads: boolean;
  live_tv: boolean;
  plex_home: boolean;
}

export interface Library {
  id: string;
  key: string;
  title: string;
  type: string;
  enabled: boolean;
}

export interface Redeemer extends Person {
  redeemed_at: string;
  state: State;
}

export interface Invite {
  code: string;
  url: string;
  status: Status;
  enabled: boolean;
  /** Switched off by somebody who manages invites: only such a one switches it on. */
  locked: boolean;
  uses: number;
  usage_limit: number | null;
  expires_at: string | null;
  libraries: "default" | "all" | string[];
  features: Features;
  note: string | null;
  created_by: Person;
  created_at: string;
  updated_at: string;
  redeemed_by: Redeemer[];
  /** In the detail only. */
  audit?: Entry[];
}

export interface Expiry {
  value: number;
  unit: Unit;
}

export interface NewInvite {
  usage_limit?: number | null;
  expires_in?: Expiry | null;
  libraries?: "default" | "all" | string[];
  downloads?: boolean;
  live_tv?: boolean;
  plex_home?: boolean;
  note?: string | null;
  code?: string | null;
  created_by?: string;
}

export interface InviteChange extends Omit<NewInvite, "code" | "created_by"> {
  enabled?: boolean;
  expires_at?: string | null;
}

export interface Step {
  name: string;
  state: StepState;
  at: string | null;
  message: string;
}

export interface Redemption {
  id: string;
  code: string;
  user: Person;
  state: State;
  grant: { libraries: { id: string; title: string; type: string }[]; features: Features };
  steps: Step[];
  created_at: string;
  updated_at: string;
  reason: { Code: string; Message: string } | null;
}

export interface Quota {
  limit: number | null;
  days: number | null;
}

export interface QuotaUse extends Quota {
  used: number;
  remaining: number | null;
  renews_at: string | null;
}

export interface User {
  id: string;
  name: string;
  email: string | null;
  kind: "plex" | "local";
  plex_id: number | null;
  permissions: Permission[];
  state: "active" | "closed";
  quota: Quota | null;
  trial_ends_at: string | null;
  created_at: string;
  invited_by: Person | null;
}

export interface Me {
  user: User;
  permissions: Permission[];
  quota: QuotaUse;
  trial_ends_at: string | null;
}

export interface Settings {
  signup_enabled: boolean;
  application_url: string;
  application_title: string;
  dashboard_url: string | null;
  local_signin_enabled: boolean;
  new_plex_signin_enabled: boolean;
  default_permissions: Permission[];
  default_quota: Quota;
  default_features: Features;
  enabled_libraries: "all" | string[];
  default_libraries: "all" | string[];
  trial: { enabled: boolean; days: number };
  version: number;
}

export interface Stats {
  invites: Record<Status, number>;
  users: number;
  redemptions_per_day: { day: string; count: number }[];
  needs_attention: number;
}

export interface Entry {
  action: string;
  by: Person;
  at: string;
  before: Record<string, unknown>;
  after: Record<string, unknown>;
}

export interface SignInStarted {
  sign_in_id: string;
  auth_url: string;
  expires_at: string;
}

export type SignInAnswer = { state: "waiting" } | { token: string; user: User };

export interface SetupState {
  needed: boolean;
  state: "needed" | "fetching_libraries" | "done";
}

export interface PlexServer {
  machine_id: string;
  name: string;
}

export type SetupAnswer = { state: "waiting" } | { token: string; servers: PlexServer[] };
