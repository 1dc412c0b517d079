"""A redemption under weather: the real use cases with the real stores and the real plexapi, against a Plex stand-in of
its own; only the queue and the clock are the test's, so that pauses cost nothing and everything sent can be searched.
"""

import json
import logging
import re
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from chalicelib import wiring
from chalicelib.adapters.dynamo.counts import Tally
from chalicelib.adapters.dynamo.identities import plex_identity
from chalicelib.adapters.dynamo.invite_records import invite_record
from chalicelib.adapters.dynamo.invites import DynamoInvites
from chalicelib.adapters.dynamo.models import (
    HeldTokenModel,
    IdentityModel,
    InviteModel,
    RedemptionModel,
    UserModel,
)
from chalicelib.adapters.dynamo.transactions import Transaction, get_all
from chalicelib.adapters.plex.homes import PlexApiHomes
from chalicelib.adapters.plex.invitations import PlexApiInvitations
from chalicelib.adapters.plex.owner import Owner
from chalicelib.adapters.plex.sharing import PlexApiSharing
from chalicelib.adapters.plex.signing_in import PlexApiSignIn
from chalicelib.domain.invites import Invite
from chalicelib.domain.redemptions import Grant, Redemption, State, claimed
from chalicelib.domain.refusals import RedemptionNotFound
from chalicelib.domain.sessions import new_session
from chalicelib.domain.settings import Features, Library, Settings
from chalicelib.domain.users import AccountState, Person, User
from chalicelib.entrypoints import provisions, shapes
from chalicelib.ports import Claim, Pin
from chalicelib.usecases import redeeming
from chalicelib.usecases.ending_access import EndingAccess
from chalicelib.usecases.giving import Giving
from chalicelib.usecases.joining_locally import JoiningLocally, applicant
from chalicelib.usecases.managing_users import ManagingUsers
from chalicelib.usecases.pausing import Pausing
from chalicelib.usecases.plex_sign_ins import StartedSignIn
from chalicelib.usecases.provisioning import Provisioning, TryLater
from chalicelib.usecases.redeeming import Redeeming
from chalicelib.usecases.watching_redemptions import retry
from chalicelib.usecases.withdrawing import Withdrawing
from local.plex import demo
from local.plex.faults import Fault, Kind, When
from local.plex.rules import homes, sharing
from local.plex.rules.sign_in import approve, issue_token, pin_by_code_or_id
from local.plex.server import StandIn

PATIENCE = 0.25
"""Seconds that the adapters wait for an answer."""

FUNCTION_TIME = timedelta(seconds=60)
VISIBILITY = timedelta(minutes=6)
GIVEN = (demo.MOVIES, demo.MUSIC)
GRANT = partial(
    Grant,
    demo.MACHINE_ID,
    demo.OWNER.id,
    tuple(Library(str(id_), "1", title, kind) for id_, title, kind in demo.SECTIONS if id_ in GIVEN),
)


class Killed(BaseException):
    """The function is gone: no handler of an Exception sees it."""


class Clock:
    """Starts at the present and runs ahead of it, so that what is due here is not yet due for the house's sweep."""

    def __init__(self) -> None:
        self.time = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.time

    def reach(self, moment: datetime) -> None:
        self.time = max(self.time, moment)


@dataclass
class Post:
    """ports.ProvisionQueue: messages with the moment from which they are seen."""

    clock: Clock
    emitted: list[str]
    waiting: list[tuple[datetime, str, str]] = field(default_factory=list)
    ever_sent: list[str] = field(default_factory=list)

    def send(self, redemption_id: str, *, delay: int = 0) -> None:
        self._put("provision", redemption_id, delay)

    def end_access(self, user_id: str, *, delay: int = 0) -> None:
        self._put("end_access", user_id, delay)

    def refresh_libraries(self) -> None:
        self._put("refresh_libraries", "", 0)

    def _put(self, kind: str, id_: str, delay: int) -> None:
        assert 0 <= delay <= 900, "SQS delays by a quarter of an hour at most"
        self.ever_sent.append(id_)
        self.emitted.append(json.dumps([kind, id_, delay]))
        self.waiting.append((self.clock() + timedelta(seconds=delay), kind, id_))

    def next(self) -> tuple[str, str]:
        self.waiting.sort()
        due, kind, id_ = self.waiting.pop(0)
        self.clock.reach(due)
        return kind, id_

    def again(self, kind: str, id_: str, after: timedelta) -> None:
        self.waiting.append((self.clock() + after, kind, id_))


