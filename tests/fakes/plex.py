"""plex.tv in memory: a small, strict model of what docs/plex.md says, and both of its sides as ports."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import wraps
from http import HTTPStatus
from typing import Any, Concatenate, Literal, ParamSpec, TypeVar

from chalicelib.common.ports import Clock
from chalicelib.common.records import replace
from chalicelib.plex.errors import OwnerTokenRefused, PlexError, PlexRefused, PlexTokenRefused, TemporaryPlexError
from chalicelib.plex.model import (
    Grant,
    HomeCapacity,
    HomeMember,
    Library,
    ListedShares,
    OwnedServer,
    Pin,
    Place,
    PlexAccount,
    Share,
    Survey,
    SurveyedPerson,
)

MOVIES = Library("140000101", "1", "Movies", "movie")
SERIES = Library("140000102", "2", "Series", "show")
MUSIC = Library("140000103", "3", "Music", "artist")
PIN_LIFETIME = timedelta(minutes=30)
ALREADY_SHARED = 1999

P = ParamSpec("P")
R = TypeVar("R")


@dataclass
class FakeServer:
    machine_id: str
    name: str
    owner_id: int
    libraries: list[Library]


@dataclass
class FakeShare:
    """``left_behind``: a row that a cancelled invite left, which says "already shared" and cannot be accepted."""

    id: str
    machine_id: str
    account_id: int
    library_ids: frozenset[str]
    everything: bool
    downloads: bool
    live_tv: bool
    made_at: datetime
    accepted: bool = False
    left_behind: bool = False
    filters: tuple[tuple[str, str], ...] = ()
    by_hand: bool = True


@dataclass
class FakeToken:
    account_id: int
    client: str


@dataclass
class FakePin:
    client: str
    expires_at: datetime
    token: str | None = None


@dataclass
class Fault:
    """What goes wrong at a call. ``after``: what was asked for happens, and the answer is lost."""

    call: str
    error: PlexError
    after: bool
    times: int | None


@dataclass
class PlexWorld:
    """Who exists, who owns what, who shares what with whom. It begins with an owner, her server and three libraries.

    Tests change the attributes. ``takes_owner_token``: whether the owner's token counts. ``plex_pass``: whether the
    owner has it. ``downloads_need_plex_pass``: they are refused without it. ``home_limit`` and ``people_limit``:
    how many fit. ``shown_to_person_after``, ``shown_to_owner_after``: how long a new share or invite is not in what
    plex.tv answers to that side. ``accepts_at_once``: shares need no accepting. ``hides_invites_of_unconfirmed``: a
    person with an unverified address is shown none, instead of being refused. ``tells_features``: the answer to a
    share does. ``says_home_invites``: the answer to an invite into the Home names its user. ``shows_home_invites``:
    a list has it; ``marks_home_invites``: the list of people has it, too. ``unread``: accounts whose share cannot be
    read; ``is_whole``: whose each share is can be. ``tells_home``: who is in the Home is told. ``keeps_corrections``,
    ``keeps_removals``: they have an effect. ``calls``: the names of all calls so far. ``elsewhere``: what the second
    list of shares says, where it is not what the first does.
    ``before_call`` is called before each of them, so that a test can have something else happen meanwhile.
    """

    clock: Clock
    takes_owner_token: bool = True
    plex_pass: bool = True
    downloads_need_plex_pass: bool = False
    home_limit: int = 15
    people_limit: int = 100
    shown_to_person_after: timedelta = timedelta(0)
    shown_to_owner_after: timedelta = timedelta(0)
    accepts_at_once: bool = False
    hides_invites_of_unconfirmed: bool = False
    tells_features: bool = True
    says_home_invites: bool = True
    shows_home_invites: bool = True
    marks_home_invites: bool = True
    unread: frozenset[int] = frozenset()
    is_whole: bool = True
    tells_home: bool = True
    keeps_corrections: bool = True
    keeps_removals: bool = True
    accounts: dict[int, PlexAccount] = field(default_factory=dict)
    tokens: dict[str, FakeToken] = field(default_factory=dict)
    pins: dict[str, FakePin] = field(default_factory=dict)
    servers: dict[str, FakeServer] = field(default_factory=dict)
    shares: dict[str, FakeShare] = field(default_factory=dict)
    friends: set[int] = field(default_factory=set)
    home: list[int] = field(default_factory=list)
    home_invites: dict[int, datetime] = field(default_factory=dict)
    in_another_home: set[int] = field(default_factory=set)
    faults: list[Fault] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    elsewhere: dict[int, Share] | None = None
    before_call: Callable[[], None] = lambda: None

    def __post_init__(self) -> None:
        self._numbers = itertools.count(41000001)
        self.owner = self.add_person("olivia")
        self.server = self.add_server(self.owner.id, "Olivia's Plex", MOVIES, SERIES, MUSIC)

    # Who and what there is

    def add_person(
        self, name: str = "maya", *, email: str | None = "", confirmed: bool = True, restricted: bool = False
    ) -> PlexAccount:
        """Another account; its address is made from its name unless one is given. Names are unique."""
        if not restricted and name in {account.name for account in self.accounts.values()}:
            raise AssertionError(f"{name} is there already")
        address = f"{name}@example.org" if email == "" else email
        account = PlexAccount(next(self._numbers), name, address, confirmed=confirmed, restricted=restricted)
        self.accounts[account.id] = account
        return account

    def change_person(self, account_id: int, **facts: Any) -> None:
        self.accounts[account_id] = replace(self.accounts[account_id], **facts)

    def add_server(self, owner_id: int, name: str, *libraries: Library) -> FakeServer:
        server = FakeServer(f"machine{next(self._numbers)}", name, owner_id, list(libraries))
        self.servers[server.machine_id] = server
        return server

    def remove_library(self, library: Library) -> None:
        self.server.libraries.remove(library)

    def remove_server(self) -> None:
        """The owner's server is not hers any more, and what it shared is gone."""
        del self.servers[self.server.machine_id]
        self.shares = {id_: one for id_, one in self.shares.items() if one.machine_id != self.server.machine_id}

    # What people do at plex.tv by themselves

    def approve(self, pin_id: str, account_id: int) -> str:
        """The person signs in; gives their token, which replaces an older one of the same client."""
        pin = self.pins[pin_id]
        pin.token = self.sign_in(account_id, pin.client)
        return pin.token

    def sign_in(self, account_id: int, client: str = "visitors") -> str:
        same = FakeToken(account_id, client)
        self.tokens = {value: token for value, token in self.tokens.items() if token != same}
        value = f"token{next(self._numbers)}"
        self.tokens[value] = same
        return value

    def share_by_hand(
        self,
        account_id: int,
        *libraries: Library,
        accepted: bool = True,
        machine_id: str | None = None,
        filters: tuple[tuple[str, str], ...] = (),
        **facts: bool,
    ) -> FakeShare:
        """The owner of that server shares it; no libraries: all of them."""
        share = FakeShare(
            id=str(next(self._numbers)),
            machine_id=machine_id or self.server.machine_id,
            account_id=account_id,
            library_ids=frozenset(library.id for library in libraries),
            everything=not libraries,
            downloads=facts.pop("downloads", False),
            live_tv=facts.pop("live_tv", False),
            made_at=self.clock(),
            accepted=accepted,
            filters=filters,
            **facts,
        )
        self.shares[share.id] = share
        return share

    def accept_by_hand(self, account_id: int) -> None:
        """The person accepts all that was shared with them."""
        for share in self.shares.values():
            share.accepted = share.accepted or share.account_id == account_id

    def end_shares(self, account_id: int) -> None:
        """Someone removes what is shared with the account: the owner, or the person who declines it."""
        self.shares = {id_: one for id_, one in self.shares.items() if one.account_id != account_id}

    def join_home_by_hand(self, account_id: int) -> None:
        self.home_invites.pop(account_id, None)
        self.home = [*(self.home or [self.owner.id]), account_id]

    # What goes wrong, and what there is to see

    def fail(self, call: str, error: PlexError, *, after: bool = False, times: int | None = 1) -> None:
        """Have so many calls of that name fail, None: every one. ``after``: only the answer is lost."""
        self.faults.append(Fault(call, error, after, times))

    def listed_shares(self, shares: dict[int, Share]) -> ListedShares:
        """As much of them as can be read."""
        readable = {id_: share for id_, share in shares.items() if id_ not in self.unread}
        return ListedShares(readable, self.unread, self.is_whole)

    def share_of(self, account_id: int | None) -> FakeShare | None:
        """What the owner's server gives that account."""
        mine = [one for one in self.shares.values() if one.machine_id == self.server.machine_id]
        return next((one for one in mine if one.account_id == account_id), None)

    def fault_at(self, call: str) -> Fault | None:
        fault = next((one for one in self.faults if one.call == call and one.times != 0), None)
        if fault and fault.times:
            fault.times -= 1
        return fault


