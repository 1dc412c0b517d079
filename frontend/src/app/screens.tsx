// Which address shows which screen, and who may see it.

import type { ComponentChild } from "preact";

import type { Me } from "../api/types";
import { Empty, NotAllowed } from "../parts/notices";
import { Title } from "../parts/title";
import { Account } from "../screens/account";
import { Attention } from "../screens/attention";
import { Create, CreatedScreen } from "../screens/create";
import { InviteScreen } from "../screens/invite";
import { Invites } from "../screens/invites";
import { Keys } from "../screens/keys";
import { Notifications } from "../screens/notifications";
import { OnPlex } from "../screens/on-plex";
import { Overview } from "../screens/overview";
import { People } from "../screens/people";
import { PersonScreen } from "../screens/person";
import { Ready } from "../screens/ready";
import { SettingsScreen } from "../screens/settings";
import { t } from "../texts";
import { may, mayCreateInvites, mayHaveKeys, mayHear, maySeeAllInvites } from "./me";
import { type Address, Link } from "./routing";

export function chooseScreen({ path, query }: Address, me: Me): ComponentChild {
  const [section = "", detail, part] = path.split("/").filter(Boolean);
  switch (section) {
    case "":
      if (maySeeAllInvites(me)) return <Overview />;
      return mayCreateInvites(me) ? <Invites query={query} /> : <Ready />;
    case "invites":
      if (detail === "new") return <Create />;
      if (detail && part === "created") return <CreatedScreen code={detail} />;
      return detail ? <InviteScreen code={detail} /> : <Invites query={query} />;
    case "attention":
      return showIf(maySeeAllInvites(me), t.attention.title, <Attention />);
    case "people":
      return showIf(
        may(me, "manage_users"),
        t.people.title,
        detail === "on-plex" ? <OnPlex /> : detail ? <PersonScreen id={detail} /> : <People query={query} />,
      );
    case "settings":
      return showIf(may(me, "admin"), t.settings.title, <SettingsScreen />);
    case "ready":
      return <Ready />;
    case "account":
      if (detail === "keys") return showIf(mayHaveKeys(me), t.keys.title, <Keys />);
      if (detail === "notifications") return showIf(mayHear(me), t.notifications.title, <Notifications />);
      return <Account />;
    default:
      return <NotFound />;
  }
}

function showIf(allowed: boolean, title: string, screen: ComponentChild): ComponentChild {
  if (allowed) return screen;
  return (
    <>
      <Title>{title}</Title>
      <NotAllowed />
    </>
  );
}

function NotFound() {
  return (
    <>
      <Title>{t.problems.notFound}</Title>
      <Empty title={t.problems.notFoundAdvice}>
        <Link href="/" class="button">
          {t.problems.home}
        </Link>
      </Empty>
    </>
  );
}
