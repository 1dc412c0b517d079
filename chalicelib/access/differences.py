"""How what plex.tv said differs from what is wanted. What it did not say is no difference."""

from datetime import datetime, timedelta
from enum import StrEnum

from chalicelib.access.entitlement import Entitlement, Observed, Rule
from chalicelib.common.records import dataclass
from chalicelib.plex.filters import same_filters
from chalicelib.plex.model import Place, Share

PENDING_FOR = timedelta(days=3)
"""How long a person may take to accept before that is a difference."""


class Difference(StrEnum):
    MISSING = "missing"
    NARROWER = "narrower"
    WIDER = "wider"
    """More libraries than wanted; also any where nothing is wanted."""
    EVERYTHING = "everything"
    """plex.tv gives all libraries, those to come included."""
    FEATURES = "features"
    RESTRICTIONS = "restrictions"
    PENDING = "pending"
    NOT_IN_HOME = "not_in_home"


@dataclass(frozen=True, slots=True)
class Doubt:
    """A difference that is not confirmed yet, and since when it is seen."""

    kind: Difference
    since: datetime


def still_doubted(
    found: frozenset[Difference], known: frozenset[Difference], doubts: tuple[Doubt, ...], *, now: datetime
) -> tuple[Doubt, ...]:
    """What is seen and not confirmed, each since it was seen first."""
    since = {doubt.kind: doubt.since for doubt in doubts}
    return tuple(Doubt(kind, since.get(kind, now)) for kind in sorted(found - known))


def ripe(doubts: tuple[Doubt, ...], *, apart: timedelta, now: datetime) -> frozenset[Difference]:
    """Those that are seen for long enough to be asked about elsewhere."""
    return frozenset(
        doubt.kind
        for doubt in doubts
        if now - doubt.since >= (PENDING_FOR if doubt.kind is Difference.PENDING else apart)
    )


def differences(wanted: Entitlement | None, observed: Observed) -> frozenset[Difference]:
    """All kinds in which ``observed`` differs from ``wanted``; None: nothing is wanted."""
    if observed.share is None:
        return frozenset()
    share = observed.share.share
    if wanted is None:
        return frozenset({Difference.WIDER} if share else ())
    if share is None:
        return frozenset({Difference.MISSING})
    return _of_libraries(wanted, share) | _of_the_rest(wanted, share) | _of_the_home(wanted, observed)


def _of_libraries(wanted: Entitlement, share: Share) -> frozenset[Difference]:
    if wanted.rule is Rule.EVERYTHING:
        return frozenset() if share.everything else frozenset({Difference.NARROWER})
    if share.everything:
        return frozenset({Difference.EVERYTHING})
    kinds = set()
    if wanted.section_ids - share.library_ids:
        kinds.add(Difference.NARROWER)
    if share.library_ids - wanted.section_ids:
        kinds.add(Difference.WIDER)
    return frozenset(kinds)


def _of_the_rest(wanted: Entitlement, share: Share) -> frozenset[Difference]:
    kinds, features = set(), wanted.features
    if share.downloads not in (None, features.downloads) or share.live_tv not in (None, features.live_tv):
        kinds.add(Difference.FEATURES)
    if share.filters is not None and not same_filters(share.filters, wanted.filters):
        kinds.add(Difference.RESTRICTIONS)
    if not share.accepted:
        kinds.add(Difference.PENDING)
    return frozenset(kinds)


def _of_the_home(wanted: Entitlement, observed: Observed) -> frozenset[Difference]:
    is_out = observed.home is not None and observed.home.place is not Place.MEMBER
    return frozenset({Difference.NOT_IN_HOME} if wanted.features.plex_home and is_out else ())
