// Which address shows which screen, to whom.

import type { ComponentChild } from "preact";

import type { Me } from "../api/types";
import { Empty, NotAllowed } from "../parts/notices";
import { Title } from "../parts/small";
import { Account } from "../screens/account";
import { Attention } from "../screens/attention";
import { Create } from "../screens/create";
import { InviteScreen } from "../screens/invite";
import { Invites } from "../screens/invites";
import { Overview } from "../screens/overview";
import { People } from "../screens/people";
import { PersonScreen } from "../screens/person";
import { SettingsScreen } from "../screens/settings";
import { t } from "../texts";
import { createsInvites, may, seesAllInvites } from "./me";
import { Link, type Place } from "./routing";

export function screenFor({ path, query }: Place, me: Me): ComponentChild {
  const [place = "", detail] = path.split("/").filter(Boolean);
  switch (place) {
    case "":
      if (seesAllInvites(me)) return <Overview />;
      return createsInvites(me) ? <Invites query={query} /> : <Account />;
    case "invites":
      if (detail === "new") return <Create />;
      return detail ? <InviteScreen code={detail} /> : <Invites query={query} />;
    case "attention":
      return only(seesAllInvites(me), t.attention.title, <Attention />);
    case "people":
      return only(
        may(me, "manage_users"),
        t.people.title,
        detail ? <PersonScreen id={detail} /> : <People query={query} />,
      );
    case "settings":
      return only(may(me, "admin"), t.settings.title, <SettingsScreen />);
    case "account":
      return <Account />;
    default:
      return <Nowhere />;
  }
}

function only(allowed: boolean, title: string, screen: ComponentChild): ComponentChild {
  if (allowed) return screen;
  return (
    <>
      <Title>{title}</Title>
      <NotAllowed />
    </>
  );
}

function Nowhere() {
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
