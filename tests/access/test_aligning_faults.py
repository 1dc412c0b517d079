"""Whatever goes wrong on the way, and wherever: access with an account in the end, or neither."""

from datetime import timedelta

import pytest

from chalicelib.access.progress import State
from chalicelib.plex.errors import OwnerTokenRefused, PlexRefused, TemporaryPlexError
from tests.fakes.plex import MOVIES, SERIES
from tests.redemptions.scenario import Scenario

LOST = TemporaryPlexError("the answer was lost")
NO = PlexRefused("no", status=403)
VOID = OwnerTokenRefused("the owner's token")


def friend(scenario):
    return scenario.redeem(downloads=True)


def home_friend(scenario):
    return scenario.redeem(plex_home=True)


def managed_user(scenario):
    return scenario.redeem_locally(plex_home=True)


def shared_by_hand(scenario):
    redemption = scenario.redeem()
    scenario.plex.share_by_hand(scenario.plex_id(redemption), SERIES)
    return redemption


def invited_by_hand(scenario):
    redemption = scenario.redeem()
    scenario.plex.share_by_hand(scenario.plex_id(redemption), MOVIES, accepted=False, left_behind=True)
    return redemption


def shown_later(scenario):
    scenario.plex.shown_to_person_after = timedelta(seconds=3)
    return scenario.redeem()


def failing(begin, call, error, **how):
    def begin_with_a_fault(scenario):
        scenario.plex.fail(call, error, **how)
        return begin(scenario)

    return begin_with_a_fault


GIVEN = {
    "friend": friend,
    "home friend": home_friend,
    "managed user": managed_user,
    "shared by hand": shared_by_hand,
    "invited by hand": invited_by_hand,
    "shown later": shown_later,
    "answer lost": failing(friend, "share", LOST, after=True),
    "managed user's answer lost": failing(managed_user, "create_managed", LOST, after=True),
    "owner's token refused": failing(friend, "share", VOID),
}
REFUSED = {
    "friend refused": failing(friend, "share", NO, times=None),
    "home refused": failing(home_friend, "invite_home", NO, times=None),
    "home friend refused": failing(home_friend, "share", NO, times=None),
    "managed user refused": failing(managed_user, "share", NO, times=None),
    "managed user refused at home": failing(managed_user, "create_managed", NO, times=None),
}
WAYS = GIVEN | REFUSED


def end_of(way):
    return State.DONE if way in GIVEN else State.FAILED


def moments_of(begin, *, left=False):
    """How many there are on that way, from the first message to the end."""
    scenario = Scenario()
    redemption = begin(scenario)
    scenario.drain()
    if left:
        scenario.close_account(redemption)
        scenario.moments.passed = 0
        scenario.drain()
    return scenario.moments.passed


CRASHES = [(way, moment) for way, begin in WAYS.items() for moment in range(1, moments_of(begin) + 1)]
ENDINGS = [
    (way, moment)
    for way in ("friend", "home friend", "managed user")
    for moment in range(1, moments_of(WAYS[way], left=True) + 1)
]


@pytest.mark.parametrize(("way", "moment"), CRASHES)
def test_a_function_that_crashes_at_any_moment_comes_to_the_same_end(scenario, way, moment):
    redemption = WAYS[way](scenario)
    scenario.moments.crash_at = moment
    scenario.drain()
    assert scenario.moments.passed > moment
    assert scenario.must_be_settled(redemption).state is end_of(way)


@pytest.mark.parametrize(("way", "moment"), ENDINGS)
def test_a_function_that_crashes_while_it_ends_access_leaves_nothing_behind(scenario, way, moment):
    redemption = WAYS[way](scenario)
    scenario.drain()
    scenario.close_account(redemption)
    scenario.moments.crash_at = scenario.moments.passed + moment
    scenario.drain()
    scenario.must_have_left(redemption)


@pytest.mark.parametrize("way", WAYS)
def test_every_message_twice_comes_to_the_same_end(scenario, way):
    redemption = WAYS[way](scenario)
    scenario.drain(twice=True)
    assert scenario.must_be_settled(redemption).state is end_of(way)


@pytest.mark.parametrize("way", WAYS)
def test_every_message_lost_comes_to_the_same_end(scenario, way):
    redemption = WAYS[way](scenario)
    while True:
        scenario.messages.clear()
        if not scenario.sweep_when_due():
            break
        scenario.deliver()
    assert scenario.must_be_settled(redemption).state is end_of(way)


def calls_of(begin):
    """What Plex is asked on that way, each call once."""
    scenario = Scenario()
    begin(scenario)
    scenario.plex.calls.clear()
    scenario.drain()
    return sorted(set(scenario.plex.calls))


FAULTS = [(way, call) for way, begin in WAYS.items() for call in calls_of(begin)]


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("error", [LOST, VOID], ids=["temporary", "owner refused"])
@pytest.mark.parametrize(("way", "call"), FAULTS)
def test_a_failure_that_passes_comes_to_the_same_end(scenario, way, call, error, after):
    redemption = WAYS[way](scenario)
    scenario.plex.fail(call, error, after=after, times=2)
    scenario.drain()
    assert scenario.must_be_settled(redemption).state is end_of(way)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(
    ("way", "call"), [(way, call) for way in GIVEN for call in ("share", "correct", "invite_home", "create_managed")]
)
def test_a_refusal_leaves_access_with_an_account_or_neither(scenario, way, call, after):
    redemption = WAYS[way](scenario)
    scenario.plex.fail(call, NO, after=after)
    scenario.drain()
    assert scenario.must_be_settled(redemption)
