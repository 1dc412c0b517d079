"""Invites and inviters for tests: builders that show only what matters."""

from datetime import UTC, datetime
from typing import Any

from chalicelib.accounts.model import User
from chalicelib.common.people import Permission, Person
from chalicelib.invites.model import Invite
from chalicelib.plex.model import Library, Server
from chalicelib.settings.model import Settings

NOW = datetime(2026, 3, 12, 8, 30, tzinfo=UTC)
MOVIES, MUSIC = Library("11", "1", "Movies", "movie"), Library("12", "2", "Music", "artist")
SETTINGS = Settings(
    signup_enabled=True,
    application_url="https://invites.example.org",
    server=Server("machine", "Home", 1),
    libraries=(MOVIES, MUSIC),
)


def an_invite(limit=1, **facts):
    defaults: dict[str, Any] = {
        "code": "AbCdEfGh",
        "created_by": Person("ruth", "ruth"),
        "created_at": NOW,
        "updated_at": NOW,
    }
    return Invite(**defaults | {"usage_limit": limit} | facts)


def a_user(id_, *permissions, **facts):
    defaults: dict[str, Any] = {"name": id_, "email": None, "created_at": NOW}
    return User(id=id_, permissions=frozenset(permissions), **defaults | facts)


def an_inviter(*more, id_="ruth", **facts):
    return a_user(id_, Permission.CREATE_INVITES, *more, **facts)


def a_manager(*more, id_="mona", **facts):
    return a_user(id_, Permission.MANAGE_INVITES, *more, **facts)
