from datetime import timedelta

import pytest

from chalicelib.access import reasons
from chalicelib.access.acting import prepared
from chalicelib.access.aligning import PATIENCE, Aligned, ResendingWork
from chalicelib.access.model import EFFECT_WITHIN, Begun, Part
from chalicelib.access.nudging import Nudging
from chalicelib.access.pauses import begin_pause
from chalicelib.access.progress import State, StepName, StepState
from chalicelib.access.reasons import libraries_gone
from chalicelib.access.steps import StepName as Asked
from chalicelib.common.ports import RetryLater
from chalicelib.common.records import replace
from chalicelib.plex.errors import OwnerTokenRefused, PlexRefused, TemporaryPlexError
from tests.fakes.plex import MOVIES, MUSIC, SERIES
from tests.redemptions.scenario import FUNCTION_TIME

UNWELL = TemporaryPlexError("down")
LOST = TemporaryPlexError("the answer was lost")
NO = PlexRefused("no", status=403)
VOID = OwnerTokenRefused("the owner's token")


def calls_after(scenario, act):
    """What Plex is asked during it."""
    scenario.plex.calls.clear()
    act()
    return scenario.plex.calls


def nudge(scenario, redemption):
    scenario.use(Nudging).nudge(redemption.user.id, now=scenario.now)


def crash(scenario, redemption, step, *, tries=1):
    """A worker was about to ask for that, and never came back."""
    taken = prepared(step, scenario.access(redemption), scenario.now).beginning(step.value, scenario.now)
    taken = taken.taken("gone", scenario.now, scenario.now)
    scenario.accesses.save(taken.doing(tries=tries, begun=Begun(step.value, scenario.now)))


def sent(scenario):
    return [(message.id, message.delay) for message in scenario.messages]


def test_one_message_brings_a_person_all_the_way(scenario):
    redemption = scenario.redeem(downloads=True)
    assert calls_after(scenario, scenario.deliver) == ["share", "accept_share", "find_share"]
    assert scenario.must_be_settled(redemption).state is State.DONE
    assert scenario.messages == []


def test_with_a_place_at_home_the_person_joins_and_accepts_at_once(scenario):
    redemption = scenario.redeem(plex_home=True)
    asked = calls_after(scenario, scenario.deliver)
    assert asked == ["is_at_home", "invite_home", "share", "join_home", "home_members", "find_share"]
    assert scenario.must_be_settled(redemption).state is State.DONE


def test_a_local_account_becomes_a_managed_user_of_the_same_name(scenario):
    redemption = scenario.redeem_locally(name="Tom", plex_home=True)
    assert calls_after(scenario, scenario.deliver) == ["home_members", "create_managed", "share", "find_share"]
    assert scenario.must_be_settled(redemption).state is State.DONE
    assert scenario.access(redemption).done.title == "Tom"
    assert scenario.plex.accounts[scenario.plex_id(redemption)].name == "Tom"


def test_a_managed_user_of_the_same_title_is_another_person(scenario):
    theirs = scenario.plex_owner.create_managed("tom")
    redemption = scenario.redeem_locally(name="Tom", plex_home=True)
    scenario.deliver()
    settled = scenario.must_be_settled(redemption)
    assert scenario.access(settled).done.title == "Tom 2"
    assert scenario.plex_id(settled) != theirs


def test_a_share_that_needs_no_accepting_is_all_there_is_to_do(scenario):
    scenario.plex.accepts_at_once = True
    redemption = scenario.redeem()
    assert calls_after(scenario, scenario.deliver) == ["share", "find_share"]
    assert scenario.must_be_settled(redemption).state is State.DONE


def test_a_place_at_home_is_taken_though_the_share_needs_no_accepting(scenario):
    scenario.plex.accepts_at_once = True
    redemption = scenario.redeem(plex_home=True)
    scenario.deliver()
    assert scenario.must_be_settled(redemption).state is State.DONE


def test_what_came_of_it_is_told_with_whether_this_message_changed_it(scenario):
    redemption = scenario.redeem()
    provisioned = scenario.deliver()
    assert provisioned == Aligned(scenario.access(redemption), changed=True, joining=redemption.id)


