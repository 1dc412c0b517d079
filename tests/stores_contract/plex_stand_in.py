"""The Plex stand-in, furnished and changed by the same words as tests.fakes.plex.PlexWorld."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from chalicelib.plex.model import Library, PlexAccount
from chalicelib.plex.ports import PlexOwner, PlexPerson
from chalicelib.plexapi_client.owner import PlexApiOwner
from chalicelib.plexapi_client.person import PlexApiPerson
from local.plex.rules import homes, sharing
from local.plex.rules.model import Home, Server, Share
from local.plex.rules.people import befriend
from local.plex.rules.sign_in import approve, issue_token
from local.plex.server import StandIn, running
from local.plex.world import World
from tests.fakes.plex import MOVIES, MUSIC, SERIES

OPTIONS = {
    "accepts_at_once": "v2_shares_accepted_at_once",
    "hides_invites_of_unconfirmed": "unconfirmed_see_no_invites",
    "says_home_invites": "home_invites_answered_barely",
    "shows_home_invites": "v1_invites_gone",
    "marks_home_invites": "users_list_home_invites",
    **{name: name for name in ("home_limit", "people_limit", "downloads_need_plex_pass")},
}
"""The stand-in's names of what the fake has as attributes; of some, the opposite."""


class StandInWorld:
    """A stand-in in this process, behind the real plexapi."""

    def __init__(self, stand_in: StandIn) -> None:
        self._url, self._world = stand_in.url, stand_in.world
        self._world.now = lambda: self.now

    def start_over(self) -> None:
        self.now = datetime.now(UTC)
        self._world.reset()
        self.owner = self.add_person("olivia")
        self.change(plex_pass=True)
        self.server = self.add_server(self.owner.id, "Olivia's Plex", MOVIES, SERIES, MUSIC)
        self._owner_token = self.sign_in(self.owner.id, "owner")

    def later(self, **span: float) -> None:
        self.now += timedelta(**span)

    def plex_person(self) -> PlexPerson:
        return PlexApiPerson(client_id="visitors", product="Streamarr", base_url=self._url)

    def plex_owner(self) -> PlexOwner:
        return PlexApiOwner(token=lambda: self._owner_token, client_id="owner", base_url=self._url)

    def add_person(self, name: str = "maya", *, confirmed: bool = True) -> PlexAccount:
        address = f"{name}@example.org"
        made = self._world.add_account(name, address, confirmed=confirmed)
        return PlexAccount(made.id, name, address, confirmed=confirmed, restricted=False)

    def add_server(self, owner_id: int, name: str, *libraries: Library) -> Server:
        server = self._world.add_server(self._world.accounts[owner_id], name)
        for library in libraries:
            self._world.add_section(
                server, library.title, library.type, section_id=int(library.id), key=int(library.key)
            )
        return server

    def remove_library(self, library: Library) -> None:
        self.server.sections[:] = [section for section in self.server.sections if str(section.id) != library.id]

    def remove_server(self) -> None:
        self._world.remove_server(self.server)

    def approve(self, pin_id: str, account_id: int) -> None:
        approve(self._world, self._world.pins[int(pin_id.partition("@")[0])], self._world.accounts[account_id])

    def sign_in(self, account_id: int, client: str = "visitors") -> str:
        return issue_token(self._world, self._world.accounts[account_id], client).value

    def share_by_hand(
        self,
        account_id: int,
        *libraries: Library,
        accepted: bool = True,
        left_behind: bool = False,
        machine_id: str | None = None,
        filters: tuple[tuple[str, str], ...] = (),
    ) -> Share:
        server = self._world.servers[machine_id or self.server.machine_id]
        sections, owner = [int(library.id) for library in libraries], self._world.accounts[server.owner_id]
        made = sharing.share(self._world, owner, sharing.Offer(server.machine_id, account_id, sections))
        made.accepted_at = self.now if accepted else None
        made.cancelled = left_behind
        made.settings |= dict(filters)
        return made

    def accept_by_hand(self, account_id: int) -> None:
        account = self._world.accounts[account_id]
        sharing.accept(self._world, account, sharing.pending_for(self._world, account))

    def end_shares(self, account_id: int) -> None:
        self._world.shares = {id_: one for id_, one in self._world.shares.items() if one.invitee != account_id}

    def join_home_by_hand(self, account_id: int) -> None:
        homes.join(self._world, self.owner.id, self._world.accounts[account_id])

    def befriend(self, account_id: int) -> None:
        befriend(self._world, self.owner.id, account_id)

    def put_into_another_home(self, account_id: int) -> None:
        self._world.homes[account_id] = Home(account_id, [account_id])

    def change(self, **options: Any) -> None:
        """What the fake has as attributes of these names."""
        for name, value in options.items():
            match name:
                case "takes_owner_token":
                    self._world.tokens[self._owner_token].live = value
                case "plex_pass":
                    self._world.accounts[self.owner.id].subscription = value
                case "shown_to_person_after":
                    self._world.options.invites_visible_after_seconds = value.total_seconds()
                case "says_home_invites" | "shows_home_invites":
                    setattr(self._world.options, OPTIONS[name], not value)
                case _:
                    setattr(self._world.options, OPTIONS[name], value)


@contextmanager
def stand_in_world() -> Iterator[StandInWorld]:
    with running(World()) as stand_in:
        yield StandInWorld(stand_in)
