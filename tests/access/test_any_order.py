"""Decisions, faults, crashes and messages in any order: Plex ends at what was decided last."""

import random
from datetime import timedelta

import pytest

from chalicelib.access.model import Hold, Occasion, Part
from chalicelib.access.nudging import Nudging
from chalicelib.access.progress import State
from chalicelib.common.records import replace
from chalicelib.plex.errors import OwnerTokenRefused, PlexRefused, TemporaryPlexError
from tests.fakes.plex import MOVIES, MUSIC, SERIES
from tests.redemptions.scenario import Scenario

LOST = TemporaryPlexError("the answer was lost")
NO = PlexRefused("no", status=403)
VOID = OwnerTokenRefused("the owner's token")
CALLS = (
    "share",
    "find_share",
    "correct",
    "unshare",
    "accept_share",
    "accept_matching",
    "invite_home",
    "home_members",
    "is_at_home",
    "create_managed",
    "remove_from_home",
    "library_ids",
)
ROUNDS = 30
SEEDS = range(300)


class Weather:
    """What people, plex.tv and the machines do next is drawn by lot, the same for each seed."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)  # noqa: S311 - the same lots every time
        self.scenario = Scenario()
        home = self.chance.random() < 0.3
        if home and self.chance.random() < 0.5:
            self.redemption = self.scenario.redeem_locally(plex_home=True)
        else:
            self.redemption = self.scenario.redeem(plex_home=home, downloads=self.chance.random() < 0.5)
        self.scenario.plex.before_call = self.meanwhile
        self.scenario.plex.shown_to_owner_after = timedelta(seconds=self.chance.choice((0, 0, 5, 40)))
        self.scenario.plex.shown_to_person_after = timedelta(seconds=self.chance.choice((0, 0, 5, 40)))

    def draw(self) -> None:
        self.chance.choices(
            (self.deliver, self.deliver_twice, self.decide, self.fail, self.crash, self.wait, self.accept, self.lose),
            (10, 2, 3, 4, 2, 2, 1, 1),
        )[0]()

    def deliver(self) -> None:
        if self.scenario.messages:
            self.scenario.deliver()

    def deliver_twice(self) -> None:
        if self.scenario.messages:
            self.scenario.messages.append(self.chance.choice(self.scenario.messages))

    def lose(self) -> None:
        """The sweep sends it again."""
        self.scenario.messages.clear()

    def wait(self) -> None:
        self.scenario.later(seconds=self.chance.choice((1, 20, 61, 400)))

    def accept(self) -> None:
        self.scenario.plex.accept_by_hand(self.account_id)

    def fail(self) -> None:
        """What plex.tv refuses has no effect that shows only later."""
        error = self.chance.choice((LOST, LOST, VOID, NO))
        after = self.chance.random() < 0.5 and not (error is NO and self.scenario.plex.shown_to_owner_after)
        self.scenario.plex.fail(self.chance.choice(CALLS), error, after=after)

    def crash(self) -> None:
        moments = self.scenario.moments
        moments.crash_at = moments.passed + self.chance.randint(1, 12)

    def decide(self) -> None:
        access = self.scenario.access(self.redemption)
        if access.decided.hold in (Hold.CLOSED, Hold.FAILED):
            return
        if self.chance.random() < 0.15:
            self.scenario.close_account(self.redemption)
            return
        libraries = tuple(self.chance.sample((MOVIES, SERIES, MUSIC), self.chance.randint(1, 3)))
        hold = self.chance.choice((None, None, Hold.SUSPENDED))
        features = access.decided.grant.features
        if not access.decided.identity.managed and not access.is_joining:
            features = replace(features, plex_home=self.chance.random() < 0.5)
        grant = replace(access.decided.grant, libraries=libraries, features=features)
        decided = replace(access.decided, grant=grant, hold=hold, occasion=Occasion.EDITED)
        self.scenario.accesses.decide(access.deciding(decided))
        self.scenario.queue.align(self.redemption.user.id)

    def meanwhile(self) -> None:
        """While the worker is about to ask Plex."""
        if self.chance.random() < 0.04:
            self.decide()

    @property
    def account_id(self) -> int:
        return self.scenario.plex_id(self.redemption) or 0

    def end(self) -> None:
        """No faults any more, and people do what they are asked for."""
        scenario = self.scenario
        scenario.plex.faults.clear()
        scenario.plex.before_call = lambda: None
        scenario.moments.crash_at = None
        for _ in range(6):
            scenario.drain()
            if scenario.access(self.redemption).is_settled:
                return
            scenario.later(seconds=timedelta(minutes=20).total_seconds())
            scenario.plex.accept_by_hand(self.account_id)
            scenario.use(Nudging).nudge(self.redemption.user.id, now=scenario.now)
            if scenario.plex.home_invites.pop(self.account_id, None):
                scenario.plex.join_home_by_hand(self.account_id)


@pytest.mark.parametrize("seed", SEEDS)
def test_plex_ends_at_what_was_decided_last(seed):
    weather = Weather(seed)
    for _ in range(ROUNDS):
        weather.draw()
    weather.end()
    scenario, redemption = weather.scenario, weather.scenario.current(weather.redemption)
    access = scenario.access(redemption)
    assert (access.is_settled, access.lease, access.done.begun) == (True, None, None), access.done.need
    assert redemption.state in (State.DONE, State.FAILED)
    given_back = access.decided.hold is Hold.FAILED
    assert scenario.database.invites[redemption.code].uses == (0 if given_back else 1)
    must_be_as_decided(scenario, access)
    must_be_at_home_where_decided(scenario, access)
    must_be_counted(scenario)


def must_be_as_decided(scenario, access):
    share = scenario.plex.share_of(access.plex_id)
    if access.wanted is None:
        assert share is None
        return
    assert share
    assert share.accepted
    assert share.library_ids == access.wanted.section_ids
    assert share.downloads == access.wanted.features.downloads


def must_be_counted(scenario):
    """Each seat once, and no seat of what is over: looks count the profile that stayed."""
    accesses = scenario.database.accesses.values()
    assert all(access.done.seats == access.seated.done.seats for access in accesses)
    on_server = sum(access.done.seats.server for access in accesses)
    at_home = sum(access.done.seats.home for access in accesses)
    assert (scenario.database.gate.server, scenario.database.gate.home) == (on_server, at_home)
    assert on_server == len(scenario.plex.shares)
    stayed = {access.plex_id for access in accesses if access.is_over and access.has_profile}
    assert at_home == len(set(scenario.plex.home) - {scenario.plex.owner.id} - stayed)


def must_be_at_home_where_decided(scenario, access):
    home = set(scenario.plex.home) - {scenario.plex.owner.id}
    assert scenario.plex.home_invites == {}
    if access.wanted and access.wanted.features.plex_home:
        assert home == {access.plex_id}
        return
    kept = {access.plex_id} if access.decided.identity.managed and access.entry(Part.HOME) else set()
    assert home <= kept