def test_the_steps_tell_when_each_was_done(scenario):
    redemption = scenario.redeem()
    scenario.later(seconds=3)
    scenario.deliver()
    done = scenario.current(redemption)
    assert [step.state for step in done.steps] == [StepState.DONE] * 3
    assert done.step(StepName.SHARE).at == done.step(StepName.ACCEPT).at == scenario.now
    assert scenario.access(done).entry(Part.SHARE).share_id == scenario.plex.share_of(scenario.plex_id(done)).id


def test_what_the_person_s_plex_accepted_shows_at_once_and_is_done_by_a_read(scenario):
    shown: list[tuple[State, list[StepState]]] = []

    def before_call():
        if scenario.plex.calls[-1] == "find_share":
            progress = scenario.current(redemption)
            shown.append((progress.state, [step.state for step in progress.steps if step.name is StepName.ACCEPT]))

    redemption = scenario.redeem()
    scenario.plex.before_call = before_call
    scenario.drain()
    assert shown == [(State.SHARED, [StepState.DONE])]
    assert scenario.current(redemption).state is State.DONE


def test_a_message_that_comes_again_changes_nothing(scenario):
    redemption = scenario.redeem()
    scenario.deliver()
    done = scenario.access(redemption)
    scenario.plex.calls.clear()
    assert scenario.align(redemption.user.id) == Aligned(done, changed=False)
    assert (scenario.access(redemption), scenario.plex.calls) == (done, [])


def test_a_message_that_comes_too_early_changes_nothing(scenario):
    redemption = scenario.redeem()
    scenario.plex.fail("share", UNWELL)
    scenario.deliver()
    waiting = scenario.access(redemption)
    scenario.plex.calls.clear()
    scenario.now = waiting.done.next_try_at - timedelta(seconds=3)
    assert scenario.align(redemption.user.id) == Aligned(waiting, changed=False, joining=redemption.id)
    assert scenario.plex.calls == []


def test_one_that_waits_to_be_linked_is_left_alone(scenario):
    redemption = scenario.redeem_locally()
    waiting = scenario.access(redemption)
    assert scenario.align(redemption.user.id) == Aligned(waiting, changed=False, joining=redemption.id)
    assert scenario.plex.calls == []


def test_while_a_worker_has_it_the_message_comes_again_once_that_one_is_gone(scenario):
    redemption = scenario.redeem()
    until = scenario.now + timedelta(seconds=41.5)
    taken = scenario.accesses.save(scenario.access(redemption).taken("another", until, scenario.now))
    with pytest.raises(RetryLater) as later:
        scenario.align(redemption.user.id)
    assert later.value.seconds == 42
    assert scenario.access(redemption) == taken


def test_a_worker_has_it_until_its_deadline(scenario):
    redemption, taken = scenario.redeem(), []
    scenario.plex.before_call = lambda: taken.append(scenario.access(redemption).lease_until)
    scenario.deliver()
    assert taken[0] == scenario.now + FUNCTION_TIME
    assert scenario.access(redemption).lease_until is None


def test_of_two_workers_at_once_one_asks_plex(scenario):
    redemption = scenario.redeem()
    scenario.plex.calls.clear()
    until = scenario.now + timedelta(seconds=60)
    taken = scenario.access(redemption).taken("another", until, scenario.now)
    scenario.database.let_come_first(lambda: scenario.accesses.save(taken))
    with pytest.raises(RetryLater) as later:
        scenario.align(redemption.user.id)
    assert (later.value.seconds, scenario.plex.calls) == (1, [])


def test_a_worker_that_crashed_is_followed_by_one_that_looks_first(scenario):
    redemption = scenario.redeem()
    crash(scenario, redemption, Asked.SHARE)
    scenario.plex_owner.share(scenario.plex_id(redemption), redemption.grant)
    asked = calls_after(scenario, scenario.deliver)
    assert asked[0] == "find_share"
    assert "share" not in asked
    assert scenario.must_be_settled(redemption).state is State.DONE


def test_a_worker_that_crashed_in_the_home_is_followed_by_one_that_looks_first(scenario):
    redemption = scenario.redeem(plex_home=True)
    crash(scenario, redemption, Asked.INVITE_HOME)
    scenario.plex_owner.invite_home(redemption.user.name)
    scenario.drain()
    assert scenario.plex.calls.count("invite_home") == 1
    assert scenario.must_be_settled(redemption).state is State.DONE


