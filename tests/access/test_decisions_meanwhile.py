"""What people decide, and what plex.tv does, while a worker is between two steps."""

from datetime import timedelta

import pytest

from chalicelib.access import reasons
from chalicelib.access.aligning import LONGEST_DELAY, PATIENCE
from chalicelib.access.model import EFFECT_WITHIN, WATCHED_FOR, Hold, Mark, Occasion, Part
from chalicelib.access.progress import State
from chalicelib.common.records import replace
from chalicelib.plex.errors import PlexRefused, TemporaryPlexError
from tests.fakes.plex import MOVIES, MUSIC, SERIES

LOST = TemporaryPlexError("the answer was lost")
NO = PlexRefused("no", status=403)


@pytest.fixture
def member(scenario):
    """A redemption that is done."""
    redemption = scenario.redeem()
    scenario.drain()
    scenario.must_be_settled(redemption)
    return redemption


def decide(scenario, redemption, *, hold=None, libraries=None, occasion=Occasion.EDITED):
    """The next decision, and its message."""
    access = scenario.access(redemption)
    decided = replace(access.decided, hold=hold, occasion=occasion)
    if libraries:
        decided = replace(decided, grant=replace(decided.grant, libraries=libraries))
    scenario.accesses.decide(access.deciding(decided))
    scenario.queue.align(redemption.user.id)


def meanwhile(scenario, call, act):
    """Have it happen just before plex.tv is asked that for the first time."""

    def before_call():
        if scenario.plex.calls[-1] == call:
            scenario.plex.before_call = lambda: None
            act()

    scenario.plex.before_call = before_call


def test_an_edit_is_what_plex_has_in_the_end(scenario, member):
    decide(scenario, member, libraries=(SERIES,))
    scenario.drain()
    assert scenario.plex.share_of(scenario.plex_id(member)).library_ids == {SERIES.id}


def test_a_suspended_member_has_nothing_and_a_resumed_one_has_it_again(scenario, member):
    decide(scenario, member, hold=Hold.SUSPENDED)
    scenario.drain()
    assert scenario.plex.share_of(scenario.plex_id(member)) is None
    decide(scenario, member, occasion=Occasion.RESUMED)
    scenario.drain()
    assert scenario.plex.share_of(scenario.plex_id(member)).library_ids == {MOVIES.id, MUSIC.id}


def test_closing_wins_over_a_joining_that_is_about_to_be_given_up(scenario):
    redemption = scenario.redeem()
    scenario.plex.fail("share", NO)

    def close():
        scenario.close_account(redemption)
        decide_closed(scenario, redemption)

    meanwhile(scenario, "library_ids", close)
    scenario.drain()
    assert scenario.access(redemption).decided.hold is Hold.CLOSED
    assert scenario.current(redemption).state is State.FAILED
    assert scenario.database.invites[redemption.code].uses == 1


def decide_closed(scenario, redemption):
    access = scenario.access(redemption)
    scenario.accesses.decide(access.deciding(access.decided.held(Hold.CLOSED, reasons.ACCOUNT_CLOSED)))


def test_an_account_that_is_closed_while_its_joining_is_undone_comes_to_an_end(scenario):
    redemption = scenario.redeem()
    scenario.plex.fail("accept_share", NO)
    scenario.plex.fail("find_share", LOST, times=3)
    scenario.plex.fail("share", NO, after=True)
    scenario.deliver()
    assert scenario.access(redemption).decided.hold is Hold.FAILED
    assert not scenario.access(redemption).is_settled
    scenario.close_account(redemption)
    scenario.drain()
    assert scenario.access(redemption).is_settled
    assert scenario.current(redemption).state is State.FAILED
    assert scenario.plex.share_of(scenario.plex_id(redemption)) is None


def test_a_share_whose_effect_comes_late_is_taken_back_from_a_closed_account(scenario):
    redemption = scenario.redeem()
    account_id = scenario.plex_id(redemption)
    scenario.plex.fail("share", LOST)
    scenario.deliver()
    scenario.later(seconds=1)
    scenario.close_account(redemption)
    scenario.deliver()
    scenario.plex.share_by_hand(account_id, MOVIES, MUSIC, accepted=False)  # as it was asked for
    scenario.drain()
    assert scenario.plex.share_of(account_id) is None
    assert scenario.access(redemption).is_settled


