from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.access.model import Given
from chalicelib.access.progress import StepName, StepState
from chalicelib.access.reasons import LINK_PLEX, MUST_ACCEPT, REFUSED_BY_PLEX, STUCK
from chalicelib.redemptions.model import WATCHED_FOR, State
from tests.fakes.ports import NOW
from tests.redemptions.builders import DEADLINE, MINUTE, a_redemption, a_shared_redemption, a_taken_redemption

SOON = NOW + MINUTE
INSTANT = timedelta.resolution
FIVE_MINUTES = 5 * MINUTE


def states_of_steps(redemption):
    return [(step.name.value, step.state.value) for step in redemption.steps]


def test_a_person_with_plex_begins_as_pending_and_is_watched_for_a_week():
    fresh = a_redemption()
    assert (fresh.state, fresh.reason, fresh.managed, fresh.plex_id) == (State.PENDING, None, False, 41)
    assert fresh.watched_until == NOW + timedelta(days=7)
    assert (fresh.created_at, fresh.updated_at, fresh.version, fresh.tries) == (NOW, NOW, 0, 0)
    assert (fresh.code, fresh.creator_id, fresh.invited_as, fresh.user.name) == ("AbCdEfGh", "ruth", "maya", "Maya")


def test_a_local_account_has_to_link_plex_first():
    fresh = a_redemption(plex_id=None)
    assert (fresh.state, fresh.reason, fresh.managed) == (State.NEEDS_ATTENTION, LINK_PLEX, False)
    assert fresh.rests


def test_a_local_account_becomes_a_managed_user_where_the_grant_has_the_plex_home():
    fresh = a_redemption(plex_id=None, plex_home=True)
    assert (fresh.state, fresh.reason, fresh.managed) == (State.PENDING, None, True)


def test_a_person_with_plex_is_invited_into_the_home_rather_than_managed():
    assert not a_redemption(plex_home=True).managed


@pytest.mark.parametrize(
    ("state", "in_progress"),
    [
        (State.PENDING, True),
        (State.SHARED, True),
        (State.NEEDS_ATTENTION, True),
        (State.DONE, False),
        (State.FAILED, False),
    ],
)
def test_what_is_neither_done_nor_failed_is_in_progress(state, in_progress):
    assert replace(a_redemption(), state=state).in_progress is in_progress


def test_the_stage_is_the_first_step_that_is_not_done():
    assert a_redemption().stage is StepName.SHARE
    assert a_redemption(plex_home=True).stage is StepName.HOME
    assert a_shared_redemption().stage is StepName.ACCEPT


def test_a_stage_was_begun_once_a_worker_took_it():
    assert not a_redemption().stage_was_begun
    assert a_taken_redemption().stage_was_begun


def test_what_plex_may_have_of_it_names_account_server_and_home():
    assert a_redemption().given == Given(machine_id="machine", plex_id=41)
    managed = a_redemption(plex_id=None, plex_home=True).titled("Maya 2")
    assert managed.given == Given(machine_id="machine", plex_id=None, home=True, home_title="Maya 2")


def test_a_fresh_one_is_due_five_minutes_after_it_was_written():
    assert a_redemption().due_at == NOW + FIVE_MINUTES


def test_one_at_work_is_due_five_minutes_after_its_worker_is_gone():
    assert a_taken_redemption().due_at == DEADLINE + FIVE_MINUTES


def test_one_that_was_let_go_is_due_five_minutes_after_its_next_try():
    let_go = a_taken_redemption().let_go(NOW, NOW + 10 * MINUTE)
    assert let_go.due_at == NOW + 15 * MINUTE


def test_one_that_waits_for_the_owner_is_due_at_its_next_try():
    assert a_redemption().paused(NOW, SOON).due_at == SOON


def test_what_rests_is_never_due():
    assert a_redemption().done(NOW).due_at is None
    assert a_redemption().in_need(NOW, STUCK, None).due_at is None