def test_one_whose_workers_crash_every_time_is_shown_as_stuck_and_goes_on_at_a_click(scenario):
    redemption = scenario.redeem()
    crash(scenario, redemption, Asked.SHARE, tries=PATIENCE)
    scenario.plex.calls.clear()
    scenario.deliver()
    stuck = scenario.current(redemption)
    assert (stuck.state, stuck.reason) == (State.NEEDS_ATTENTION, reasons.STUCK)
    assert scenario.access(redemption).due_at is None
    assert (scenario.plex.calls, scenario.messages) == ([], [])
    nudge(scenario, redemption)
    scenario.drain()
    assert scenario.must_be_settled(redemption).state is State.DONE


def test_one_whose_workers_crashed_less_often_is_tried_again(scenario):
    redemption = scenario.redeem()
    crash(scenario, redemption, Asked.SHARE, tries=PATIENCE - 1)
    scenario.deliver()
    assert scenario.must_be_settled(redemption).state is State.DONE


def test_one_that_was_tried_often_without_crashing_is_tried_again(scenario):
    redemption = scenario.redeem()
    scenario.accesses.save(scenario.access(redemption).doing(tries=PATIENCE, edition=1))
    scenario.deliver()
    assert scenario.must_be_settled(redemption).state is State.DONE


def test_a_failure_is_tried_again_after_a_wait_that_doubles_up_to_a_quarter_of_an_hour(scenario):
    redemption = scenario.redeem()
    scenario.plex.fail("share", UNWELL, times=None)
    delays = []
    for _ in range(12):
        scenario.deliver()
        ((id_, delay),) = sent(scenario)
        waiting = scenario.access(redemption)
        assert (id_, waiting.done.next_try_at) == (redemption.user.id, scenario.now + timedelta(seconds=delay))
        assert waiting.lease is None
        delays.append(delay)
    assert delays == [2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]


@pytest.mark.parametrize(("chance", "delay"), [(0.0, 12), (1.0, 20)])
def test_those_that_failed_together_are_not_tried_again_together(scenario, monkeypatch, chance, delay):
    monkeypatch.setattr(type(scenario), "chance", lambda _: chance)
    scenario.redeem()
    scenario.plex.fail("share", UNWELL, times=None)
    for _ in range(4):
        scenario.deliver()
    assert sent(scenario)[0][1] == delay


@pytest.mark.parametrize(("asked", "delay"), [(77, 77), (5000, 900), (0, 2)])
def test_plex_tv_is_given_the_time_that_it_asks_for(scenario, asked, delay):
    redemption = scenario.redeem()
    scenario.plex.fail("share", TemporaryPlexError("busy", retry_after=asked))
    scenario.deliver()
    assert sent(scenario) == [(redemption.user.id, delay)]


def test_what_fails_again_and_again_is_shown_as_needing_attention_and_goes_on_by_itself(scenario):
    redemption = scenario.redeem()
    scenario.plex.fail("share", UNWELL, times=None)
    for _ in range(PATIENCE - 1):
        scenario.deliver()
    assert scenario.current(redemption).state is State.PENDING
    scenario.deliver()
    shown = scenario.current(redemption)
    assert (shown.state, shown.reason) == (State.NEEDS_ATTENTION, reasons.PLEX_UNWELL)
    assert shown.step(StepName.SHARE).state is StepState.NEEDS_ATTENTION
    scenario.plex.faults.clear()
    scenario.drain()
    assert scenario.must_be_settled(redemption).state is State.DONE


def test_a_step_that_went_well_renews_the_patience(scenario):
    redemption = scenario.redeem()
    scenario.plex.fail("share", UNWELL, times=PATIENCE - 1)
    scenario.plex.fail("accept_share", UNWELL, times=None)
    scenario.plex.fail("accept_matching", UNWELL, times=PATIENCE - 2)
    for _ in range(PATIENCE + 3):
        scenario.deliver()
        assert scenario.current(redemption).state is not State.NEEDS_ATTENTION


