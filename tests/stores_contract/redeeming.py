"""Invites, claims and redemptions for the contracts, written through the ports themselves."""

import secrets
from datetime import datetime, timedelta
from typing import Any

from chalicelib.access.entitlement import Entitlement, Identity, Rule, Target
from chalicelib.access.model import Access, Decided, Hold, Occasion, begin_access
from chalicelib.access.progress import begin_progress
from chalicelib.access.reasons import REFUSED_BY_PLEX, Reason
from chalicelib.access.seats import NO_SEATS, Room
from chalicelib.accounts.model import AccountState, Tombstone, User, Why, new_user
from chalicelib.accounts.sessions import Purpose, SignIn, new_session
from chalicelib.common.people import Permission, Person
from chalicelib.common.records import replace
from chalicelib.events.model import Entry, about_invite
from chalicelib.invites.model import Invite
from chalicelib.plex.model import Features, Grant, Library
from chalicelib.redemptions.model import Redemption, Renewal
from chalicelib.redemptions.ports import Claim
from tests.stores_contract.builders import an_account, an_entry

RUTH = Person("ruth", "Ruth")
MOVIES = Library("140000101", "1", "Movies", "movie")


def add_inviter(ports: Any) -> Person:
    """An account that may invite."""
    return an_account(ports, Permission.CREATE_INVITES).person


def add_invite(ports: Any, now: datetime, **facts: Any) -> Invite:
    by = facts.pop("created_by", None) or add_inviter(ports)
    invite = Invite(code=ports.new_id()[:12], created_by=by, created_at=now, updated_at=now, **facts)
    ports.invites.add(invite, an_entry(ports, about_invite(invite.code)), None)
    return invite


def edit_invite(ports: Any, invite: Invite, **changes: Any) -> None:
    """As an edit by a person does."""

    def decide(was: Invite, _: Any) -> tuple[Invite, Entry]:
        return replace(was, edition=was.edition + 1, **changes), an_entry(ports, about_invite(was.code))

    ports.invites.change(invite.code, decide)


def add_sign_in(ports: Any, code: str, now: datetime) -> SignIn:
    sign_in = SignIn(
        id=ports.new_id(),
        purpose=Purpose.SIGN_UP,
        code=code,
        pin_id="1",
        browser_hash="hash",
        created_at=now,
        expires_at=now.replace(microsecond=0) + timedelta(minutes=30),
    )
    ports.sessions.add_sign_in(sign_in)
    return sign_in


def a_plex_id() -> int:
    return secrets.randbelow(10**12)


def a_redemption(ports: Any, now: datetime, *, code: str | None = None, user: User | None = None) -> Redemption:
    """A fresh one, which is not stored."""
    id_ = user.redemption_id if user and user.redemption_id else ports.new_id()
    user = user or a_user(id_, now, plex_id=a_plex_id())
    grant = Grant("machine", 7, (MOVIES,), Features())
    return Redemption(
        id=id_,
        code=code or id_[:12],
        user=user.person,
        creator_id=RUTH.id,
        grant=grant,
        created_at=now,
        progress=begin_progress(home=False, now=now),
    )


def a_decision(redemption: Redemption, plex_id: int | None, **facts: Any) -> Decided:
    """A joining's."""
    grant = redemption.grant
    return Decided(
        grant=Entitlement(rule=Rule.SPECIFIC, libraries=grant.libraries, features=grant.features),
        identity=Identity(name=redemption.user.name, plex_id=plex_id),
        target=Target(grant.machine_id, grant.owner_id),
        occasion=Occasion.JOINED,
        joining=redemption.id,
        **facts,
    )


def a_user(redemption_id: str, now: datetime, *, plex_id: int | None, **facts: Any) -> User:
    """A local account where ``plex_id`` is None."""
    named = {"name": f"maya {redemption_id}", "email": f"{redemption_id}@example.org", **facts}
    permissions = frozenset({Permission.STREAMARR})
    user = new_user(f"user{redemption_id}", **named, permissions=permissions, now=now, plex_id=plex_id)
    return replace(user, redemption_id=redemption_id)


def a_claim(
    ports: Any, invite: Invite, now: datetime, *, plex_id: int | None = None, sign_in: SignIn | None = None, **who: Any
) -> Claim:
    """What a person with Plex claims."""
    user = a_user(ports.new_id(), now, plex_id=plex_id or a_plex_id(), **who)
    claim = _claim(ports, invite, user, now)
    token_until = now.replace(microsecond=0) + timedelta(hours=1)
    return replace(claim, sign_in=sign_in, plex_token=f"token of {user.id}", token_expires_at=token_until)