def test_one_that_needs_attention_rests_unless_it_is_looked_at_again():
    stuck = a_redemption().in_need(NOW, STUCK, None)
    assert stuck.rests
    assert not a_redemption().in_need(NOW, MUST_ACCEPT, SOON).rests
    assert not stuck.taken(NOW, DEADLINE).rests
    assert not stuck.nudged(NOW).rests


def test_one_that_is_pending_does_not_rest_though_nothing_is_planned_for_it():
    assert not a_redemption().rests


@pytest.mark.parametrize("state", [State.DONE, State.FAILED])
def test_one_that_is_over_rests_whatever_was_planned_for_it(state):
    assert replace(a_redemption(), state=state, next_try_at=NOW).rests


def test_a_fresh_one_is_untouched_until_it_is_saved():
    assert a_redemption().is_untouched
    assert not replace(a_redemption(), version=1).is_untouched
    assert not a_redemption(plex_id=None).is_untouched


def test_a_worker_has_it_until_its_deadline():
    taken = a_taken_redemption()
    assert taken.is_taken(DEADLINE - INSTANT)
    assert not taken.is_taken(DEADLINE)
    assert not a_redemption().is_taken(NOW)


def test_a_worker_that_did_not_come_back_by_its_deadline_crashed():
    taken = a_taken_redemption()
    assert not taken.crashed(DEADLINE - INSTANT)
    assert taken.crashed(DEADLINE)
    assert not a_redemption().crashed(DEADLINE)


def test_a_message_may_come_two_seconds_before_its_time_and_no_sooner():
    let_go = a_taken_redemption().let_go(NOW, SOON)
    assert let_go.is_early(SOON - timedelta(seconds=2) - INSTANT)
    assert not let_go.is_early(SOON - timedelta(seconds=2))
    assert not a_redemption().is_early(NOW)


def test_no_message_is_early_while_the_owner_s_token_is_refused():
    assert not a_taken_redemption().paused(NOW, SOON).is_early(NOW)


def test_taking_it_begins_its_step_and_counts_the_try():
    waiting = replace(a_redemption(), next_try_at=NOW, waits_for_owner=True)
    taken = waiting.taken(SOON, DEADLINE + MINUTE)
    assert (taken.working_until, taken.next_try_at, taken.tries) == (DEADLINE + MINUTE, None, 1)
    assert (taken.waits_for_owner, taken.updated_at) == (False, SOON)
    assert states_of_steps(taken) == [("account", "done"), ("share", "working"), ("accept", "waiting")]
    assert taken.step(StepName.SHARE).at == SOON
    assert taken.taken(SOON, DEADLINE).tries == 2


def test_taking_one_that_needs_attention_leaves_it_shown_so():
    stuck = a_taken_redemption().in_need(NOW, STUCK, SOON)
    taken = stuck.taken(SOON, DEADLINE)
    assert (taken.state, taken.reason) == (State.NEEDS_ATTENTION, STUCK)
    assert taken.step(StepName.SHARE).state is StepState.NEEDS_ATTENTION
    assert taken.working_until == DEADLINE


def test_letting_it_go_says_when_it_is_tried_again():
    let_go = a_taken_redemption().let_go(SOON, SOON + MINUTE)
    assert (let_go.working_until, let_go.next_try_at, let_go.updated_at) == (None, SOON + MINUTE, SOON)
    assert let_go.tries == 1


def test_waiting_for_the_owner_does_not_count_as_a_try():
    paused = a_taken_redemption().paused(NOW, SOON)
    assert (paused.tries, paused.waits_for_owner, paused.next_try_at, paused.working_until) == (0, True, SOON, None)


def test_waiting_once_more_takes_no_tries_away():
    tried = replace(a_redemption(), tries=3)
    assert tried.paused(NOW, SOON).tries == 3
    assert replace(a_taken_redemption(), tries=0).paused(NOW, SOON).tries == 0


