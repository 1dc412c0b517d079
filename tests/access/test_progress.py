from datetime import timedelta

import pytest

from chalicelib.access.progress import State, Step, StepName, StepState, begin_progress
from chalicelib.access.reasons import LINK_PLEX, MUST_ACCEPT, REFUSED_BY_PLEX
from tests.fakes.ports import NOW

LATER = NOW + timedelta(minutes=1)


def states(progress):
    return [(step.name.value, step.state.value) for step in progress.steps]


def test_a_joining_begins_with_the_account_that_is_made():
    fresh = begin_progress(home=False, now=NOW)
    assert states(fresh) == [("account", "done"), ("share", "waiting"), ("accept", "waiting")]
    assert (fresh.state, fresh.reason, fresh.stage, fresh.at) == (State.PENDING, None, StepName.SHARE, NOW)


def test_a_place_in_the_plex_home_comes_before_the_share():
    fresh = begin_progress(home=True, now=NOW)
    assert [step.name for step in fresh.steps] == [StepName.ACCOUNT, StepName.HOME, StepName.SHARE, StepName.ACCEPT]
    assert fresh.stage is StepName.HOME


def test_one_that_needs_plex_first_says_so():
    fresh = begin_progress(home=False, now=NOW, need=LINK_PLEX)
    assert (fresh.state, fresh.reason) == (State.NEEDS_ATTENTION, LINK_PLEX)


def test_at_work_on_a_step_those_before_are_done_and_say_when():
    accepting = begin_progress(home=True, now=NOW).working(StepName.ACCEPT, LATER)
    assert states(accepting) == [("account", "done"), ("home", "done"), ("share", "done"), ("accept", "working")]
    assert (accepting.step(StepName.ACCOUNT).at, accepting.step(StepName.SHARE).at) == (NOW, LATER)
    assert accepting.state is State.SHARED


def test_sharing_once_more_has_accepting_wait():
    again = begin_progress(home=False, now=NOW).working(StepName.ACCEPT, NOW).working(StepName.SHARE, LATER)
    assert states(again) == [("account", "done"), ("share", "working"), ("accept", "waiting")]
    assert again.state is State.PENDING


def test_a_step_that_goes_on_keeps_its_moment():
    working = begin_progress(home=False, now=NOW).working(StepName.SHARE, NOW)
    assert working.working(StepName.SHARE, LATER).step(StepName.SHARE).at == NOW


def test_a_managed_user_without_a_home_step_is_at_work_on_the_share():
    assert begin_progress(home=False, now=NOW).working(StepName.HOME, NOW).stage is StepName.SHARE


def test_what_a_person_has_to_do_stands_at_its_step():
    waiting = begin_progress(home=False, now=NOW).working(StepName.ACCEPT, NOW).in_need(MUST_ACCEPT, LATER)
    assert (waiting.state, waiting.reason) == (State.NEEDS_ATTENTION, MUST_ACCEPT)
    assert waiting.step(StepName.ACCEPT) == Step(StepName.ACCEPT, StepState.NEEDS_ATTENTION, LATER)


def test_done_is_done_in_every_step():
    done = begin_progress(home=True, now=NOW).in_need(MUST_ACCEPT, NOW).waiting_for_owner(NOW).done(LATER)
    assert {step.state for step in done.steps} == {StepState.DONE}
    assert (done.state, done.reason, done.paused, done.at) == (State.DONE, None, False, LATER)


def test_a_failure_stands_at_its_step():
    failed = begin_progress(home=False, now=NOW).working(StepName.SHARE, NOW).failed(REFUSED_BY_PLEX, LATER)
    assert (failed.state, failed.reason) == (State.FAILED, REFUSED_BY_PLEX)
    assert states(failed) == [("account", "done"), ("share", "failed"), ("accept", "waiting")]


@pytest.mark.parametrize("end", [lambda one: one.done(NOW), lambda one: one.failed(None, NOW)], ids=["done", "failed"])
def test_what_is_over_is_open_no_more(end):
    fresh = begin_progress(home=False, now=NOW)
    assert fresh.is_open
    assert not end(fresh).is_open