class _Side:
    """One side of plex.tv."""

    def __init__(self, world: PlexWorld) -> None:
        self._world = world

    def _authorise(self) -> None:
        """Raise where this side is not known at all."""

    def _is_shown(self, made_at: datetime, after: timedelta) -> bool:
        return made_at + after <= self._world.clock()


Side = TypeVar("Side", bound=_Side)


def _call(call: Callable[Concatenate[Side, P], R]) -> Callable[Concatenate[Side, P], R]:
    """A call of plex.tv: counted, and hit by what was told to go wrong."""

    @wraps(call)
    def called(side: Side, /, *args: P.args, **kwargs: P.kwargs) -> R:
        world = side._world
        if call.__name__ != "sign_out":
            world.calls.append(call.__name__)
        world.before_call()
        side._authorise()
        fault = world.fault_at(call.__name__)
        if fault and not fault.after:
            raise fault.error
        answer = call(side, *args, **kwargs)
        if fault:
            raise fault.error
        return answer

    return called


class FakePlexPerson(_Side):
    """plex.ports.PlexPerson. Each sign-in is a client of its own; of one client, an account has one token at a time."""

    @_call
    def start(self, return_to: str) -> Pin:
        world = self._world
        id_, expires_at = str(next(world._numbers)), world.clock() + PIN_LIFETIME
        world.pins[id_] = FakePin(f"client {id_}", expires_at)
        return Pin(id_, f"https://app.plex.tv/auth#?code={id_}&forwardUrl={return_to}", expires_at)

    @_call
    def token(self, pin_id: str) -> str | None:
        pin = self._world.pins.get(pin_id)
        if pin is None or pin.expires_at <= self._world.clock():
            raise _refused(HTTPStatus.NOT_FOUND, reason=1020)
        return pin.token

    @_call
    def sign_out(self, token: str) -> None:
        self._world.tokens.pop(token, None)

    @_call
    def account(self, token: str) -> PlexAccount:
        return self._account(token)

    @_call
    def server_ids(self, token: str, *, account_id: int, owner_id: int) -> frozenset[str]:
        world, account = self._world, self._account(token)
        shared = {one.machine_id for one in world.shares.values() if one.account_id == account.id and one.accepted}
        of_owner = {server.machine_id for server in world.servers.values() if server.owner_id == owner_id}
        owned = {server.machine_id for server in self._owned(account)} if account_id == owner_id else set()
        return frozenset((shared & of_owner) | owned)

    def account_with_servers(self, token: str, *, owner_id: int) -> tuple[PlexAccount, frozenset[str]]:
        account = self.account(token)
        return account, self.server_ids(token, account_id=account.id, owner_id=owner_id)

    @_call
    def owned_servers(self, token: str) -> tuple[OwnedServer, ...]:
        return tuple(OwnedServer(server.machine_id, server.name) for server in self._owned(self._account(token)))

    @_call
    def is_confirmed(self, token: str) -> bool:
        return self._account(token).confirmed

    @_call
    def accept_share(self, token: str, share_id: str) -> bool:
        account = self._account(token)
        return self._accept(account, [one for one in self._pending(account) if one.id == share_id])

    @_call
    def accept_matching(self, token: str, *, owner_id: int, machine_id: str) -> bool:
        account = self._account(token)
        from_owner = self._from(owner_id, self._pending(account))
        return self._accept(account, [one for one in from_owner if one.machine_id == machine_id])

    @_call
    def join_home(self, token: str, *, owner_id: int) -> bool:
        """v1 answers for all of an owner's invites at once: what is shared is accepted with the place at home."""
        world, account = self._world, self._account(token)
        shares, invited_at = self._from(owner_id, self._pending(account)), world.home_invites.get(account.id)
        if owner_id != world.owner.id or invited_at is None:
            return False
        if not shares and not self._is_shown(invited_at, world.shown_to_person_after):
            return False
        self._accept(account, shares)
        _refuse_if(not account.confirmed or account.id in world.in_another_home)
        world.join_home_by_hand(account.id)
        return True

    def _account(self, token: str) -> PlexAccount:
        if not token:
            raise AssertionError("a Plex account needs its token")
        if token not in self._world.tokens:
            raise PlexTokenRefused("the person's token")
        return self._world.accounts[self._world.tokens[token].account_id]

    def _owned(self, account: PlexAccount) -> list[FakeServer]:
        return [server for server in self._world.servers.values() if server.owner_id == account.id]

    def _pending(self, account: PlexAccount) -> list[FakeShare]:
        if self._world.hides_invites_of_unconfirmed and not account.confirmed:
            return []
        mine = [one for one in self._world.shares.values() if one.account_id == account.id]
        waiting = [one for one in mine if not one.accepted and not one.left_behind]
        return [one for one in waiting if self._is_shown(one.made_at, self._world.shown_to_person_after)]

    def _from(self, owner_id: int, shares: list[FakeShare]) -> list[FakeShare]:
        return [one for one in shares if self._world.servers[one.machine_id].owner_id == owner_id]

    def _accept(self, account: PlexAccount, shares: list[FakeShare]) -> bool:
        _refuse_if(bool(shares) and not account.confirmed)
        for share in shares:
            share.accepted = True
        return bool(shares)