def test_what_never_works_is_tried_for_a_week_and_then_rests_until_a_click(scenario):
    redemption = scenario.redeem()
    scenario.plex.fail("share", UNWELL, times=None)
    scenario.drain()
    resting = scenario.current(redemption)
    assert (resting.state, resting.reason) == (State.NEEDS_ATTENTION, reasons.PLEX_UNWELL)
    assert scenario.access(redemption).due_at is None
    assert timedelta(days=6, hours=23) < scenario.now - redemption.created_at <= timedelta(days=7)
    scenario.plex.faults.clear()
    nudge(scenario, redemption)
    scenario.deliver()
    assert scenario.current(redemption).reason == reasons.MUST_ACCEPT  # the person's token is gone long since
    scenario.plex.accept_by_hand(scenario.plex_id(redemption))
    scenario.drain()
    assert scenario.must_be_settled(redemption).state is State.DONE


def test_a_failure_keeps_the_reason_that_a_person_was_told(scenario):
    scenario.plex.fail("accept_share", NO)
    redemption = scenario.redeem()
    scenario.deliver()
    assert scenario.current(redemption).reason == reasons.MUST_ACCEPT
    scenario.plex.fail("find_share", UNWELL)
    scenario.deliver()
    assert scenario.current(redemption).reason == reasons.MUST_ACCEPT


def test_what_plex_refuses_fails_and_gives_the_use_back(scenario):
    scenario.plex.fail("share", NO)
    redemption = scenario.redeem()
    scenario.deliver()
    settled = scenario.must_be_settled(redemption)
    assert (settled.state, settled.reason) == (State.FAILED, reasons.REFUSED_BY_PLEX)
    assert settled.step(StepName.SHARE).state is StepState.FAILED
    assert scenario.messages == []


NAMED = (MOVIES.id, MUSIC.id)


def test_libraries_that_are_gone_are_named(scenario):
    redemption = scenario.redeem(scenario.invite(libraries=NAMED))
    scenario.plex.remove_library(MUSIC)
    scenario.drain()
    assert scenario.must_be_settled(redemption).reason == libraries_gone([MUSIC])


@pytest.mark.parametrize("libraries", ["all", "default"])
def test_an_invite_that_names_no_library_gives_what_is_there(scenario, libraries):
    redemption = scenario.redeem(scenario.invite(libraries=libraries))
    scenario.plex.remove_library(MUSIC)
    scenario.drain()
    settled = scenario.must_be_settled(redemption)
    assert (settled.state, MUSIC in settled.grant.libraries) == (State.DONE, False)


@pytest.mark.parametrize("libraries", ["all", "default"])
def test_a_library_that_was_made_again_takes_the_place_of_the_earlier_one(scenario, libraries):
    """The default names its libraries."""
    redemption = scenario.redeem(scenario.invite(libraries=libraries))
    again = replace(MUSIC, id="140000199", key="9")
    scenario.plex.remove_library(MUSIC)
    scenario.plex.server.libraries.append(again)
    scenario.drain()
    settled = scenario.must_be_settled(redemption)
    assert (settled.state, again in settled.grant.libraries) == (State.DONE, True)
    assert scenario.database.settings.default_libraries == (MOVIES.id, again.id)


def test_where_nothing_of_it_is_left_the_invite_gives_nothing(scenario):
    redemption = scenario.redeem()
    for library in (MOVIES, MUSIC):
        scenario.plex.remove_library(library)
    scenario.drain()
    assert scenario.must_be_settled(redemption).reason == libraries_gone([MOVIES, MUSIC])


def test_libraries_that_cannot_be_read_are_waited_for_and_then_the_invite_gives_nothing(scenario):
    redemption = scenario.redeem()
    scenario.plex.remove_library(MUSIC)
    scenario.plex.fail("libraries", UNWELL, times=None)
    for _ in range(40):
        if scenario.current(redemption).in_progress:
            scenario.deliver()
    assert scenario.must_be_settled(redemption).reason == libraries_gone([MUSIC])


def test_a_server_that_is_gone_fails(scenario):
    redemption = scenario.redeem(scenario.invite(libraries=NAMED))
    scenario.plex.remove_server()
    scenario.drain()
    assert scenario.must_be_settled(redemption).reason == libraries_gone([MOVIES, MUSIC])


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"home_limit": 1}, reasons.HOME_FULL),
        ({"plex_pass": False}, reasons.PLEX_PASS_MISSING),
    ],
    ids=["full", "no Plex Pass"],
)
def test_a_home_that_cannot_take_the_person_fails_for_that_reason(scenario, change, reason):
    for name, value in change.items():
        setattr(scenario.plex, name, value)
    redemption = scenario.redeem(plex_home=True)
    scenario.drain()
    assert scenario.must_be_settled(redemption).reason == reason


