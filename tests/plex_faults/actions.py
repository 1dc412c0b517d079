"""What people do in a scenario: sign up, join, leave; and what the owner does at Plex by hand."""

import re
from functools import partial
from typing import Any

from chalicelib.access.entitlement import Entitlement, Identity, Rule, Target
from chalicelib.access.model import Access, Decided, Entry, Mark, Occasion, Part, begin_access
from chalicelib.access.seats import Room
from chalicelib.accounts.managing import ManagingUsers
from chalicelib.accounts.model import User
from chalicelib.accounts.plex_sign_ins import StartedSignIn
from chalicelib.accounts.sessions import new_session
from chalicelib.accounts.tokens import HELD_FOR
from chalicelib.common.people import Person
from chalicelib.common.records import replace
from chalicelib.invites.model import Invite
from chalicelib.plex.model import Features, Grant, Library
from chalicelib.redemptions.joining_locally import JoiningLocally, parse_applicant
from chalicelib.redemptions.model import Redemption
from chalicelib.redemptions.ports import Claim
from chalicelib.redemptions.redeeming import Redeeming
from chalicelib.redemptions.retrying import RetryingRedemptions
from chalicelib.stores.database.transactions import Transaction
from chalicelib.stores.invites.counts import Tally
from chalicelib.stores.invites.records import invite_record
from local.plex import demo
from local.plex.rules import homes, sharing
from local.plex.rules.model import Account
from local.plex.rules.sign_in import approve, issue_token, pin_by_code_or_id
from local.plex.world import World
from tests.plex_faults.consistency import BY_HAND, GRANTED, Redeemer
from tests.plex_faults.ports import ScenarioPorts

GRANT = partial(
    Grant,
    demo.MACHINE_ID,
    demo.OWNER.id,
    tuple(Library(str(id_), "1", title, kind) for id_, title, kind in demo.SECTIONS if id_ in GRANTED),
)