class Seal:
    """ports.Sealer and ports.Opener, without the round trip to KMS, which tests/http makes."""

    def seal(self, token: str, redemption_id: str) -> bytes:
        return bytes(byte ^ 0x55 for byte in f"{redemption_id} {token}".encode())

    def open(self, sealed: bytes, redemption_id: str) -> str:
        context, token = bytes(byte ^ 0x55 for byte in sealed).decode().split(" ")
        assert context == redemption_id
        return token


class Passwords:
    """ports.Passwords, without the time that a real hash takes."""

    def hash(self, password: str) -> str:
        return password[::-1]

    def verify(self, password: str, password_hash: str | None) -> bool:
        return password_hash == password[::-1]


@dataclass
class OwnersToken:
    value: str = demo.OWNER.token
    number: int = 1

    def version(self) -> str:
        return f"version {self.number}"

    def read(self) -> str:
        return self.value

    def renew(self, value: str) -> None:
        self.value, self.number = value, self.number + 1


class Lines(logging.Handler):
    """Every line that any logger writes, at any level, as text."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        trace = logging.Formatter().formatException(record.exc_info) if record.exc_info else ""
        self.lines.append(f"{record.name} {record.getMessage()} {trace}")


class _SignIn(PlexApiSignIn):
    """plex.tv counts a PIN's half hour from its own present, which is not the scene's."""

    def __init__(self, clock: Clock, **options: Any) -> None:
        super().__init__(**options)
        self._clock = clock

    def start(self, return_to: str) -> Pin:
        return replace(super().start(return_to), expires_at=self._clock() + timedelta(minutes=30))


@dataclass(frozen=True)
class Someone:
    """A person with an account at the stand-in, and what redeeming gave them."""

    account_id: int
    redemption_id: str
    user_id: str
    code: str


class Scene:
    """``dying``: wraps ports, so that tests can kill the function at any call of theirs."""

    def __init__(self, stand_in: StandIn, logged: list[str]) -> None:
        self.plex, self.world, self.logged = stand_in, stand_in.world, logged
        self.emitted: list[str] = []
        self.clock, self.seal = Clock(), Seal()
        self.world.now = self.clock
        self.token = OwnersToken()
        self.paused = True
        self.start_over()

    def start_over(self) -> None:
        self.clock.time = datetime.now(UTC)
        self.world.reset()
        self.world.options.people_limit = 1000
        self.post = Post(self.clock, self.emitted)
        self.dying: Any = lambda port: port
        self.token.value = demo.OWNER.token
        if self.paused:
            wiring.pauses().end()
        self.paused = False

    def tidy_up(self) -> None:
        """Leave nothing to the house that its own functions would go on with, at another Plex."""
        for id_ in dict.fromkeys(self.post.ever_sent):
            if _due(id_):
                RedemptionModel(id=id_).delete()

    # Who

    def invite(self, limit: int | None = 1, **features: bool) -> str:
        return self._invite(limit, **features).code

    def _invite(self, limit: int | None = 1, **features: bool) -> Invite:
        now = self.clock()
        invite = Invite(
            code=wiring.new_id()[:12],
            created_by=Person("demo-admin", "Olivia"),
            created_at=now,
            updated_at=now,
            usage_limit=limit,
            libraries=tuple(str(id_) for id_ in GIVEN),
            features=Features(**features),
        )
        _put_with_its_count(invite)
        return invite

    def person(self, **facts: Any) -> int:
        name = f"p{wiring.new_id()[:10]}"
        account = self.world.add_account(name, f"{name}@example.org", **facts)
        issue_token(self.world, account, "their phone")
        return account.id

    def person_with(self, email: str) -> int:
        account = self.world.add_account(f"p{wiring.new_id()[:10]}", f"{wiring.new_id()[:6]}{email}")
        return account.id

    def begins(self, code: str) -> StartedSignIn:
        return redeeming.start_sign_in(
            code,
            invites=wiring.invites(),
            sign_ins=wiring.sign_ins(),
            plex=self._sign_in(),
            new_id=wiring.new_id,
            now=self.clock(),
        )

    def signs_in(self, code: str, account_id: int) -> tuple[str, str]:
        started = self.begins(code)
        pin = re.search(r"code=([^&]+)", started.pin.auth_url)
        assert pin
        approve(self.world, pin_by_code_or_id(self.world, pin[1]), self.world.accounts[account_id])
        return started.sign_in.id, started.browser_secret

    def completes(self, code: str, account_id: int, sign_in_id: str, secret: str) -> Someone:
        someone = self.completes_or_waits(code, account_id, sign_in_id, secret)
        assert someone
        return someone

    def completes_or_waits(self, code: str, account_id: int, sign_in_id: str, secret: str) -> Someone | None:
        redeemed = self.redeeming().complete(code, sign_in_id, secret, self.clock())
        if redeemed is None:
            return None
        return Someone(account_id, redeemed.redemption.id, redeemed.redemption.user.id, code)

    def signed_up(self, **features: bool) -> Someone:
        """All the way, from the link on."""
        code, account_id = self.invite(**features), self.person()
        return self.completes(code, account_id, *self.signs_in(code, account_id))

    def redeems(self, **features: bool) -> Someone:
        """What signing up leads to, without its calls of Plex: they have tests of their own."""
        return self.redeems_as(self.person(), **features)

    def redeems_as(self, account_id: int, **features: bool) -> Someone:
        invite, account = self._invite(**features), self.world.accounts[account_id]
        now, user_id, redemption_id = self.clock(), wiring.new_id(), wiring.new_id()
        user = User(
            id=user_id,
            name=account.username,
            email=account.email,
            plex_id=account.id,
            created_at=now,
            redemption_id=redemption_id,
        )
        redemption = claimed(
            redemption_id,
            code=invite.code,
            user=user,
            creator_id=invite.created_by.id,
            grant=GRANT(features=invite.features),
            now=now,
            invited_as=account.email,
        )
        token = issue_token(self.world, account, "visitors").value
        wiring.claims().claim(
            Claim(
                invite=invite,
                user=user,
                redemption=redemption,
                session=new_session(f"{user_id}.{wiring.new_id()}", user_id=user_id, now=now),
                sealed_token=self.seal.seal(token, redemption_id),
                token_expires_at=now + redeeming.TOKEN_HELD_FOR,
            )
        )
        self.post.send(redemption_id)
        return Someone(account.id, redemption_id, user_id, invite.code)

    def has_access(self, **features: bool) -> Someone:
        """Somebody whose redemption was done some time ago."""
        someone = self.redeems(**features)
        self.post.waiting.clear()
        owner, account = self.world.accounts[demo.OWNER.id], self.world.accounts[someone.account_id]
        made = sharing.share(self.world, owner, sharing.Offer(demo.MACHINE_ID, account.id, list(GIVEN)))
        sharing.accept(self.world, account, [made])
        if features.get("plex_home"):
            homes.invite(self.world, owner, account.id)
            homes.join(self.world, owner.id, account)
        wiring.redemptions().save(self.redemption(someone).done(self.clock()))
        return someone

    def leaves(self, someone: Someone) -> Someone:
        """An admin deletes the account."""
        managing = ManagingUsers(
            users=wiring.users(), sessions=wiring.sessions(), queue=self.post, new_id=wiring.new_id
        )
        managing.close(someone.user_id, by=wiring.users().get("demo-admin"), now=self.clock())
        return someone

    def retries(self, someone: Someone) -> None:
        """An admin's click."""
        admin = wiring.users().get("demo-admin")
        retry(someone.redemption_id, by=admin, redemptions=wiring.redemptions(), queue=self.post, now=self.clock())

    def joins_locally(self, **features: bool) -> Someone:
        return self.joins_locally_as(f"local {wiring.new_id()[:8]}", self.invite(**features))

    def joins_locally_as(self, name: str, code: str) -> Someone:
        who = applicant(f"{wiring.new_id()[:8]}@example.org", name, "correct horse")
        joining = JoiningLocally(
            invites=_WithLocalAccounts(wiring.connection()),
            claims=wiring.claims(),
            credentials=wiring.credentials(),
            passwords=Passwords(),
            sessions=wiring.sessions(),
            queue=self.post,
            new_id=wiring.new_id,
        )
        redemption = joining.join(code, who, self.clock()).redemption
        return Someone(0, redemption.id, redemption.user.id, code)

    def shared_by_hand(self, account_id: int) -> None:
        """The owner shares something with them, at Plex, by themselves."""
        owner = self.world.accounts[demo.OWNER.id]
        made = sharing.share(self.world, owner, sharing.Offer(demo.MACHINE_ID, account_id, [demo.TV_SHOWS]))
        sharing.accept(self.world, self.world.accounts[account_id], [made])

    # What happens

    def fault(self, method: str, path: str, kind: str, when: str = "before", **more: Any) -> None:
        held = {"timeout": PATIENCE * 2, "slow": PATIENCE / 5}
        with suppress(KeyError):
            more.setdefault("seconds", held[kind])
        faults = self.world.faults
        faults.add(Fault(faults.next_id(), Kind(kind), re.compile(path), method, When(when), **more))

    def drains(self, *, receives: int = 300) -> None:
        """Deliver until nothing is under way, and have the sweep send again what nobody carries any more."""
        for _ in range(receives):
            if self.post.waiting:
                self.delivers()
            elif not self._sweeps():
                return
        raise AssertionError("this never ends")

    def delivers(self) -> None:
        """One message. Should the function raise or die, SQS brings it back; should it die, later."""
        kind, id_ = self.post.next()
        try:
            self._work(kind, id_)
        except TryLater as later:
            self.post.again(kind, id_, timedelta(seconds=later.seconds))
        except Killed:
            self.post.again(kind, id_, VISIBILITY)

    def _work(self, kind: str, id_: str) -> None:
        try:
            if kind == "provision":
                redemption = self.provisioning().provision(id_)
                self.paused = self.paused or redemption.waits_for_owner
                self._say(shapes.redemption(redemption))
                provisions.told(redemption)
            elif kind == "end_access":
                provisions.departed(id_, self.ending_access().end(id_))
        except BaseException as error:
            self._say(repr(error), repr(error.__cause__), repr(error.__context__))
            raise

    def _sweeps(self) -> bool:
        """Only what this scene made, for others' redemptions lie in the same table."""
        for id_ in dict.fromkeys(self.post.ever_sent):
            due = _due(id_)
            if due:
                self.clock.reach(due[1])
                self.post.again(due[0], id_, timedelta())
                return True
        return False

    def _say(self, *facts: Any) -> None:
        self.emitted += [str(fact) for fact in facts]

    # What came of it

    def redemption(self, someone: Someone) -> Redemption:
        return wiring.redemptions().get(someone.redemption_id)

    def shares(self, account_id: int | None) -> list[Any]:
        return [one for one in self.world.shares.values() if account_id is not None and one.invitee == account_id]

    def uses(self, someone: Someone) -> int:
        return self.uses_of(someone.code)

    def uses_of(self, code: str) -> int:
        return wiring.invites().get(code).uses

    def home_members(self) -> list[int]:
        home = self.world.homes.get(demo.OWNER.id)
        return [] if home is None else [one for one in home.member_ids if one != demo.OWNER.id]

    def must_be_true(self, someone: Someone, *, alone: bool = True) -> Redemption:
        """Access and account, or neither; nothing in between, and the redemption says which."""
        books = self._books(someone)
        assert books.held_token is None
        if books.redemption.state is State.DONE:
            self._must_have_exactly_the_grant(books)
        else:
            assert books.redemption.state is State.FAILED
            self._must_have_nothing(books)
        if alone:
            at_home = books.redemption.state is State.DONE and books.redemption.grant.features.plex_home
            assert (len(self.home_members()), self.world.home_invites) == (int(at_home), {})
        return books.redemption

    def must_have_left(self, someone: Someone) -> None:
        books = self._books(someone)
        departure = wiring.departures().get(someone.user_id)
        assert departure
        assert departure.ended_at
        assert self.shares(books.plex_id) == []
        assert (self.home_members(), self.world.home_invites) == ([], {})
        assert (books.state, books.identity, books.held_token) == (AccountState.CLOSED, None, None)

    def _must_have_exactly_the_grant(self, books: "Books") -> None:
        grant = books.redemption.grant
        (share,) = self.shares(books.plex_id)
        assert sorted(share.section_ids) == sorted(GIVEN)
        assert not share.all_libraries
        assert share.accepted_at
        assert share.settings["allowSync"] == grant.features.downloads
        assert share.settings["allowTuners"] == int(grant.features.live_tv)
        assert books.plex_id in self.home_members() or not grant.features.plex_home
        assert (books.uses, books.state, books.redemption.reason) == (1, AccountState.ACTIVE, None)

    def _must_have_nothing(self, books: "Books") -> None:
        assert books.redemption.reason
        assert self.shares(books.plex_id) == []
        assert books.plex_id not in self.home_members()
        assert (books.uses, books.state, books.identity) == (0, AccountState.CLOSED, None)

    def _books(self, someone: Someone) -> "Books":
        redemption, invite, user, token, identity = get_all(
            wiring.connection(),
            (RedemptionModel, someone.redemption_id),
            (InviteModel, someone.code),
            (UserModel, someone.user_id),
            (HeldTokenModel, someone.redemption_id),
            (IdentityModel, plex_identity(someone.account_id)),
        )
        plex_id = redemption.record.plex_id or someone.account_id or None
        return Books(redemption.record, int(invite.uses), AccountState(user.state), token, identity, plex_id)

    # Wiring, with this scene's Plex, queue and clock

    def _sign_in(self) -> PlexApiSignIn:
        return _SignIn(self.clock, client_id="visitors", product="S", base_url=self.plex.url, timeout=PATIENCE)

    def redeeming(self) -> Redeeming:
        return Redeeming(
            sign_ins=wiring.sign_ins(),
            claims=wiring.claims(),
            redemptions=wiring.redemptions(),
            held_tokens=wiring.held_tokens(),
            sessions=wiring.sessions(),
            plex=self._sign_in(),
            sealer=self.seal,
            queue=self.post,
            new_id=wiring.new_id,
        )

    def _owner(self) -> tuple[Any, Any]:
        owner = Owner(token=self.token.read, client_id="owner", base_url=self.plex.url, timeout=PATIENCE)
        return self.dying(PlexApiSharing(owner)), self.dying(PlexApiHomes(owner))

    def pausing(self) -> Pausing:
        return Pausing(self.dying(wiring.pauses()), self.dying(wiring.redemptions()), self.token, self.dying(self.post))

    def provisioning(self) -> Provisioning:
        sharing, homes = self._owner()
        invitations = PlexApiInvitations(client_id="visitors", base_url=self.plex.url, timeout=PATIENCE)
        redemptions, queue = self.dying(wiring.redemptions()), self.dying(self.post)
        return Provisioning(
            redemptions=redemptions,
            claims=self.dying(wiring.claims()),
            held_tokens=self.dying(wiring.held_tokens()),
            opener=self.dying(self.seal),
            giving=Giving(sharing, homes, self.dying(invitations)),
            withdrawing=Withdrawing(sharing, homes),
            pausing=self.pausing(),
            queue=queue,
            clock=self.clock,
            chance=lambda: 0.5,
            deadline=self.clock() + FUNCTION_TIME,
        )

    def ending_access(self) -> EndingAccess:
        return EndingAccess(
            users=wiring.users(),
            redemptions=self.dying(wiring.redemptions()),
            departures=self.dying(wiring.departures()),
            held_tokens=self.dying(wiring.held_tokens()),
            withdrawing=Withdrawing(*self._owner()),
            queue=self.dying(self.post),
            clock=self.clock,
            chance=lambda: 0.5,
        )


@dataclass(frozen=True)
class Books:
    """What is written of somebody, read in one go."""

    redemption: Redemption
    uses: int
    state: AccountState
    held_token: Any
    identity: Any
    plex_id: int | None


class _WithLocalAccounts(DynamoInvites):
    """The house's invites, as if its settings allowed accounts without Plex: tests share the house."""

    def get_with_settings(self, code: str) -> tuple[Invite | None, Settings]:
        invite, settings = super().get_with_settings(code)
        return invite, replace(settings, local_signin_enabled=True)


def _due(id_: str) -> tuple[str, datetime] | None:
    with suppress(RedemptionNotFound):
        due_at = wiring.redemptions().get(id_).due_at
        return ("provision", due_at) if due_at else None
    departure = wiring.departures().get(id_)
    return ("end_access", departure.due_at) if departure and departure.due_at else None


def _put_with_its_count(invite: Invite) -> None:
    """As creating it would: what moves it later counts on being counted."""
    record, tally, transaction = invite_record(invite), Tally(), Transaction(wiring.connection())
    transaction.put("invite", record)
    tally.moved(invite.code, None, record.status_hint)
    tally.write(transaction)
    transaction.commit()