def test_a_nudge_brings_it_back_at_once_with_all_its_patience():
    tired = replace(a_taken_redemption().in_need(NOW, STUCK, None), tries=10, waits_for_owner=True)
    nudged = tired.nudged(SOON)
    assert (nudged.next_try_at, nudged.tries, nudged.waits_for_owner) == (SOON, 0, False)
    assert (nudged.watched_until, nudged.updated_at) == (SOON + WATCHED_FOR, SOON)
    assert (nudged.state, nudged.reason) == (State.NEEDS_ATTENTION, STUCK)


def test_linking_plex_has_it_go_on_as_pending():
    linked = a_redemption(plex_id=None).linked(SOON, plex_id=41, invited_as="maya@example.org")
    assert (linked.state, linked.reason, linked.next_try_at) == (State.PENDING, None, SOON)
    assert (linked.plex_id, linked.invited_as) == (41, "maya@example.org")


def test_a_place_at_home_ends_that_step_and_begins_the_share():
    home = a_redemption(plex_home=True).taken(NOW, DEADLINE).titled("Maya").at_home(SOON, 42)
    assert (home.plex_id, home.home_title, home.tries, home.state) == (42, "Maya", 0, State.PENDING)
    assert [step.state.value for step in home.steps] == ["done", "done", "working", "waiting"]
    assert home.step(StepName.HOME).at == SOON


def test_a_share_ends_that_step_begins_accepting_and_is_over_an_earlier_reason():
    needy = a_taken_redemption().in_need(NOW, STUCK, SOON).taken(SOON, DEADLINE)
    shared = needy.shared(SOON, "77")
    assert (shared.state, shared.reason, shared.share_id, shared.tries) == (State.SHARED, None, "77", 0)
    assert states_of_steps(shared) == [("account", "done"), ("share", "done"), ("accept", "working")]


def test_a_share_that_is_not_there_after_all_is_shared_again():
    again = replace(a_shared_redemption(), reason=MUST_ACCEPT).unshared(SOON)
    assert (again.state, again.reason, again.share_id, again.updated_at) == (State.PENDING, None, None, SOON)
    assert states_of_steps(again) == [("account", "done"), ("share", "working"), ("accept", "waiting")]


def test_once_it_is_done_every_step_is_and_nothing_is_planned():
    done = replace(a_shared_redemption(), next_try_at=SOON, waits_for_owner=True, reason=MUST_ACCEPT).done(SOON)
    assert (done.state, done.reason, done.next_try_at, done.working_until) == (State.DONE, None, None, None)
    assert (done.waits_for_owner, done.updated_at) == (False, SOON)
    assert {step.state for step in done.steps} == {StepState.DONE}


def test_one_that_needs_attention_shows_it_at_its_step():
    needy = a_shared_redemption().in_need(SOON, MUST_ACCEPT, SOON + MINUTE)
    assert (needy.state, needy.reason, needy.next_try_at) == (State.NEEDS_ATTENTION, MUST_ACCEPT, SOON + MINUTE)
    assert (needy.working_until, needy.updated_at) == (None, SOON)
    assert states_of_steps(needy) == [("account", "done"), ("share", "done"), ("accept", "needs_attention")]


def test_one_is_looked_at_again_until_its_watch_ends():
    watched_until = a_redemption().watched_until
    assert a_redemption().in_need(NOW, STUCK, watched_until).next_try_at == watched_until
    assert a_redemption().in_need(NOW, STUCK, watched_until + INSTANT).next_try_at is None


def test_giving_up_says_why_it_will_have_failed_and_is_as_patient_as_a_new_step():
    giving_up = a_taken_redemption().given_up(SOON, REFUSED_BY_PLEX)
    assert (giving_up.giving_up, giving_up.tries, giving_up.updated_at) == (REFUSED_BY_PLEX, 0, SOON)
    assert giving_up.state is State.PENDING


def test_once_it_failed_its_step_did_for_the_reason_that_it_was_given_up():
    failed = a_taken_redemption().given_up(NOW, REFUSED_BY_PLEX).failed(SOON)
    assert (failed.state, failed.reason, failed.working_until) == (State.FAILED, REFUSED_BY_PLEX, None)
    assert states_of_steps(failed) == [("account", "done"), ("share", "failed"), ("accept", "waiting")]
