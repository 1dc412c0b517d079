from datetime import timedelta

from chalicelib.access.progress import Step, StepName, StepState, first_steps
from tests.fakes.ports import NOW
from tests.redemptions.builders import a_grant

LATER = NOW + timedelta(minutes=1)


def test_the_steps_of_a_new_redemption_begin_with_the_account_that_is_made():
    assert first_steps(a_grant(), NOW) == (
        Step(StepName.ACCOUNT, StepState.DONE, NOW),
        Step(StepName.SHARE, StepState.WAITING),
        Step(StepName.ACCEPT, StepState.WAITING),
    )


def test_a_place_in_the_plex_home_comes_before_the_share():
    steps = first_steps(a_grant(plex_home=True), NOW)
    assert [step.name for step in steps] == [StepName.ACCOUNT, StepName.HOME, StepName.SHARE, StepName.ACCEPT]
    assert steps[1] == Step(StepName.HOME, StepState.WAITING)


def test_a_step_that_is_done_says_when():
    assert Step(StepName.SHARE, StepState.WORKING, NOW).done(LATER) == Step(StepName.SHARE, StepState.DONE, LATER)


def test_a_step_that_was_done_already_keeps_its_moment():
    done = Step(StepName.SHARE, StepState.DONE, NOW)
    assert done.done(LATER) == done


def test_sharing_once_more_begins_the_share_anew_and_has_accepting_wait():
    share, accept = Step(StepName.SHARE, StepState.DONE, NOW), Step(StepName.ACCEPT, StepState.WORKING, NOW)
    assert share.back_to_sharing(LATER) == Step(StepName.SHARE, StepState.WORKING, LATER)
    assert accept.back_to_sharing(LATER) == Step(StepName.ACCEPT, StepState.WAITING)


def test_sharing_once_more_leaves_the_account_and_the_home_as_they_are():
    for step in (Step(StepName.ACCOUNT, StepState.DONE, NOW), Step(StepName.HOME, StepState.DONE, NOW)):
        assert step.back_to_sharing(LATER) == step
