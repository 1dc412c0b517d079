"""What a newcomer finds: an admin, a Plex server with libraries, sign-up on, and an invite to open."""

import hashlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from chalicelib.accounts.model import Kind, User
from chalicelib.accounts.sessions import new_session
from chalicelib.common.people import Permission
from chalicelib.environment import environment
from chalicelib.invites.creating import CreatingInvites, InviteRequest
from chalicelib.invites.options import InviteOptions
from chalicelib.plex.model import Features, Library, OwnedServer, Server
from chalicelib.settings.model import Settings
from chalicelib.setup.model import Ownership
from chalicelib.stores.accounts.records import IdentityModel, session_record, user_record
from chalicelib.stores.settings.records import settings_record
from chalicelib.stores.setup.ownership import ownership_record
from chalicelib.wiring import ports, use
from local.plex import demo as plex

ADMIN_ID = "demo-admin"


CODE = "Welcome2026"


@dataclass(frozen=True)
class Demo:
    """``code`` is None where PLEX_BASE_URL names another Plex: there the owner has to set up first."""

    admin_token: str
    code: str | None = None


def furnish(origin: str) -> Demo:
    """Fill an installation, unless it is filled. Ids, code and token are the same at every start."""
    now = datetime.now(UTC)
    if ports.settings.get().server is None:
        _move_in(_admin(now), origin, now)
    return Demo(_sign_in(now), CODE)


def furnish_without_plex(origin: str) -> Demo:
    """An admin, and nothing that only the stand-in has: its server, its owner, an invite to both."""
    now = datetime.now(UTC)
    if ports.settings.get().server is None:
        settings_record(Settings(application_url=origin)).save()
        user_record(replace(_admin(now), kind=Kind.LOCAL, email=None, plex_id=None)).save()
    return Demo(_sign_in(now))


def _move_in(admin: User, origin: str, now: datetime) -> None:
    settings_record(_settings(origin)).save()
    user_record(admin).save()
    for identity in (f"plex#{admin.plex_id}", f"email#{admin.email}"):
        IdentityModel(id=identity, user_id=admin.id).save()
    ownership_record(_ownership(admin)).save()
    ports.keep_owner_token(plex.OWNER.token)
    named = frozenset({"usage_limit", "downloads", "note"})
    options = InviteOptions(usage_limit=5, downloads=True, note="The demo's invite", named=named)
    use(CreatingInvites).create(InviteRequest(options=options, code=CODE), by=admin, now=now)


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


def _sign_in(now: datetime) -> str:
    """The admin's token, the same at every start: KEEP=1 and scripts go on working. It opens only this local stack."""
    token, session = new_session(ADMIN_ID, new_id=hashlib.sha256(b"the demo's admin").hexdigest, now=now)
    session_record(session).save()
    return token
