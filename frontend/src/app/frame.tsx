// The frame around every screen: the navigation, and how many redemptions need attention.

import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";

import type { Me, Stats } from "../api/types";
import { Avatar } from "../parts/avatars";
import { Icon, type IconName } from "../parts/icons";
import { t } from "../texts";
import { useLoad } from "./loading";
import { may, mayCreateInvites, maySeeAllInvites, useMe } from "./me";
import { Link, useAddress } from "./routing";
import { chooseScreen } from "./screens";

const POLL_INTERVAL = 60_000;

interface NavigationItem {
  href: string;
  icon: IconName;
  text: string;
  badge?: number | undefined;
}

export function Frame() {
  const me = useMe();
  const address = useAddress();
  const items = listNavigationItems(me, useAttentionCount(me));
  const isCurrent = (href: string) => (href === "/" ? address.path === "/" : address.path.startsWith(href));
  return (
    <div class="frame">
      <a class="skip" href="#content">
        {t.site.skip}
      </a>
      <header class="top">
        <Link href="/" class="brand">
          {t.site.name}
        </Link>
        {mayCreateInvites(me) && (
          <Link href="/invites/new" class="button main">
            <Icon name="plus" />
            {t.nav.create}
          </Link>
        )}
        <Link href="/account" class="who" aria-current={isCurrent("/account") ? "page" : undefined}>
          <Avatar name={me.user.name} />
          <span class="who-name">{me.user.name}</span>
          <span class="unseen">{t.nav.account}</span>
        </Link>
      </header>
      {items.length > 0 && (
        <nav class="navigation" aria-label={t.site.navigation}>
          <ul>
            {items.map((item) => (
              <li key={item.href}>
                <Link href={item.href} aria-current={isCurrent(item.href) ? "page" : undefined}>
                  <Icon name={item.icon} />
                  <span>{item.text}</span>
                  <Badge count={item.badge} />
                </Link>
              </li>
            ))}
          </ul>
        </nav>
      )}
      <main id="content" tabIndex={-1}>
        <Offline />
        <Screen key={address.path}>{chooseScreen(address, me)}</Screen>
      </main>
    </div>
  );
}

/** Rendered with its address as key, so that no screen inherits another's state. */
function Screen({ children }: { children: ComponentChildren }) {
  return <>{children}</>;
}

function Badge({ count }: { count: number | undefined }) {
  if (!count) return null;
  return (
    <span class="badge">
      <span aria-hidden="true">{count > 99 ? "99+" : count}</span>
      <span class="unseen">{t.nav.waiting(count)}</span>
    </span>
  );
}

function useAttentionCount(me: Me): number | undefined {
  const stats = useLoad<Stats>(maySeeAllInvites(me) ? "/stats" : null);
  useEffect(() => {
    const timer = setInterval(() => document.visibilityState === "visible" && stats.reload(), POLL_INTERVAL);
    return () => clearInterval(timer);
  }, [stats.reload]);
  return stats.data?.needs_attention;
}

function listNavigationItems(me: Me, attentionCount: number | undefined): NavigationItem[] {
  const all: (NavigationItem | false)[] = [
    maySeeAllInvites(me) && { href: "/", icon: "overview", text: t.nav.overview },
    (maySeeAllInvites(me) || mayCreateInvites(me)) && { href: "/invites", icon: "invites", text: t.nav.invites },
    maySeeAllInvites(me) && { href: "/attention", icon: "attention", text: t.nav.attention, badge: attentionCount },
    may(me, "manage_users") && { href: "/people", icon: "people", text: t.nav.people },
    may(me, "admin") && { href: "/settings", icon: "settings", text: t.nav.settings },
  ];
  return all.filter((item): item is NavigationItem => Boolean(item));
}

function Offline() {
  const [online, setOnline] = useState(navigator.onLine);
  useEffect(() => {
    const update = () => setOnline(navigator.onLine);
    addEventListener("online", update);
    addEventListener("offline", update);
    return () => {
      removeEventListener("online", update);
      removeEventListener("offline", update);
    };
  }, []);
  if (online) return null;
  return (
    <p class="problem" role="status">
      {t.problems.offline}
    </p>
  );
}