def test_what_was_given_before_the_refusal_is_taken_back(scenario):
    scenario.plex.fail("share", NO)
    redemption = scenario.redeem(plex_home=True)
    scenario.drain()
    assert scenario.must_be_settled(redemption).state is State.FAILED


def test_a_managed_user_that_is_made_although_plex_refused_is_the_one_that_joins(scenario):
    scenario.plex.fail("create_managed", NO, after=True)
    redemption = scenario.redeem_locally(plex_home=True)
    scenario.drain()
    assert scenario.must_be_settled(redemption).state is State.DONE
    assert scenario.plex.calls.count("create_managed") == 1


def test_a_managed_user_is_taken_back_where_the_joining_fails(scenario):
    scenario.plex.fail("share", NO)
    redemption = scenario.redeem_locally(plex_home=True)
    scenario.drain()
    assert scenario.must_be_settled(redemption).state is State.FAILED
    assert scenario.plex.home == [scenario.plex.owner.id]


def test_a_managed_user_that_was_refused_has_nothing_to_take_back(scenario):
    scenario.plex.fail("create_managed", NO)
    redemption = scenario.redeem_locally(plex_home=True)
    scenario.drain()
    assert scenario.must_be_settled(redemption).reason == reasons.NOT_TAKEN_INTO_HOME


def test_nothing_is_given_back_before_plex_has_nothing_left_of_it(scenario):
    scenario.plex.fail("share", NO, after=True)
    scenario.plex.fail("unshare", UNWELL, times=4)
    redemption = scenario.redeem()
    scenario.deliver()
    for _ in range(3):
        assert scenario.current(redemption).state is State.PENDING
        assert scenario.access(redemption).decided.reason == reasons.REFUSED_BY_PLEX
        assert scenario.database.invites[redemption.code].uses == 1
        assert "share" not in calls_after(scenario, scenario.deliver)
    scenario.drain()
    assert scenario.must_be_settled(redemption).reason == reasons.REFUSED_BY_PLEX


def test_giving_up_is_as_patient_as_a_step(scenario):
    redemption = scenario.redeem()
    scenario.accesses.save(scenario.access(redemption).doing(tries=PATIENCE - 1, edition=1))
    scenario.plex.fail("share", NO)
    scenario.plex.fail("find_share", UNWELL)
    scenario.deliver()
    assert (scenario.current(redemption).state, sent(scenario)[0][1]) == (State.PENDING, 1)


def test_a_claim_that_another_writer_undid_is_not_undone_twice(scenario):
    redemption = scenario.redeem()
    scenario.plex.fail("share", NO)
    held_by_another = {f"plex#{scenario.plex_id(redemption)}": "another"}
    scenario.plex.before_call = lambda: scenario.database.identities.update(held_by_another)
    scenario.align(redemption.user.id)
    assert scenario.database.invites[redemption.code].uses == 1
    assert not scenario.access(redemption).is_settled
    assert scenario.messages


def test_an_invite_that_shows_late_is_accepted_then(scenario):
    scenario.plex.shown_to_person_after = timedelta(seconds=40)
    redemption = scenario.redeem()
    scenario.deliver()
    shared = scenario.current(redemption)
    assert (shared.state, shared.progress.stage, shared.reason) == (State.SHARED, StepName.ACCEPT, None)
    scenario.drain()
    assert scenario.must_be_settled(redemption).state is State.DONE
    assert scenario.now - redemption.created_at < timedelta(minutes=2)


def test_an_address_that_is_not_verified_needs_the_person_and_goes_on_by_itself_afterwards(scenario):
    emil = scenario.plex.add_person("emil", confirmed=False).id
    redemption = scenario.redeem(account_id=emil)
    scenario.deliver()
    waiting = scenario.current(redemption)
    assert (waiting.state, waiting.reason) == (State.NEEDS_ATTENTION, reasons.VERIFY_EMAIL)
    assert sent(scenario) == [(redemption.user.id, 1)]
    scenario.plex.change_person(emil, confirmed=True)
    scenario.drain()
    assert scenario.must_be_settled(redemption).state is State.DONE


