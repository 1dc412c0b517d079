"""A redemption under weather: the real use cases with the real stores and the real plexapi, against a Plex stand-in of
its own; only the queue and the clock are the test's, so that pauses cost nothing and everything sent can be searched.
"""

import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from chalicelib import wiring
from chalicelib.accounts.model import User
from chalicelib.accounts.plex_sign_ins import StartedSignIn
from chalicelib.accounts.sessions import new_session
from chalicelib.common.people import Person
from chalicelib.common.ports import RetryLater
from chalicelib.common.refusals import RedemptionNotFound
from chalicelib.functions import provision
from chalicelib.invites.model import Invite
from chalicelib.plex.model import Features, Grant, Library
from chalicelib.redemptions import redeeming
from chalicelib.redemptions.joining_locally import parse_applicant
from chalicelib.redemptions.model import new_redemption
from chalicelib.redemptions.ports import Claim
from chalicelib.redemptions.retrying import retry
from chalicelib.stores.database.transactions import Transaction
from chalicelib.stores.invites.counts import Tally
from chalicelib.stores.invites.records import invite_record
from chalicelib.stores.redemptions.records import RedemptionModel
from chalicelib.web import shapes
from local.plex import demo
from local.plex.faults import Fault, Kind, When
from local.plex.rules import homes, sharing
from local.plex.rules.sign_in import approve, issue_token, pin_by_code_or_id
from local.plex.server import StandIn
from tests.plex_faults.consistency import GIVEN, Someone, Truth
from tests.plex_faults.doubles import Clock, Killed, OwnersToken, Post, Seal
from tests.plex_faults.workings import PATIENCE, Workings

VISIBILITY = timedelta(minutes=6)
GRANT = partial(
    Grant,
    demo.MACHINE_ID,
    demo.OWNER.id,
    tuple(Library(str(id_), "1", title, kind) for id_, title, kind in demo.SECTIONS if id_ in GIVEN),
)


class Scene(Truth, Workings):
    """People, what they do, and what happens to them; Truth says what came of it."""

    def __init__(self, stand_in: StandIn, logged: list[str]) -> None:
        super().__init__(stand_in.world)
        self.plex, self.plex_url, self.logged = stand_in, stand_in.url, logged
        self.emitted: list[str] = []
        self.clock, self.seal, self.token = Clock(), Seal(), OwnersToken()
        self.world.now = self.clock
        self.paused = True
        self.start_over()

    def start_over(self) -> None:
        self.clock.time = datetime.now(UTC)
        self.world.reset()
        self.world.options.people_limit = 1000
        self.post = Post(self.clock, self.emitted)
        self.dying = lambda port: port
        self.token.value = demo.OWNER.token
        if self.paused:
            wiring.pauses().end()
        self.paused = False

    def tidy_up(self) -> None:
        """Leave nothing to the stack that its own functions would go on with, at another Plex."""
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
            plex=self.sign_in(),
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
        redemption = new_redemption(
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
        self.managing_users().close(someone.user_id, by=wiring.users().get("demo-admin"), now=self.clock())
        return someone

    def retries(self, someone: Someone) -> None:
        """An admin's click."""
        admin = wiring.users().get("demo-admin")
        retry(someone.redemption_id, by=admin, redemptions=wiring.redemptions(), queue=self.post, now=self.clock())

    def joins_locally(self, **features: bool) -> Someone:
        return self.joins_locally_as(f"local {wiring.new_id()[:8]}", self.invite(**features))

    def joins_locally_as(self, name: str, code: str) -> Someone:
        who = parse_applicant(f"{wiring.new_id()[:8]}@example.org", name, "correct horse")
        redemption = self.joining_locally().join(code, who, self.clock()).redemption
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
        except RetryLater as later:
            self.post.again(kind, id_, timedelta(seconds=later.seconds))
        except Killed:
            self.post.again(kind, id_, VISIBILITY)

    def _work(self, kind: str, id_: str) -> None:
        try:
            if kind == "provision":
                redemption = self.provisioning().provision(id_)
                self.paused = self.paused or redemption.waits_for_owner
                self._say(shapes.redemption(redemption))
                provision.told(redemption)
            elif kind == "end_access":
                provision.departed(id_, self.ending_access().end(id_))
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
