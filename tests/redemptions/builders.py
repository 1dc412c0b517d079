"""Redemptions at any point of their way, without the rest of the product."""

from datetime import datetime, timedelta

from chalicelib.accounts.model import new_user
from chalicelib.plex.model import Features, Grant
from chalicelib.redemptions.model import Redemption, new_redemption
from tests.fakes.plex import MOVIES, MUSIC
from tests.fakes.ports import NOW

MINUTE = timedelta(minutes=1)
DEADLINE = NOW + MINUTE


def a_grant(**features: bool) -> Grant:
    return Grant("machine", 7, (MOVIES, MUSIC), Features(**features))


def a_redemption(*, id_: str = "r1", plex_id: int | None = 41, now: datetime = NOW, **features: bool) -> Redemption:
    """A fresh one; of a local account where ``plex_id`` is None."""
    user = new_user(f"user of {id_}", "Maya", None, permissions=frozenset(), now=now, plex_id=plex_id)
    return new_redemption(
        id_, code="AbCdEfGh", user=user, creator_id="ruth", grant=a_grant(**features), now=now, invited_as="maya"
    )


def a_taken_redemption() -> Redemption:
    """One that a worker has."""
    return a_redemption().taken(NOW, DEADLINE)


def a_shared_redemption() -> Redemption:
    return a_taken_redemption().shared(NOW, "77")