def test_a_managed_user_whose_making_comes_late_is_taken_back(scenario):
    redemption = scenario.redeem_locally(name="Tom", plex_home=True)
    scenario.plex.fail("create_managed", LOST)
    scenario.deliver()
    access = scenario.access(redemption)
    scenario.accesses.decide(access.deciding(access.decided.held(Hold.FAILED, reasons.HOME_FULL)))
    scenario.deliver()
    scenario.plex_owner.create_managed("Tom")
    scenario.drain()
    assert set(scenario.plex.home) <= {scenario.plex.owner.id}
    assert scenario.access(redemption).is_settled


def test_a_late_share_of_ours_is_not_taken_for_another_hand_s(scenario):
    redemption = scenario.redeem()
    account_id = scenario.plex_id(redemption)
    scenario.plex.fail("share", LOST)
    scenario.deliver()
    late = lambda: scenario.plex.share_by_hand(account_id, MOVIES, MUSIC, accepted=False)  # noqa: E731
    meanwhile(scenario, "share", late)
    scenario.drain()
    assert scenario.access(redemption).entry(Part.SHARE).made
    scenario.close_account(redemption)
    scenario.drain()
    assert scenario.plex.share_of(account_id) is None


def test_what_another_hand_shared_is_not_taken_for_a_share_whose_answer_was_lost(scenario):
    redemption = scenario.redeem()
    account_id = scenario.plex_id(redemption)
    scenario.plex.fail("share", LOST)
    scenario.deliver()
    by_hand = scenario.plex.share_by_hand(account_id, SERIES)
    scenario.close_account(redemption)
    scenario.drain()
    assert scenario.plex.share_of(account_id) is by_hand


@pytest.mark.parametrize("hold", [Hold.CLOSED, Hold.SUSPENDED])
def test_what_plex_does_not_remove_is_tried_less_and_less_often_and_for_ever(scenario, member, hold):
    scenario.plex.keeps_removals = False
    decide(scenario, member, hold=hold)
    begun = scenario.now
    for _ in range(PATIENCE + 5):
        scenario.deliver()
    assert scenario.messages[-1].delay > LONGEST_DELAY // 2
    scenario.now = begun + WATCHED_FOR + timedelta(hours=1)
    for _ in range(3):
        scenario.deliver()
    assert scenario.messages
    scenario.plex.keeps_removals = True
    scenario.drain()
    assert scenario.plex.share_of(scenario.plex_id(member)) is None


def test_a_worker_that_crashes_while_it_takes_back_is_never_parked(scenario, member):
    decide(scenario, member, hold=Hold.CLOSED)
    scenario.messages.clear()
    access = scenario.access(member).taken("gone", scenario.now, scenario.now).doing(tries=PATIENCE)
    scenario.accesses.save(access)
    scenario.later(seconds=1)
    scenario.align(member.user.id)
    assert scenario.access(member).done.need == reasons.STUCK
    scenario.drain()
    assert scenario.access(member).is_settled


def test_an_invite_that_cannot_be_removed_is_not_replaced_again_and_again_in_one_run(scenario):
    redemption = scenario.redeem()
    scenario.plex.keeps_removals = False
    scenario.plex.share_by_hand(scenario.plex_id(redemption), SERIES, accepted=False, left_behind=True)
    scenario.plex.calls.clear()
    scenario.deliver()
    assert scenario.plex.calls.count("unshare") == 1


def test_a_member_who_declines_is_not_invited_for_ever(scenario, member):
    decide(scenario, member, hold=Hold.SUSPENDED)
    scenario.drain()
    decide(scenario, member, occasion=Occasion.RESUMED)
    scenario.deliver()
    for _ in range(4):
        scenario.plex.end_shares(scenario.plex_id(member))
        scenario.later(seconds=EFFECT_WITHIN.total_seconds() + 1)
        if scenario.messages:
            scenario.deliver()
    assert scenario.plex.calls.count("share") <= 3  # the joining's, and two for the resumption
    assert scenario.access(member).done.need == reasons.INVITATION_GONE


def test_an_entry_of_before_is_kept_where_a_newer_decision_is_seen(scenario, member):
    account_id = scenario.plex_id(member)
    entry = scenario.access(member).entry(Part.SHARE)
    decide(scenario, member, libraries=(SERIES,))
    scenario.database.let_come_first(lambda: None, lambda: decide(scenario, member, hold=Hold.CLOSED))
    scenario.drain()
    assert entry.mark is Mark.STANDING
    assert scenario.plex.share_of(account_id) is None