def a_local_claim(ports: Any, invite: Invite, now: datetime, **who: Any) -> Claim:
    user = a_user(ports.new_id(), now, plex_id=None, **who)
    return replace(_claim(ports, invite, user, now), password_hash="hash")


def session_token(claim: Claim) -> str:
    return f"{claim.user.id}.secret"


def _claim(ports: Any, invite: Invite, user: User, now: datetime) -> Claim:
    redemption = a_redemption(ports, now, code=invite.code, user=user)
    _, session = new_session(user.id, new_id=lambda: "secret", now=now, redemption_id=redemption.id)
    return Claim(
        invite=invite,
        room=Room(1_000_000, 1_000_000),
        settings_version=ports.settings.get().version,
        user=user,
        redemption=redemption,
        access=begin_access(user.id, a_decision(redemption, user.plex_id), now=now).seated,
        session=session,
    )


def going_over(claim: Claim, tombstone: Tombstone) -> Claim:
    """The same, where that is remembered of the Plex account."""
    decided = replace(claim.access.decided, over=tombstone)
    return replace(claim, access=replace(claim.access, decided=decided))


def a_renewal(ports: Any, claim: Claim, now: datetime, *, plex_id: int | None = None) -> Claim:
    """Of the account that the claim made, by another invite."""
    was = ports.accounts.get(claim.user.id)
    renewal = a_claim(ports, add_invite(ports, now), now, plex_id=plex_id or was.plex_id)
    redemption = replace(renewal.redemption, user=was.person, renewal=Renewal(was.redemption_id))
    becomes = replace(was, redemption_id=redemption.id, plex_id=plex_id or was.plex_id)
    _, session = new_session(was.id, new_id=ports.new_id, now=now, redemption_id=redemption.id)
    before = ports.accesses.get(was.id)
    decided = a_decision(redemption, becomes.plex_id, before=before.decided.as_before if before else None)
    access = begin_access(was.id, decided, now=now, over=before).seated
    claimed = replace(renewal, user=becomes, redemption=redemption, access=access, session=session, renews=was)
    return replace(claimed, seats_before=before.done.seats if before else NO_SEATS)


LEASE = "the worker's"


def take(ports: Any, user_id: str, now: datetime) -> Access:
    """A worker has it."""
    access: Access = ports.accesses.get(user_id)
    return ports.accesses.save(access.taken(LEASE, now + timedelta(minutes=1), now))


def settle(ports: Any, access: Access, now: datetime) -> Access:
    """A read confirmed the latest decision."""
    user = ports.accounts.get(access.user_id)
    settled: Access = ports.accesses.settle(access.renewed(now).settled(now), user, lease=LEASE)
    return settled


def joined(ports: Any, claim: Claim, now: datetime) -> Access:
    """A joining that went well."""
    return settle(ports, take(ports, claim.user.id, now), now)


def hold(ports: Any, access: Access, why: Hold, reason: Reason | None = None) -> Access:
    """Nothing is wanted from now on."""
    held: Access = ports.accesses.decide(access.deciding(access.decided.held(why, reason)))
    return held


def closed(ports: Any, claim: Claim, now: datetime) -> tuple[User, Tombstone]:
    """The account of the claim, which is closed now, and what is remembered of it. Its access has still to be taken."""
    was: User = ports.accounts.get(claim.user.id)
    tombstone = Tombstone(user_id=was.id, why=Why.CLOSED, closed_at=now)
    becomes = replace(was, state=AccountState.CLOSED)
    ports.accounts.change(was, becomes, an_entry(ports), tombstone=tombstone)
    return becomes, tombstone


def given_up(ports: Any, claim: Claim, now: datetime) -> Access:
    """A joining that has failed, and is not undone yet."""
    return hold(ports, take(ports, claim.user.id, now), Hold.FAILED, REFUSED_BY_PLEX)


def in_need(ports: Any, claim: Claim, reason: Reason, now: datetime) -> Access:
    """A joining that cannot go on."""
    access: Access = ports.accesses.save(take(ports, claim.user.id, now).in_need(reason, None, now), lease=LEASE)
    return access
