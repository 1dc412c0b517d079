"""Invites, claims and redemptions for the contracts, written through the ports themselves."""

import secrets
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from chalicelib.accounts.model import User, new_user
from chalicelib.accounts.sessions import Purpose, SignIn, new_session
from chalicelib.common.people import Permission, Person
from chalicelib.events.model import Entry, about_invite
from chalicelib.invites.model import Invite
from chalicelib.plex.model import Features, Grant, Library
from chalicelib.redemptions.model import Redemption, new_redemption
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
    return new_redemption(id_, code=code or id_[:12], user=user, creator_id=RUTH.id, grant=grant, now=now)


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
    version = ports.settings.get().version
    return Claim(invite=invite, settings_version=version, user=user, redemption=redemption, session=session)
