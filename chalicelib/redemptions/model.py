"""A redemption: one person on the way from an invite to the libraries it gives.

    pending ──► shared ──► done
       │           │
       ├───────────┴──► needs_attention ──► (goes on by itself once what is missing is there)
       └──► failed, once what Plex had given is taken back

Every move is a method that gives a new value; the store saves it only over the version it came from.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from chalicelib.access.model import LOOK_AGAIN_AFTER, Given
from chalicelib.access.reasons import LINK_PLEX, Reason
from chalicelib.accounts.model import Kind, Tombstone, User
from chalicelib.common.people import Person
from chalicelib.common.ports import UNWRITABLE
from chalicelib.invites.model import LibraryChoice
from chalicelib.plex.model import Grant, Library, Share
from chalicelib.redemptions.steps import Step, StepName, StepState, first_steps

WATCHED_FOR = timedelta(days=7)
"""How long one that cannot go on is looked at again by itself, from its beginning or from its last nudge."""

_EARLY = timedelta(seconds=2)
"""How much too early a message may come: clocks differ."""


class State(StrEnum):
    PENDING = "pending"
    SHARED = "shared"
    DONE = "done"
    NEEDS_ATTENTION = "needs_attention"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Renewal:
    """The account was there, without access. ``before``: the redemption that it had, and has again should this fail;
    ``given``: what Plex may have of that.
    """

    before: str | None
    given: Given | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Redemption:
    """``version`` counts the saves. ``working_until`` is when the worker that has it now is certainly gone,
    ``next_try_at`` when a message is to bring it back, ``tries`` how often its present step was begun.

    ``plex_id`` is None until there is a Plex account; ``managed``: that is a managed user of the owner's Plex
    Home, made under ``home_title``. ``invited_as`` is the name by which the Plex Home invites the person, and
    ``invites_home`` says that we may have done so: before that they were not in the Home. ``shares``: we may have
    shared with them; ``found``: what another hand had shared before. ``shared_again``: their invite went away once.
    ``without_downloads``: Plex refused those, and the rest of the grant is given.
    ``libraries``: what the invite named, None where that is not known; ``resolves_since``: from when on its grant waits
    to be resolved anew, for a library is gone.
    ``giving_up`` says why it will have failed once all that Plex gave is taken back. ``waits_for_owner``: Plex does
    not take the owner's token, and this goes on once it does. ``over``: what was remembered of the person's Plex
    account before; it counts again if this fails.
    """

    id: str
    code: str
    user: Person
    creator_id: str
    plex_id: int | None
    grant: Grant
    state: State = State.PENDING
    steps: tuple[Step, ...]
    reason: Reason | None = None
    created_at: datetime
    updated_at: datetime
    watched_until: datetime
    working_until: datetime | None = None
    next_try_at: datetime | None = None
    tries: int = 0
    managed: bool = False
    home_title: str | None = None
    invited_as: str | None = None
    invites_home: bool = False
    shares: bool = False
    found: Share | None = None
    shared_again: bool = False
    libraries: LibraryChoice | None = None
    resolves_since: datetime | None = None
    without_downloads: bool = False
    share_id: str | None = None
    giving_up: Reason | None = None
    waits_for_owner: bool = False
    over: Tombstone | None = None
    renewal: Renewal | None = None
    version: int = 0

    @property
    def in_progress(self) -> bool:
        """Neither done nor failed: it may still go on."""
        return self.state not in (State.DONE, State.FAILED)

    @property
    def stage(self) -> StepName:
        """The step it is at: the first that is not done."""
        return next(step.name for step in self.steps if step.state is not StepState.DONE)

    @property
    def stage_was_begun(self) -> bool:
        """Whether Plex may have been asked already: then it is read before it is asked again."""
        return self.step(self.stage).state is not StepState.WAITING

    @property
    def due_at(self) -> datetime | None:
        """When the sweep should send it again, should nothing have happened by then; None while it rests."""
        if self.waits_for_owner:
            return self.next_try_at
        if self.rests:
            return None
        return (self.working_until or self.next_try_at or self.updated_at) + LOOK_AGAIN_AFTER

    @property
    def rests(self) -> bool:
        """Nothing goes on by itself: it is over, has to be brought back (``nudged``, ``linked``), or is for a newer
        version of the program to bring on.
        """
        waits = self.state is State.NEEDS_ATTENTION and self.working_until is None and self.next_try_at is None
        return waits or not self.in_progress or self.version == UNWRITABLE

    @property
    def is_untouched(self) -> bool:
        """No worker had it yet, and one should."""
        return self.version == 0 and not self.rests

    @property
    def wanted(self) -> Grant:
        """What is to be given: the grant, without what Plex refused of it."""
        if not self.without_downloads:
            return self.grant
        return replace(self.grant, features=replace(self.grant.features, downloads=False))

    @property
    def own_given(self) -> Given:
        """What Plex may have of it."""
        return Given(
            machine_id=self.grant.machine_id,
            plex_id=self.plex_id,
            share=self.shares,
            share_id=self.share_id,
            found=self.found,
            home=self.managed or self.invites_home,
            home_title=self.home_title,
        )

    @property
    def given(self) -> Given:
        """What Plex may have of it, and of what the account was given before."""
        earlier = self.renewal.given if self.renewal else None
        return self.own_given.with_earlier(earlier) if earlier else self.own_given

    def step(self, name: StepName) -> Step:
        return next(step for step in self.steps if step.name is name)

    def is_taken(self, now: datetime) -> bool:
        """Whether a worker has it."""
        return self.working_until is not None and self.working_until > now

    def crashed(self, now: datetime) -> bool:
        """Whether the worker that had it last never came back."""
        return self.working_until is not None and self.working_until <= now

    def is_early(self, now: datetime) -> bool:
        """Whether it is to be tried later than now, by a message that is still under way or by the sweep."""
        return not self.waits_for_owner and self.next_try_at is not None and self.next_try_at > now + _EARLY

    def taken(self, now: datetime, until: datetime) -> "Redemption":
        """At work on its next step. ``until``: when the worker is certainly gone."""
        begun = self if self.state is State.NEEDS_ATTENTION else _stepped(self, now, StepState.WORKING)
        return replace(
            begun,
            working_until=until,
            next_try_at=None,
            tries=self.tries + 1,
            waits_for_owner=False,
            updated_at=now,
        )

    def let_go(self, now: datetime, next_try_at: datetime) -> "Redemption":
        """No worker has it; what was begun has an unknown outcome, to be looked at again then."""
        return replace(self, working_until=None, next_try_at=next_try_at, updated_at=now)

    def paused(self, now: datetime, next_try_at: datetime) -> "Redemption":
        """Let go until Plex takes the owner's token again. That does not count as a failed try."""
        tries = max(0, self.tries - 1) if self.working_until else self.tries
        return replace(self.let_go(now, next_try_at), waits_for_owner=True, tries=tries)

    def nudged(self, now: datetime) -> "Redemption":
        """To be tried at once, with as much patience as at the beginning."""
        return replace(
            self, next_try_at=now, tries=0, watched_until=now + WATCHED_FOR, waits_for_owner=False, updated_at=now
        )

    def linked(
        self, now: datetime, *, plex_id: int, invited_as: str | None, over: Tombstone | None = None
    ) -> "Redemption":
        """The local account has a Plex account now, and the grant can be given."""
        nudged = replace(self.nudged(now), plex_id=plex_id, invited_as=invited_as, over=over)
        return replace(nudged, state=State.PENDING, reason=None)

    def inviting_home(self) -> "Redemption":
        """About to invite the account into the Plex Home."""
        return replace(self, invites_home=True)

    def finding(self, share: Share) -> "Redemption":
        """Another hand had shared that."""
        return replace(self, found=share)

    def leaving_out_downloads(self) -> "Redemption":
        return replace(self, without_downloads=True)

    def resolving_anew(self, now: datetime) -> "Redemption":
        """A library of the grant is gone, and the invite named none: it is resolved once they were read again."""
        return replace(self, resolves_since=now)

    def resolved(self, libraries: tuple[Library, ...]) -> "Redemption":
        return replace(self, grant=replace(self.grant, libraries=libraries))

    def titled(self, home_title: str) -> "Redemption":
        return replace(self, home_title=home_title)

    def at_home(self, now: datetime, plex_id: int) -> "Redemption":
        """Invited into the Plex Home, or made a managed user there."""
        return replace(_advanced(self, now), plex_id=plex_id)

    def shared(self, now: datetime, share_id: str) -> "Redemption":
        return replace(_advanced(self, now), share_id=share_id, state=State.SHARED)

    def unshared(self, now: datetime) -> "Redemption":
        """The share is not there after all: to be shared once more."""
        steps = tuple(step.back_to_sharing(now) for step in self.steps)
        return replace(
            self, steps=steps, share_id=None, shared_again=True, state=State.PENDING, reason=None, updated_at=now
        )

    def done(self, now: datetime) -> "Redemption":
        steps = tuple(step.done(now) for step in self.steps)
        return replace(_rested(self, now, State.DONE, None), steps=steps)

    def in_need(self, now: datetime, reason: Reason, next_try_at: datetime | None) -> "Redemption":
        """It cannot go on; what to do stands in ``reason``. Looked at again then, if at all."""
        next_look = next_try_at if next_try_at and next_try_at <= self.watched_until else None
        moved = _stepped(self, now, StepState.NEEDS_ATTENTION)
        return replace(_rested(moved, now, State.NEEDS_ATTENTION, reason), next_try_at=next_look)

    def given_up(self, now: datetime, reason: Reason) -> "Redemption":
        """It will have failed for that reason, once nothing of the grant is left on Plex."""
        return replace(self, giving_up=reason, tries=0, updated_at=now)

    def failed(self, now: datetime) -> "Redemption":
        return _rested(_stepped(self, now, StepState.FAILED), now, State.FAILED, self.giving_up)