class Actions:
    """``features`` are those of an invite: downloads, live_tv, plex_home."""

    world: World
    ports: ScenarioPorts

    def create_invite(self, limit: int | None = 1, **features: bool) -> Invite:
        now = self.ports.clock()
        invite = Invite(
            code=self.ports.new_id()[:12],
            created_by=Person("demo-admin", "Olivia"),
            created_at=now,
            updated_at=now,
            usage_limit=limit,
            libraries=tuple(str(id_) for id_ in GRANTED),
            features=Features(**features),
        )
        self._put_with_its_count(invite)
        return invite

    def create_account(self, email_end: str = "@example.org") -> int:
        """A new account at Plex, with an address that ends so; gives its id."""
        name = f"p{self.ports.new_id()[:10]}"
        account = self.world.add_account(name, f"{name}{email_end}")
        issue_token(self.world, account, "their phone")
        return account.id

    def start_sign_in(self, code: str) -> StartedSignIn:
        return self.ports.use(Redeeming).start(code, now=self.ports.clock())

    def sign_in(self, code: str, account_id: int) -> tuple[str, str]:
        """Up to and with the approval at Plex; gives the sign-in's id and the browser's secret."""
        started = self.start_sign_in(code)
        pin = re.search(r"code=([^&]+)", started.pin.auth_url)
        assert pin
        approve(self.world, pin_by_code_or_id(self.world, pin[1]), self.world.accounts[account_id])
        return started.sign_in.id, started.browser_secret

    def complete(self, code: str, account_id: int, sign_in_id: str, secret: str) -> Redeemer:
        redeemer = self.complete_if_approved(code, account_id, sign_in_id, secret)
        assert redeemer
        return redeemer

    def complete_if_approved(self, code: str, account_id: int, sign_in_id: str, secret: str) -> Redeemer | None:
        redeemed = self.ports.use(Redeeming).complete(code, sign_in_id, secret, now=self.ports.clock())
        if redeemed is None:
            return None
        return Redeemer(account_id, redeemed.redemption.id, redeemed.redemption.user.id, code)

    def sign_up(self, **features: bool) -> Redeemer:
        """All the way, from the link on."""
        code, account_id = self.create_invite(**features).code, self.create_account()
        return self.complete(code, account_id, *self.sign_in(code, account_id))

    def redeem(self, **features: bool) -> Redeemer:
        """What signing up leads to, without its calls of Plex: they have tests of their own."""
        return self.redeem_as(self.create_account(), **features)

    def redeem_as(self, account_id: int, **features: bool) -> Redeemer:
        claim = self._draw_up(self.create_invite(**features), self.world.accounts[account_id])
        self.ports.claims.claim(claim)
        self.ports.queue.align(claim.user.id)
        return Redeemer(account_id, claim.redemption.id, claim.user.id, claim.invite.code)

    def redeem_earlier(self, **features: bool) -> Redeemer:
        """A person whose redemption was done some time ago."""
        redeemer = self.redeem(**features)
        self.ports.queue.waiting.clear()
        owner, account = self.world.accounts[demo.OWNER.id], self.world.accounts[redeemer.account_id]
        made = sharing.share(self.world, owner, sharing.Offer(demo.MACHINE_ID, account.id, list(GRANTED)))
        sharing.accept(self.world, account, [made])
        if features.get("plex_home"):
            homes.invite(self.world, owner, account.id)
            homes.join(self.world, owner.id, account)
        self._settle(redeemer, made)
        return redeemer

    def _settle(self, redeemer: Redeemer, share: Any) -> None:
        """As the worker would have left it, whose calls are not what this is about."""
        now, access = self.ports.clock(), self.ports.accesses.get(redeemer.user_id)
        assert access
        taken = self.ports.accesses.save(access.taken("earlier", now, now), lease=None)
        given = taken.with_entry(_standing(taken, Part.SHARE, share_id=str(share.id)))
        if taken.decided.grant.features.plex_home:
            given = given.with_entry(_standing(taken, Part.HOME))
        user = self.ports.accounts.get(redeemer.user_id)
        self.ports.accesses.settle(given.settled(now), user, lease="earlier")
        self.ports.queue.forget_tokens(redeemer.redemption_id)

    def join_locally(self, **features: bool) -> Redeemer:
        name = f"local {self.ports.new_id()[:8]}"
        return self.join_locally_as(name, self.create_invite(**features).code)

    def join_locally_as(self, name: str, code: str) -> Redeemer:
        who = parse_applicant(f"{self.ports.new_id()[:8]}@example.org", name, "correct horse")
        redemption = self.ports.use(JoiningLocally).join(code, who, now=self.ports.clock()).redemption
        return Redeemer(0, redemption.id, redemption.user.id, code)

    def close_account(self, redeemer: Redeemer) -> Redeemer:
        """An admin deletes the account."""
        self.ports.use(ManagingUsers).close(redeemer.user_id, by=self._admin(), now=self.ports.clock())
        return redeemer

    def decide(self, redeemer: Redeemer, occasion: Occasion, **changes: Any) -> Redeemer:
        """An admin decides something else about their access; ``libraries``: those ids."""
        access = self.ports.accesses.get(redeemer.user_id)
        assert access
        if ids := changes.pop("libraries", None):
            libraries = tuple(Library(str(id_), "1", title, kind) for id_, title, kind in demo.SECTIONS if id_ in ids)
            changes["grant"] = replace(access.decided.grant, libraries=libraries)
        self.ports.accesses.decide(access.deciding(replace(access.decided, occasion=occasion, **changes)))
        self.ports.queue.align(redeemer.user_id)
        return redeemer

    def retry(self, redeemer: Redeemer) -> None:
        """An admin's click."""
        retrying = self.ports.use(RetryingRedemptions)
        retrying.retry(redeemer.redemption_id, by=self._admin(), now=self.ports.clock())

    def share_by_hand(self, account_id: int) -> None:
        """The owner shares another library with them, at Plex."""
        owner = self.world.accounts[demo.OWNER.id]
        made = sharing.share(self.world, owner, sharing.Offer(demo.MACHINE_ID, account_id, BY_HAND))
        sharing.accept(self.world, self.world.accounts[account_id], [made])

    def _admin(self) -> User:
        return self.ports.accounts.get("demo-admin")

    def _draw_up(self, invite: Invite, account: Account) -> Claim:
        now, new_id = self.ports.clock(), self.ports.new_id
        redemption_id = new_id()
        user = User(
            id=new_id(),
            name=account.username,
            email=account.email,
            plex_id=account.id,
            created_at=now,
            redemption_id=redemption_id,
        )
        features = invite.features
        access = begin_access(
            user.id,
            Decided(
                grant=Entitlement(rule=Rule.SPECIFIC, libraries=GRANT(features=features).libraries, features=features),
                identity=Identity(name=user.name, plex_id=account.id, invited_as=account.email),
                target=Target(demo.MACHINE_ID, demo.OWNER.id),
                occasion=Occasion.JOINED,
                joining=redemption_id,
            ),
            now=now,
        )
        assert access.done.progress
        redemption = Redemption(
            id=redemption_id,
            code=invite.code,
            user=user.person,
            creator_id=invite.created_by.id,
            grant=GRANT(features=features),
            created_at=now,
            progress=access.done.progress,
        )
        _, session = new_session(user.id, new_id=new_id, now=now, redemption_id=redemption_id)
        return Claim(
            invite=invite,
            room=Room(1_000_000, 1_000_000),
            settings_version=self.ports.settings.get().version,
            user=user,
            redemption=redemption,
            access=access,
            session=session,
            plex_token=issue_token(self.world, account, "visitors").value,
            token_expires_at=now + HELD_FOR,
        )

    def _put_with_its_count(self, invite: Invite) -> None:
        """As creating it would: what moves it later counts on being counted."""
        record, tally, transaction = invite_record(invite), Tally(), Transaction(self.ports.connection)
        transaction.put("invite", record)
        tally.moved(invite.code, None, record.status_hint)
        tally.write(transaction)
        transaction.commit()


def _standing(access: Access, part: Part, share_id: str | None = None) -> Entry:
    edition = access.decided.edition
    return Entry(
        part=part,
        plex_id=access.plex_id,
        machine_id=access.machine_id,
        mark=Mark.STANDING,
        share_id=share_id,
        asked=edition,
    )
