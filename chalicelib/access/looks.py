"""One look at everybody on Plex: how it stands, how the last one went, and what it was told."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Generic, TypeVar

from chalicelib.access.entitlement import Observed, SeenPlace, SeenShare
from chalicelib.access.seats import Gate
from chalicelib.common.records import dataclass, field, replace
from chalicelib.plex.errors import PlexError
from chalicelib.plex.model import ListedShares, Place, Server, Survey, SurveyedPerson
from chalicelib.plex.ports import PlexOwner
from chalicelib.settings.model import Settings

Answer = TypeVar("Answer")

SHRUNKEN = 0.7
"""An answer with less than this part of the people of the last complete one may be wrong."""


class Outcome(StrEnum):
    """How a look went."""

    COMPLETE = "complete"
    INCOMPLETE = "incomplete"
    """plex.tv did not say it all: no member was taken for gone."""
    SUSPECT = "suspect"
    """Many people fewer than before: those who are missing were not judged."""
    PAUSED = "paused"
    """Plex does not take the owner's token."""
    NO_SERVER = "no_server"


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """The latest one. ``lease_until``: while it runs. ``people``: with a share, in the last complete one;
    ``pending``: those who have not accepted it. ``changed``, ``confirmed``, ``restored``: accesses.
    ``shrunken_since``: since when many are missing. ``is_seated``: the seats of members who were there before seats
    were counted are counted, too. ``revision`` counts saves.
    """

    id: str
    asked_at: datetime
    lease_until: datetime | None = None
    began_at: datetime | None = None
    finished_at: datetime | None = None
    outcome: Outcome | None = None
    people: int = 0
    pending: int = 0
    changed: int = 0
    confirmed: int = 0
    restored: int = 0
    shrunken_since: datetime | None = None
    is_seated: bool = False
    revision: int = 0

    def is_running(self, now: datetime) -> bool:
        """Asked for, or at work. A worker that never came back is not waited for."""
        until = self.lease_until or self.asked_at + timedelta(minutes=5)
        return self.finished_at is None and now < until

    def asked_again(self, id_: str, now: datetime) -> "Look":
        return replace(self, id=id_, asked_at=now, lease_until=None, began_at=None, finished_at=None, outcome=None)

    def begun(self, now: datetime, until: datetime) -> "Look":
        return replace(self, began_at=now, lease_until=until, changed=0, confirmed=0, restored=0)

    def finished(self, outcome: Outcome, now: datetime) -> "Look":
        return replace(self, outcome=outcome, finished_at=now, lease_until=None)

    def weighed(self, people: int, now: datetime, *, apart: timedelta) -> "Look":
        """After a reading of so many people: whether it may be believed about those who are missing."""
        if self.people == 0 or people >= self.people * SHRUNKEN:
            return replace(self, people=people, shrunken_since=None, outcome=Outcome.COMPLETE)
        since = self.shrunken_since or now
        if now - since >= apart:
            return replace(self, people=people, shrunken_since=None, outcome=Outcome.COMPLETE)
        return replace(self, shrunken_since=since, outcome=Outcome.SUSPECT)


@dataclass(slots=True)
class _Asked(Generic[Answer]):
    """What is asked of plex.tv once in a look, if at all."""

    answer: Answer | None = None
    is_asked: bool = False

    def get(self, ask: Callable[[], Answer]) -> Answer | None:
        """None where it does not answer."""
        if not self.is_asked:
            self.is_asked = True
            with suppress(PlexError):
                self.answer = ask()
        return self.answer


@dataclass(slots=True)
class Reading:
    """``look`` is weighed. ``gate``: as it was before any access was read. ``changed``, ``confirmed``, ``restored``:
    accesses so far. ``seen``: the Plex ids of those who have an account here.
    """

    look: Look
    settings: Settings
    server: Server
    began: datetime
    survey: Survey
    plex_owner: PlexOwner
    gate: Gate
    changed: int = 0
    confirmed: int = 0
    restored: int = 0
    seen: set[int] = field(default_factory=set)
    _elsewhere: _Asked[ListedShares] = field(default_factory=_Asked[ListedShares])
    _invited: _Asked[frozenset[int]] = field(default_factory=_Asked[frozenset[int]])

    @property
    def tells_all(self) -> bool:
        """Whether it is to be believed about how many there are, on the server and in the Home."""
        shares, is_suspect = self.survey.shares, self.look.outcome is Outcome.SUSPECT
        return shares.is_whole and not shares.unread and self.survey.tells_home and not is_suspect

    @property
    def pending(self) -> int:
        """How many have not accepted, as far as it tells."""
        return sum(not share.accepted for share in self.survey.shares.by_account.values())

    def tells_of(self, plex_id: int) -> bool:
        """Whether it is to be believed about what is shared with that person, if anything."""
        shares = self.survey.shares
        return plex_id in shares.by_account or (self.look.outcome is not Outcome.SUSPECT and shares.tells_of(plex_id))

    def observed(self, plex_id: int) -> Observed:
        share, place = self.survey.shares.by_account.get(plex_id), self.survey.place_of(plex_id)
        return Observed(SeenShare(share, self.began), SeenPlace(place, self.began) if place else None)

    def with_home_invite(self, observed: Observed, plex_id: int) -> Observed:
        """The same, where an invitation into the Home counts: it may stand among the invites that the owner sent alone.
        Whom the people's list has at home, and no other list has, may be a member whom the Home's list lacks.
        """
        if observed.home is None or observed.home.place is Place.MEMBER:
            return observed
        invited = self._invited.get(self.plex_owner.home_invites)
        if invited is None or (observed.home.place is Place.INVITED and plex_id not in invited):
            return replace(observed, home=None)
        place = Place.INVITED if plex_id in invited else Place.OUT
        return replace(observed, home=SeenPlace(place, self.began))

    def elsewhere(self, observed: Observed, plex_id: int) -> Observed | None:
        """The same, with the share as another part of plex.tv lists it; None where that does not tell."""
        listed = self._elsewhere.get(lambda: self.plex_owner.owned_shares(self.server.machine_id))
        if listed is None or not listed.tells_of(plex_id):
            return None
        return replace(observed, share=SeenShare(listed.by_account.get(plex_id), self.began))

    def strangers(self) -> Iterator[SurveyedPerson]:
        """People who have no account here, the owner apart."""
        known = {*self.seen, self.server.owner_id}
        return (person for id_, person in self.survey.people.items() if id_ not in known)
