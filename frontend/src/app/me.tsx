// Who is signed in, and what they may do.

import { createContext } from "preact";
import { useContext } from "preact/hooks";

import type { Me, Permission } from "../api/types";

export interface CurrentUser extends Me {
  reload: () => void;
}

export const MeContext = createContext<CurrentUser | null>(null);

export function useMe(): CurrentUser {
  const me = useContext(MeContext);
  if (!me) throw new Error("useMe is for screens of a signed-in user");
  return me;
}

/** Whether one of these permissions is held; `admin` implies all. */
export function may(me: Me, ...anyOf: Permission[]): boolean {
  return me.permissions.includes("admin") || anyOf.some((permission) => me.permissions.includes(permission));
}

export const maySeeAllInvites = (me: Me): boolean => may(me, "manage_invites", "view_invites");
export const mayCreateInvites = (me: Me): boolean => may(me, "create_invites", "manage_invites");
export const mayUseAdvancedOptions = (me: Me): boolean => may(me, "advanced_invites", "manage_invites");
export const mayHear = (me: Me): boolean => may(me, "create_invites", "manage_invites", "manage_users");
export const mayHaveKeys = (me: Me): boolean => mayHear(me) || may(me, "view_invites");