def must_accept_by_hand(scenario):
    """Plex knows no way to accept on the person's behalf."""
    scenario.plex.fail("accept_share", NO, times=None)
    scenario.plex.fail("accept_matching", NO, times=None)
    return scenario.redeem()


def test_once_the_token_is_gone_the_person_must_accept_and_it_goes_on_when_they_did(scenario):
    redemption = must_accept_by_hand(scenario)
    while scenario.now - redemption.created_at < timedelta(hours=1):
        scenario.deliver()
    assert scenario.tokens.latest(redemption.id, now=scenario.now) is None
    scenario.plex.calls.clear()
    scenario.deliver()
    assert scenario.current(redemption).reason == reasons.MUST_ACCEPT
    assert scenario.plex.calls == ["find_share"]
    scenario.plex.accept_by_hand(scenario.plex_id(redemption))
    scenario.deliver()
    assert scenario.must_be_settled(redemption).state is State.DONE


def test_an_invite_that_was_declined_by_hand_gives_the_use_back(scenario):
    redemption = must_accept_by_hand(scenario)
    scenario.deliver()
    scenario.plex.end_shares(scenario.plex_id(redemption))
    scenario.drain()
    assert scenario.must_be_settled(redemption).reason == reasons.INVITATION_GONE


def test_a_person_who_never_accepts_is_looked_at_for_a_week(scenario):
    redemption = must_accept_by_hand(scenario)
    scenario.drain()
    resting = scenario.current(redemption)
    assert (resting.state, resting.reason) == (State.NEEDS_ATTENTION, reasons.MUST_ACCEPT)
    assert scenario.access(redemption).due_at is None
    assert timedelta(days=6, hours=23) < scenario.now - redemption.created_at <= timedelta(days=7)


def test_a_share_that_plex_does_not_show_yet_is_looked_for_rather_than_made_again(scenario):
    scenario.plex.shown_to_owner_after = timedelta(seconds=5)
    redemption = scenario.redeem()
    scenario.drain()
    assert scenario.must_be_settled(redemption).state is State.DONE
    assert scenario.plex.calls.count("share") == 1


def test_a_share_that_was_seen_and_vanished_is_made_again_at_once(scenario):
    scenario.plex.shown_to_person_after = timedelta(seconds=1)
    redemption = scenario.redeem()
    scenario.deliver()
    scenario.plex.end_shares(scenario.plex_id(redemption))
    assert "share" in calls_after(scenario, scenario.deliver)
    scenario.drain()
    assert scenario.must_be_settled(redemption).state is State.DONE


def test_a_share_that_was_never_seen_is_made_again_after_a_minute(scenario):
    """Its effect may be late: what is absent sooner tells nothing."""
    scenario.plex.shown_to_owner_after = scenario.plex.shown_to_person_after = timedelta(seconds=20)
    redemption = scenario.redeem()
    scenario.deliver()
    scenario.plex.end_shares(scenario.plex_id(redemption))
    while scenario.now + timedelta(seconds=scenario.messages[0].delay) < redemption.created_at + EFFECT_WITHIN:
        assert "share" not in calls_after(scenario, scenario.deliver)
    scenario.drain()
    assert scenario.must_be_settled(redemption).state is State.DONE
    assert scenario.plex.calls.count("share") == 1
    assert scenario.now - redemption.created_at < timedelta(minutes=3)


def test_a_share_made_by_hand_meanwhile_is_brought_to_the_grant(scenario):
    redemption = scenario.redeem(live_tv=True)
    scenario.plex.share_by_hand(scenario.plex_id(redemption), SERIES)
    scenario.drain()
    assert scenario.must_be_settled(redemption).state is State.DONE


def test_a_share_that_cannot_be_brought_to_the_grant_fails_in_the_end(scenario):
    scenario.plex.keeps_corrections = False
    redemption = scenario.redeem()
    scenario.plex.share_by_hand(scenario.plex_id(redemption), SERIES)
    scenario.drain()
    assert scenario.must_be_settled(redemption).reason == reasons.NOT_AS_GRANTED


def test_a_share_that_goes_away_a_second_time_was_declined(scenario):
    scenario.plex.shown_to_person_after = timedelta(hours=1)
    redemption = scenario.redeem()
    while scenario.current(redemption).in_progress:
        scenario.plex.end_shares(scenario.plex_id(redemption))
        scenario.deliver()
    assert scenario.must_be_settled(redemption).reason == reasons.INVITATION_GONE
    assert scenario.plex.calls.count("share") == 2