class FakePlexOwner(_Side):
    """plex.ports.PlexOwner."""

    def _authorise(self) -> None:
        if not self._world.takes_owner_token:
            raise OwnerTokenRefused("the owner's token")

    @_call
    def libraries(self, machine_id: str) -> tuple[str, tuple[Library, ...]]:
        server = self._own_server(machine_id)
        return server.name, tuple(server.libraries)

    @_call
    def share(self, account_id: int, grant: Grant) -> Share:
        self._must_have(grant)
        self._must_pay_for(grant)
        world = self._world
        if world.share_of(account_id):
            raise _refused(HTTPStatus.UNPROCESSABLE_ENTITY, reason=ALREADY_SHARED)
        _refuse_if(account_id not in world.accounts or self._are_too_many(account_id))
        made = world.share_by_hand(account_id, *grant.libraries, accepted=self._needs_no_accepting(account_id))
        made.by_hand = False
        _set_features(made, grant)
        share = self._shown(made)
        return share if world.tells_features else replace(share, downloads=None, live_tv=None)

    @_call
    def find_share(self, account_id: int, machine_id: str) -> Share | None:
        if machine_id not in self._world.servers:
            return None
        found = self._world.share_of(account_id)
        if not self._world.listed_shares({account_id: self._shown(found)} if found else {}).tells_of(account_id):
            raise TemporaryPlexError("a row that cannot be read")
        if found is None or not self._is_shown(found.made_at, self._world.shown_to_owner_after):
            return None
        return self._shown(found)

    @_call
    def survey(self, machine_id: str) -> Survey:
        world = self._world
        listed = world.listed_shares(self._shares_of(machine_id))
        marked = world.home_invites if world.marks_home_invites else ()
        home = dict.fromkeys(marked, Place.INVITED) | dict.fromkeys(self._members(), Place.MEMBER)
        people = {
            id_: SurveyedPerson(
                account_id=id_,
                name=world.accounts[id_].name,
                share=listed.by_account.get(id_),
                place=home.get(id_, Place.OUT) if world.tells_home else None,
                managed=world.accounts[id_].restricted,
            )
            for id_ in sorted(listed.by_account.keys() | home.keys())
        }
        return Survey(people, listed, world.tells_home)

    @_call
    def owned_shares(self, machine_id: str) -> ListedShares:
        if self._world.elsewhere is not None:
            return ListedShares(self._world.elsewhere)
        return self._world.listed_shares(self._shares_of(machine_id))

    @_call
    def home_invites(self) -> frozenset[int]:
        return frozenset(self._world.home_invites) if self._world.shows_home_invites else frozenset()

    def _shares_of(self, machine_id: str) -> dict[int, Share]:
        return {one.account_id: self._shown(one) for one in self._world.shares.values() if one.machine_id == machine_id}

    @_call
    def correct(self, share: Share, grant: Grant) -> None:
        self._must_have(grant)
        if share.id not in self._world.shares:
            raise _refused(HTTPStatus.NOT_FOUND)
        self._must_pay_for(grant)
        if self._world.keeps_corrections:
            stored = self._world.shares[share.id]
            stored.library_ids, stored.everything = frozenset(grant.section_ids), False
            _set_features(stored, grant)

    @_call
    def put_back(self, share: Share, was: Share, machine_id: str, library_ids: frozenset[str]) -> None:
        if not library_ids:
            raise AssertionError("to Plex, no library means every library")
        if share.id not in self._world.shares or machine_id not in self._world.servers:
            raise _refused(HTTPStatus.NOT_FOUND)
        if self._world.keeps_corrections:
            stored = self._world.shares[share.id]
            stored.library_ids, stored.everything, stored.filters = library_ids, False, was.filters or ()
            stored.downloads, stored.live_tv = bool(was.downloads), bool(was.live_tv)

    @_call
    def unshare(self, share: Share) -> None:
        if self._world.keeps_removals:
            self._world.shares.pop(share.id, None)

    @_call
    def library_ids(self, machine_id: str) -> frozenset[str]:
        server = self._world.servers.get(machine_id)
        return frozenset(library.id for library in server.libraries) if server else frozenset()

    @_call
    def home_members(self) -> tuple[HomeMember, ...]:
        members = [self._world.accounts[id_] for id_ in self._members()]
        return tuple(HomeMember(one.id, one.name, one.restricted) for one in members)

    @_call
    def is_at_home(self, account_id: int) -> bool:
        is_invited = self._world.shows_home_invites and account_id in self._world.home_invites
        return account_id in self._world.home or is_invited

    @_call
    def email_of(self, account_id: int) -> str | None:
        world = self._world
        is_listed = world.share_of(account_id) or account_id in {*world.home, *world.home_invites}
        return world.accounts[account_id].email if is_listed else None

    @_call
    def invite_home(self, name: str) -> bool:
        world = self._world
        invited = next((one for one in world.accounts.values() if name in (one.email, one.name)), None)
        if not world.plex_pass:
            raise _refused(HTTPStatus.FORBIDDEN)
        _refuse_if(invited is None or invited.restricted or self._is_full())
        if invited:
            _refuse_if(invited.id in {*world.home, *world.home_invites, *world.in_another_home})
            world.home_invites[invited.id] = world.clock()
        return world.says_home_invites

    @_call
    def create_managed(self, title: str) -> int:
        _refuse_if(not title.strip() or self._is_full())
        made = self._world.add_person(title, email=None, restricted=True)
        self._world.join_home_by_hand(made.id)
        return made.id

    @_call
    def remove_from_home(self, account_id: int) -> None:
        world = self._world
        if world.keeps_removals and not world.home_invites.pop(account_id, None) and account_id in world.home:
            self._remove_member(account_id)

    @_call
    def home_capacity(self) -> HomeCapacity:
        return HomeCapacity(len(self._members()), self._world.home_limit, self._world.plex_pass)

    def _remove_member(self, account_id: int) -> None:
        """A managed user ceases to exist."""
        self._world.home.remove(account_id)
        if self._world.accounts[account_id].restricted:
            del self._world.accounts[account_id]
            self._world.end_shares(account_id)

    def _own_server(self, machine_id: str) -> FakeServer:
        server = self._world.servers.get(machine_id)
        if server is None or server.owner_id != self._world.owner.id:
            raise _refused(HTTPStatus.NOT_FOUND)
        return server

    def _must_have(self, grant: Grant) -> None:
        if not grant.section_ids:
            raise AssertionError("to Plex, no library means every library")
        if not {*grant.section_ids} <= {library.id for library in self._own_server(grant.machine_id).libraries}:
            raise _refused(HTTPStatus.NOT_FOUND)

    def _must_pay_for(self, grant: Grant) -> None:
        world = self._world
        _refuse_if(bool(grant.filters) and not world.plex_pass)
        if world.downloads_need_plex_pass and grant.features.downloads and not world.plex_pass:
            raise _refused(HTTPStatus.FORBIDDEN, reason=1012)

    def _needs_no_accepting(self, account_id: int) -> bool:
        world = self._world
        of_others = [one for one in world.shares.values() if one.account_id == account_id and one.accepted]
        knows = any(world.servers[one.machine_id].owner_id == world.owner.id for one in of_others)
        connected = knows or account_id in world.friends or account_id in world.home
        return world.accounts[account_id].confirmed and (world.accepts_at_once or connected)

    def _are_too_many(self, newcomer: int) -> bool:
        world = self._world
        people = {one.account_id for one in world.shares.values()} | {*world.home, *world.home_invites}
        return newcomer not in people and len(people - {world.owner.id}) >= world.people_limit

    def _members(self) -> list[int]:
        return self._world.home or [self._world.owner.id]

    def _is_full(self) -> bool:
        return len(self._members()) + len(self._world.home_invites) >= self._world.home_limit

    def _shown(self, share: FakeShare) -> Share:
        there = {library.id for library in self._world.servers[share.machine_id].libraries}
        return Share(
            id=share.id,
            account_id=share.account_id,
            library_ids=frozenset(there if share.everything else there & share.library_ids),
            everything=share.everything,
            accepted=share.accepted,
            downloads=share.downloads,
            live_tv=share.live_tv,
            filters=share.filters,
        )


