// What stands around every screen: the way to the others, and what waits.

import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";

import type { Me, Stats } from "../api/types";
import { Icon, type IconName } from "../parts/icons";
import { Face } from "../parts/small";
import { t } from "../texts";
import { useLoad } from "./loading";
import { createsInvites, may, seesAllInvites, useMe } from "./me";
import { Link, usePlace } from "./routing";
import { screenFor } from "./screens";

const LOOK_AGAIN = 60_000;

interface Way {
  href: string;
  icon: IconName;
  words: string;
  badge?: number | undefined;
}

export function Frame() {
  const me = useMe();
  const place = usePlace();
  const waiting = useWaiting(me);
  const ways = waysFor(me, waiting);
  const here = (href: string) => (href === "/" ? place.path === "/" : place.path.startsWith(href));
  return (
    <div class="frame">
      <a class="skip" href="#content">
        {t.site.skip}
      </a>
      <header class="top">
        <Link href="/" class="brand">
          {t.site.name}
        </Link>
        {createsInvites(me) && (
          <Link href="/invites/new" class="button main">
            <Icon name="plus" />
            {t.nav.create}
          </Link>
        )}
        <Link href="/account" class="who" aria-current={here("/account") ? "page" : undefined}>
          <Face name={me.user.name} />
          <span class="who-name">{me.user.name}</span>
          <span class="unseen">{t.nav.account}</span>
        </Link>
      </header>
      {ways.length > 0 && (
        <nav class="ways" aria-label={t.site.navigation}>
          <ul>
            {ways.map((way) => (
              <li key={way.href}>
                <Link href={way.href} aria-current={here(way.href) ? "page" : undefined}>
                  <Icon name={way.icon} />
                  <span>{way.words}</span>
                  <Badge count={way.badge} />
                </Link>
              </li>
            ))}
          </ul>
        </nav>
      )}
      <main id="content" tabIndex={-1}>
        <Offline />
        <Screen key={place.path}>{screenFor(place, me)}</Screen>
      </main>
    </div>
  );
}

/** A new one for each address, so that no screen inherits another's state. */
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

function useWaiting(me: Me): number | undefined {
  const stats = useLoad<Stats>(seesAllInvites(me) ? "/stats" : null);
  useEffect(() => {
    const timer = setInterval(() => document.visibilityState === "visible" && stats.reload(), LOOK_AGAIN);
    return () => clearInterval(timer);
  }, [stats.reload]);
  return stats.data?.needs_attention;
}

function waysFor(me: Me, waiting: number | undefined): Way[] {
  const all: (Way | false)[] = [
    seesAllInvites(me) && { href: "/", icon: "overview", words: t.nav.overview },
    (seesAllInvites(me) || createsInvites(me)) && { href: "/invites", icon: "invites", words: t.nav.invites },
    seesAllInvites(me) && { href: "/attention", icon: "attention", words: t.nav.attention, badge: waiting },
    may(me, "manage_users") && { href: "/people", icon: "people", words: t.nav.people },
    may(me, "admin") && { href: "/settings", icon: "settings", words: t.nav.settings },
  ];
  return all.filter((way): way is Way => Boolean(way));
}

function Offline() {
  const [online, setOnline] = useState(navigator.onLine);
  useEffect(() => {
    const look = () => setOnline(navigator.onLine);
    addEventListener("online", look);
    addEventListener("offline", look);
    return () => {
      removeEventListener("online", look);
      removeEventListener("offline", look);
    };
  }, []);
  if (online) return null;
  return (
    <p class="problem" role="status">
      {t.problems.offline}
    </p>
  );
}
