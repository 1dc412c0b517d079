"""Many people on a server of their own at the stand-in, adopted, and looked at by the real use cases and stores.

Tests share the stack's tables: this one's looks go through the people of this server only.
"""

from collections.abc import Iterator
from datetime import timedelta
from functools import cached_property
from typing import Any, cast

from chalicelib.access.deciding.adopting import Adopting
from chalicelib.access.deciding.restoring import Restoring
from chalicelib.access.differences import Difference
from chalicelib.access.looking import AskingForLooks, Looking
from chalicelib.access.looks import Look
from chalicelib.access.model import Access
from chalicelib.access.ports import MemberRow
from chalicelib.accounts.model import User  # noqa: TC001 - in keeping with the other doubles
from chalicelib.common.records import replace
from chalicelib.plex.model import Library
from chalicelib.plex.model import Server as PlexServer
from chalicelib.plexapi_client.owner import PlexApiOwner
from chalicelib.settings.model import Settings
from chalicelib.stores.access.accesses import DynamoAccesses
from chalicelib.stores.access.records import AccessModel, StrangerModel, stranger_key
from chalicelib.stores.access.seats import GateModel
from local.plex import demo
from local.plex.rules import homes, sharing
from local.plex.rules.model import Server, Share
from local.plex.world import World
from tests.fakes.access import FakeLooks
from tests.fakes.database import Database
from tests.plex_faults.doubles import ScenarioClock, ScenarioQueue
from tests.plex_faults.ports import ScenarioPorts
from tests.plex_faults.scenario import Scenario

APART = timedelta(minutes=10)
TITLES = ("Movies", "Shows", "Music", "Kids")
PATIENCE = 5.0
"""Seconds that the client waits for a list of a thousand."""


class TheirAccesses(DynamoAccesses):
    """The real ones, of which looks go through the people of one server."""

    def __init__(self, *given: Any, machine_id: str, world: World) -> None:
        super().__init__(*given)
        self._machine_id, self._world = machine_id, world

    def members(self) -> Iterator[MemberRow]:
        return (row for row in super().members() if row.machine_id == self._machine_id)

    def strangers(self) -> dict[int, str]:
        return {id_: seen for id_, seen in super().strangers().items() if id_ in self._world.accounts}


class OneServer:
    """settings.ports.SettingsStore, as if this server was shared."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def get(self) -> Settings:
        return self._settings


class LookingPorts(ScenarioPorts):
    def __init__(self, url: str, clock: ScenarioClock, queue: ScenarioQueue, server: Server, world: World) -> None:
        super().__init__(url, clock, queue)
        self._server, self._world = server, world

    @property
    def look_apart(self) -> timedelta:
        return APART

    @cached_property
    def looks(self) -> FakeLooks:
        return FakeLooks(Database())

    @cached_property
    def accesses(self) -> TheirAccesses:
        return TheirAccesses(self.connection, self._clock, machine_id=self._server.machine_id, world=self._world)

    @cached_property
    def settings(self) -> OneServer:  # type: ignore[override]  # all that this is about reads
        server = PlexServer(self._server.machine_id, self._server.name, self._server.owner_id)
        libraries = tuple(Library(str(one.id), str(one.key), one.title, one.type) for one in self._server.sections)
        return OneServer(replace(super().settings.get(), server=server, libraries=libraries))

    @property
    def plex_owner(self) -> PlexApiOwner:
        token, url = self.owner_token.read, self._plex_url
        return PlexApiOwner(token=token, client_id="owner", base_url=url, timeout=PATIENCE)


class Everybody(Scenario):
    """``members``: the accounts of those who were adopted, by Plex id."""

    def __init__(self, scenario: Scenario) -> None:
        self.__dict__.update(vars(scenario))
        self.owner = self.world.accounts[demo.OWNER.id]
        self.server = self.world.add_server(self.owner, "A large one")
        self.sections = [self.world.add_section(self.server, title, "movie") for title in TITLES]
        self.ports = LookingPorts(scenario.ports._plex_url, self.clock, self.queue, self.server, self.world)
        self.members: dict[int, User] = {}
        self._gate = GateModel.get(GateModel.ID)
        options = self.world.options
        options.people_limit = options.home_limit = 10_000

    # Who is there

    def let_in(self, *, accepted: bool = True, at_home: bool = False) -> int:
        """By hand: the first two libraries; gives the account."""
        account = self.world.accounts[self.create_account()]
        ids = [section.id for section in self.sections[:2]]
        share = sharing.share(self.world, self.owner, sharing.Offer(self.server.machine_id, account.id, ids))
        if accepted:
            sharing.accept(self.world, account, [share])
        if at_home:
            homes.invite(self.world, self.owner, account.id)
            homes.join(self.world, self.owner.id, account)
        return account.id

    def adopt(self, plex_ids: list[int]) -> None:
        self.look()
        adopted = self.ports.use(Adopting).adopt(tuple(plex_ids), by=self._admin(), now=self.clock())
        self.members = {each.plex_id: each.user for each in adopted if each.user}
        assert len(self.members) == len(plex_ids)
        self.look()

    def forget(self) -> None:
        """Leave nothing to others' looks, and the seats as they were."""
        for plex_id, user in self.members.items():
            AccessModel(user_id=user.id).delete()
            StrangerModel(user_id=stranger_key(plex_id)).delete()
        self._gate.save()

    def deliver_what_is_due(self, *, within: timedelta) -> None:
        by = self.clock() + within
        while any(message.seen_at <= by for message in self.queue.waiting):
            self.deliver()

    # What looks make of it

    def look(self, *, after: timedelta = APART) -> Look:
        """One look, so long after the one before."""
        self.clock.time += after
        self.ports.use(AskingForLooks).schedule(now=self.clock())
        self.queue.waiting = [message for message in self.queue.waiting if message.kind != "look"]
        look = self.ports.use(Looking).look(deadline=self.clock() + timedelta(seconds=240))
        assert look
        return look

    def access(self, plex_id: int) -> Access:
        return cast("Access", self.ports.accesses.get(self.members[plex_id].id))

    def found(self) -> dict[int, frozenset[Difference]]:
        """Who differs."""
        differing = {plex_id: self.access(plex_id).done.differs for plex_id in self.members}
        return {plex_id: kinds for plex_id, kinds in differing.items() if kinds}

    def restore(self, plex_id: int) -> None:
        version, restoring = self.access(plex_id).decided.edition, self.ports.use(Restoring)
        restoring.restore(self.members[plex_id].id, version=version, by=self._admin(), now=self.clock())

    # What happens at plex.tv

    def share_of(self, plex_id: int) -> Share:
        (share,) = self.shares(plex_id)
        return cast("Share", share)
