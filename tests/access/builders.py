"""Accesses at any point of their way, without the rest of the product."""

from datetime import datetime

from chalicelib.access.entitlement import Entitlement, Identity, Rule, Target
from chalicelib.access.model import Access, Decided, Occasion, begin_access
from chalicelib.common.records import replace
from chalicelib.plex.model import Features
from tests.fakes.plex import MOVIES, MUSIC
from tests.fakes.ports import NOW

TARGET = Target("machine", 7)


def an_entitlement(*, rule: Rule = Rule.SPECIFIC, features: Features | None = None) -> Entitlement:
    return Entitlement(rule=rule, libraries=(MOVIES, MUSIC), features=features or Features())


def a_decision(*, plex_id: int | None = 41, joining: str | None = "r1", **features: bool) -> Decided:
    managed = plex_id is None and features.get("plex_home", False)
    return Decided(
        grant=an_entitlement(features=Features(**features)),
        identity=Identity(name="Maya", plex_id=plex_id, managed=managed, invited_as="maya"),
        target=TARGET,
        occasion=Occasion.JOINED,
        joining=joining,
    )


def an_access(user_id: str = "u1", *, now: datetime = NOW, **decision: object) -> Access:
    """A joining that no worker had yet."""
    return begin_access(user_id, a_decision(**decision), now=now)  # type: ignore[arg-type]


def a_member(user_id: str = "u1", *, now: datetime = NOW, **decision: object) -> Access:
    """One whose joining is over."""
    joined = an_access(user_id, now=now, **decision)
    return replace(joined.doing(edition=1), done=joined.doing(edition=1).settled(now).done).after_joining()
