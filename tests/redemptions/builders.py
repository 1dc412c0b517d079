"""Redemptions at any point of their way, without the rest of the product."""

from datetime import datetime, timedelta

from chalicelib.access.progress import begin_progress
from chalicelib.access.reasons import LINK_PLEX
from chalicelib.common.people import Person
from chalicelib.plex.model import Features, Grant
from chalicelib.redemptions.model import Redemption
from tests.fakes.plex import MOVIES, MUSIC
from tests.fakes.ports import NOW

MINUTE = timedelta(minutes=1)
DEADLINE = NOW + MINUTE


def a_grant(**features: bool) -> Grant:
    return Grant("machine", 7, (MOVIES, MUSIC), Features(**features))


def a_redemption(*, id_: str = "r1", plex_id: int | None = 41, now: datetime = NOW, **features: bool) -> Redemption:
    """A fresh one; of a local account where ``plex_id`` is None."""
    managed = plex_id is None and features.get("plex_home", False)
    need = LINK_PLEX if plex_id is None and not managed else None
    return Redemption(
        id=id_,
        code="AbCdEfGh",
        user=Person(f"user of {id_}", "Maya"),
        creator_id="ruth",
        grant=a_grant(**features),
        created_at=now,
        progress=begin_progress(home=features.get("plex_home", False), now=now, need=need),
    )
