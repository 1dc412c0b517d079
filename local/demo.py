"""What a newcomer finds: an admin, a Plex server with libraries, sign-up on, and an invite to open."""

import hashlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from chalicelib import wiring
from chalicelib.adapters.dynamo.mapping import session_record, settings_record, user_record
from chalicelib.adapters.dynamo.models import IdentityModel
from chalicelib.adapters.dynamo.ownership import ownership_record
from chalicelib.domain.ownership import OwnedServer, Ownership
from chalicelib.domain.sessions import new_session, session_token
from chalicelib.domain.settings import Features, Library, Server, Settings
from chalicelib.domain.users import Kind, Permission, User
from chalicelib.settings import environment
from chalicelib.usecases import inviting
from local.plex import demo as plex

ADMIN_ID = "demo-admin"


CODE = "Welcome2026"


@dataclass(frozen=True)
class Demo:
    """``code`` is None at somebody else's Plex, where the owner has to set up first."""

    admin_token: str
    code: str | None = None


def furnish(origin: str) -> Demo:
    """Fill an installation, unless it is filled. Ids, code and token are the same at every start."""
    now, token = datetime.now(UTC), _admin_token()
    wiring.connection()
    if wiring.house().get().server is None:
        _move_in(_admin(now), origin, now)
    session_record(new_session(token, user_id=ADMIN_ID, now=now)).save()
    return Demo(token, CODE)


def furnish_without_plex(origin: str) -> Demo:
    """An admin, and nothing that only the stand-in has: its server, its owner, an invite to both."""
    now, token = datetime.now(UTC), _admin_token()
    wiring.connection()
    if wiring.house().get().server is None:
        settings_record(Settings(application_url=origin)).save()
        user_record(replace(_admin(now), kind=Kind.LOCAL, email=None, plex_id=None)).save()
    session_record(new_session(token, user_id=ADMIN_ID, now=now)).save()
    return Demo(token)


def _move_in(admin: User, origin: str, now: datetime) -> None:
    settings_record(_settings(origin)).save()
    user_record(admin).save()
    for identity in (f"plex#{admin.plex_id}", f"email#{admin.email}"):
        IdentityModel(id=identity, user_id=admin.id).save()
    ownership_record(_ownership(admin)).save()
    wiring.owner_token().write(plex.OWNER.token)
    wishes = inviting.Wishes(code=CODE, usage_limit=5, downloads=True, note="The demo's invite")
    inviting.create(wishes, creator=admin, invites=wiring.invites(), new_id=wiring.new_id, now=now)


def _admin(now: datetime) -> User:
    return User(
        id=ADMIN_ID,
        name=plex.OWNER.username.title(),
        email=plex.OWNER.email,
        plex_id=plex.OWNER.id,
        permissions=frozenset({Permission.ADMIN}),
        created_at=now,
    )


def _ownership(admin: User) -> Ownership:
    servers = (OwnedServer(plex.MACHINE_ID, plex.SERVER_NAME),)
    spent = environment().setup_token_hash
    return Ownership(owner_id=admin.id, plex_id=plex.OWNER.id, servers=servers, spent_token=spent)


def _settings(origin: str) -> Settings:
    keys = range(1, len(plex.SECTIONS) + 1)
    return Settings(
        signup_enabled=True,
        application_url=origin,
        default_features=Features(),
        server=Server(plex.MACHINE_ID, plex.SERVER_NAME, plex.OWNER.id),
        libraries=tuple(
            Library(str(id_), str(key), title, kind)
            for (id_, title, kind), key in zip(plex.SECTIONS, keys, strict=True)
        ),
    )


def _admin_token() -> str:
    """The same at every start, so that KEEP=1 and scripts go on working; it opens nothing but this local stack."""
    return session_token(ADMIN_ID, hashlib.sha256(b"the demo's admin").hexdigest())