def new_redemption(
    id_: str,
    *,
    code: str,
    user: User,
    creator_id: str,
    grant: Grant,
    now: datetime,
    invited_as: str | None = None,
    over: Tombstone | None = None,
) -> Redemption:
    """A fresh redemption, its account made and its share waiting.

    A local account becomes a managed user where the grant has Plex Home; else it needs a Plex account first.
    """
    managed = user.kind is Kind.LOCAL and user.plex_id is None and grant.features.plex_home
    must_link = user.plex_id is None and not managed
    return Redemption(
        id=id_,
        code=code,
        user=user.person,
        creator_id=creator_id,
        plex_id=user.plex_id,
        grant=grant,
        state=State.NEEDS_ATTENTION if must_link else State.PENDING,
        reason=LINK_PLEX if must_link else None,
        steps=first_steps(grant, now),
        created_at=now,
        updated_at=now,
        watched_until=now + WATCHED_FOR,
        managed=managed,
        invited_as=invited_as,
        over=over,
    )


def _advanced(redemption: Redemption, now: datetime) -> Redemption:
    """At work on the next step; an earlier reason is over."""
    begun = _stepped(_stepped(redemption, now, StepState.DONE), now, StepState.WORKING)
    return replace(begun, tries=0, state=State.PENDING, reason=None)


def _stepped(redemption: Redemption, now: datetime, state: StepState) -> Redemption:
    moved = Step(redemption.stage, state, now)
    steps = tuple(moved if step.name is moved.name else step for step in redemption.steps)
    shares = redemption.shares or (moved.name is StepName.SHARE and state is StepState.WORKING)
    return replace(redemption, steps=steps, shares=shares, updated_at=now)


def _rested(redemption: Redemption, now: datetime, state: State, reason: Reason | None) -> Redemption:
    return replace(
        redemption,
        state=state,
        reason=reason,
        working_until=None,
        next_try_at=None,
        waits_for_owner=False,
        updated_at=now,
    )
