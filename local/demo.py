"""What a newcomer finds: an admin, a Plex server with libraries, sign-up on, and an invite to open."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime

from chalicelib import wiring
from chalicelib.adapters.dynamo.mapping import session_record, settings_record, user_record
from chalicelib.adapters.dynamo.models import IdentityModel
from chalicelib.adapters.dynamo.ownership import ownership_record
from chalicelib.domain.ownership import OwnedServer, Ownership
from chalicelib.domain.sessions import new_session, session_token
from chalicelib.domain.settings import Features, Library, Server, Settings
from chalicelib.domain.users import Permission, User
from chalicelib.settings import environment
from chalicelib.usecases import inviting
from local.plex import demo as plex

ADMIN_ID = "demo-admin"


@dataclass(frozen=True)
class Demo:
    code: str
    admin_token: str


def furnish(origin: str) -> Demo:
    """Fill an empty installation. Repeatable: the ids and the token are the same at every start."""
    now, token = datetime.now(UTC), _admin_token()
    admin = _admin(now)
    wiring.connection()
    settings_record(_settings(origin)).save()
    user_record(admin).save()
    for identity in (f"plex#{admin.plex_id}", f"email#{admin.email}"):
        IdentityModel(id=identity, user_id=admin.id).save()
    session_record(new_session(token, user_id=admin.id, now=now)).save()
    ownership_record(_ownership(admin)).save()
    wiring.owner_token().write(plex.OWNER.token)
    return Demo(_invite(admin, now), token)


def _invite(admin: User, now: datetime) -> str:
    wishes = inviting.Wishes(usage_limit=5, downloads=True, note="The demo's invite")
    invite, _ = inviting.create(wishes, creator=admin, invites=wiring.invites(), new_id=wiring.new_id, now=now)
    return invite.code


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