def test_what_another_hand_had_shared_is_put_back_where_the_redemption_fails(scenario):
    redemption = scenario.redeem(plex_home=True)
    by_hand = scenario.plex.share_by_hand(scenario.plex_id(redemption), SERIES, downloads=True)
    scenario.plex.fail("join_home", PlexRefused("no", status=403), times=None)
    for _ in range(3):
        scenario.deliver()
    assert by_hand.library_ids == {MOVIES.id, MUSIC.id}
    scenario.close_account(redemption)
    scenario.drain()
    assert (by_hand.library_ids, by_hand.downloads) == ({SERIES.id}, True)
    assert scenario.plex.share_of(scenario.plex_id(redemption)) is by_hand


def test_downloads_that_plex_refuses_are_left_out_and_the_rest_is_given(scenario):
    scenario.plex.plex_pass, scenario.plex.downloads_need_plex_pass = False, True
    redemption = scenario.redeem(downloads=True)
    scenario.drain()
    done = scenario.current(redemption)
    assert (done.state, done.progress.without_downloads, done.grant.features.downloads) == (State.DONE, True, True)
    assert scenario.plex.share_of(scenario.plex_id(redemption)).downloads is False


def test_where_the_way_into_the_home_is_gone_the_person_joins_by_hand_and_it_goes_on(scenario):
    scenario.plex.fail("join_home", PlexRefused("gone", status=410), times=None)
    redemption = scenario.redeem(plex_home=True)
    for _ in range(8):
        scenario.deliver()
    waiting = scenario.current(redemption)
    assert (waiting.state, waiting.reason) == (State.NEEDS_ATTENTION, reasons.ACCEPT_HOME)
    scenario.plex.join_home_by_hand(scenario.plex_id(redemption))
    scenario.drain()
    assert scenario.must_be_settled(redemption).state is State.DONE


def test_while_the_owner_s_token_is_refused_the_person_s_place_is_kept(scenario):
    scenario.plex.takes_owner_token = False
    redemption = scenario.redeem()
    scenario.deliver()
    shown, paused = scenario.current(redemption), scenario.access(redemption)
    assert (shown.state, shown.reason, shown.progress.paused) == (State.PENDING, None, True)
    assert (paused.done.waits_for_owner, paused.done.tries, paused.lease) == (True, 0, None)
    assert paused.done.next_try_at == scenario.now + timedelta(seconds=15)
    assert scenario.accesses.pause() == begin_pause(scenario.now, "1")
    assert scenario.database.invites[redemption.code].uses == 1
    assert sent(scenario) == [(redemption.user.id, 15)]


def test_meanwhile_the_others_do_not_ask_plex(scenario):
    scenario.plex.takes_owner_token = False
    scenario.redeem()
    scenario.deliver()
    scenario.messages.clear()
    scenario.later(seconds=5)
    other = scenario.redeem()
    assert calls_after(scenario, scenario.deliver) == []
    paused, pause = scenario.access(other).done, scenario.accesses.pause()
    assert (paused.waits_for_owner, paused.next_try_at, paused.tries) == (True, pause.next_probe_at, 0)
    assert scenario.messages == []


def test_the_token_is_probed_later_and_later_with_one_call(scenario):
    scenario.plex.takes_owner_token = False
    redemption = scenario.redeem()
    scenario.deliver()
    delays = []
    for _ in range(6):
        assert calls_after(scenario, scenario.deliver) == ["library_ids"]
        delays.append(sent(scenario)[0][1])
    assert delays == [30, 60, 120, 240, 300, 300]
    assert scenario.access(redemption).done.tries == 0


def test_everyone_goes_on_once_plex_takes_the_same_token_again(scenario):
    """401 was plex.tv's own mistake."""
    scenario.plex.takes_owner_token = False
    people = [scenario.redeem() for _ in range(4)]
    for _ in people:
        scenario.deliver()
    scenario.plex.takes_owner_token = True
    scenario.drain()
    assert scenario.accesses.pause() is None
    for redemption in people:
        assert scenario.must_be_settled(redemption).state is State.DONE
    assert scenario.now - people[0].created_at < timedelta(minutes=1)