Kind = Literal[
    "align",
    "refresh_libraries",
    "finish_renewal",
    "observe",
    "forget_tokens",
    "forget_expired_tokens",
    "migrate",
    "look",
    "batch",
]


@dataclass(frozen=True)
class Message:
    kind: Kind
    id: str
    delay: int
    due_at: datetime


class FakeWorkQueue:
    """plex.ports.WorkQueue: what waits in it, in the order of sending. ``forgetting``: tokens, which is done apart."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.messages: list[Message] = []
        self.forgetting: list[Message] = []

    def align(self, user_id: str, *, delay: int = 0) -> None:
        self._send("align", user_id, delay)

    def migrate(self, *, delay: int = 0) -> None:
        self._send("migrate", "", delay)

    def refresh_libraries(self) -> None:
        self._send("refresh_libraries", "", 0)

    def finish_renewal(self, sign_in_id: str, *, delay: int = 0) -> None:
        self._send("finish_renewal", sign_in_id, delay)

    def batch(self, batch_id: str) -> None:
        self._send("batch", batch_id, 0)

    def look(self) -> None:
        self._send("look", "", 0)

    def observe(self, plex_id: int) -> None:
        self._send("observe", str(plex_id), 0)

    def forget_tokens(self, key: str, *, delay: int = 0, only_expired: bool = False) -> None:
        self._send("forget_expired_tokens" if only_expired else "forget_tokens", key, delay)

    def _send(self, kind: Kind, id_: str, delay: int) -> None:
        if not 0 <= delay <= 900:
            raise AssertionError("SQS delays by a quarter of an hour at most")
        waiting = self.forgetting if kind.startswith("forget") else self.messages
        waiting.append(Message(kind, id_, delay, self._clock() + timedelta(seconds=delay)))


def _set_features(share: FakeShare, grant: Grant) -> None:
    share.downloads, share.live_tv, share.filters = grant.features.downloads, grant.features.live_tv, grant.filters


def _refuse_if(condition: bool) -> None:
    if condition:
        raise _refused(HTTPStatus.UNPROCESSABLE_ENTITY)


def _refused(status: HTTPStatus, *, reason: int | None = None) -> PlexRefused:
    return PlexRefused("as plex.tv would", status=status, reason=reason)