def test_everyone_goes_on_once_the_token_is_renewed(scenario):
    scenario.plex.takes_owner_token = False
    people = [scenario.redeem() for _ in range(4)]
    for _ in people:
        scenario.deliver()
    scenario.keep_owner_token("another")
    scenario.plex.takes_owner_token = True
    scenario.pausing.end_if_token_changed()
    while scenario.messages:
        scenario.deliver()
    for redemption in people:
        assert scenario.must_be_settled(redemption).state is State.DONE


def test_a_renewed_token_is_tried_before_the_next_probe(scenario):
    scenario.plex.takes_owner_token = False
    scenario.redeem()
    scenario.deliver()
    scenario.messages.clear()
    scenario.keep_owner_token("another")
    scenario.plex.takes_owner_token = True
    other = scenario.redeem()
    scenario.deliver()
    assert scenario.must_be_settled(other).state is State.DONE
    assert scenario.accesses.pause() is None


def test_a_token_refused_halfway_goes_on_where_it_was(scenario):
    redemption = scenario.redeem(plex_home=True)
    scenario.plex.fail("share", VOID, after=True)
    scenario.drain()
    assert scenario.must_be_settled(redemption).state is State.DONE
    assert (scenario.plex.calls.count("invite_home"), scenario.plex.calls.count("share")) == (1, 1)


def test_a_token_refused_while_it_is_taken_back_goes_on_where_it_was(scenario):
    scenario.plex.fail("share", NO, after=True)
    scenario.plex.fail("unshare", VOID, times=3)
    redemption = scenario.redeem()
    scenario.drain()
    assert scenario.must_be_settled(redemption).reason == reasons.REFUSED_BY_PLEX


def test_waiting_for_the_owner_keeps_the_reason_that_a_person_was_told(scenario):
    redemption = must_accept_by_hand(scenario)
    scenario.deliver()
    scenario.plex.takes_owner_token = False
    scenario.deliver()
    waiting = scenario.current(redemption)
    assert (waiting.state, waiting.reason) == (State.NEEDS_ATTENTION, reasons.MUST_ACCEPT)
    assert waiting.progress.paused


def test_while_the_address_is_not_verified_the_page_does_not_flicker(scenario):
    emil = scenario.plex.add_person("emil", confirmed=False).id
    redemption = scenario.redeem(account_id=emil)
    scenario.deliver()
    shown = []
    scenario.plex.before_call = lambda: shown.append(scenario.current(redemption).state)
    scenario.deliver()
    assert set(shown) == {State.NEEDS_ATTENTION}


def test_an_account_that_is_closed_meanwhile_has_its_redemption_failed_at_once_and_its_use_spent(scenario):
    redemption = scenario.redeem()
    scenario.plex.fail("share", UNWELL, after=True)
    scenario.deliver()
    scenario.close_account(redemption)
    scenario.plex.fail("unshare", UNWELL, times=3)
    scenario.deliver()
    assert scenario.current(redemption).reason == reasons.ACCOUNT_CLOSED
    assert scenario.current(redemption).state is State.FAILED
    scenario.drain()
    scenario.must_have_left(redemption)
    assert scenario.database.invites[redemption.code].uses == 1


def test_a_closed_managed_user_keeps_the_profile_without_libraries(scenario):
    redemption = scenario.redeem_locally(plex_home=True)
    scenario.drain()
    scenario.close_account(redemption)
    scenario.drain()
    scenario.must_have_left(redemption)
    assert scenario.plex_id(redemption) in scenario.plex.home


def sweep(scenario):
    return [(batch.done, batch.failed) for batch in scenario.use(ResendingWork).sweep(now=scenario.now)]


def test_the_sweep_sends_again_what_no_message_carries_any_more(scenario):
    lost = scenario.redeem()
    scenario.messages.clear()
    assert sweep(scenario) == []
    scenario.later(minutes=5)
    assert sweep(scenario) == [(1, 0)]
    assert sent(scenario) == [(lost.user.id, 0)]


def test_what_was_sent_again_is_looked_for_five_minutes_later(scenario):
    scenario.redeem()
    scenario.later(minutes=5)
    sweep(scenario)
    assert sweep(scenario) == []
    scenario.later(minutes=5)
    assert sweep(scenario) == [(1, 0)]
