"""What Plex may answer to a share, and what comes of it."""

import pytest

from chalicelib.access.progress import State
from chalicelib.web.redemptions.shapes import redemption_shape
from local.plex import demo
from local.plex.rules import sharing
from tests.plex_faults.crashes import Countdown

SHARE = "/api/v2/shared_servers"


def test_the_plain_way_takes_seven_calls_of_plex_from_the_sign_in_on_and_one_apart_to_sign_out(scenario):
    redeemer = scenario.sign_up()
    scenario.drain_queue()
    scenario.must_be_consistent(redeemer)
    asked = [(call["method"], call["path"].rstrip("0123456789")) for call in scenario.world.calls.as_rows()]
    assert len(asked) == 8, asked
    assert asked[-1] == ("DELETE", "/api/v2/users/signout")


def test_a_library_that_is_gone_fails_with_its_name(scenario):
    redeemer = scenario.redeem()
    server = scenario.world.servers[demo.MACHINE_ID]
    server.sections[:] = [section for section in server.sections if section.id != demo.MUSIC]
    scenario.drain_queue()
    redemption = scenario.must_be_consistent(redeemer)
    assert redemption.reason.code == "LibraryGone"
    assert "Music" in redemption_shape(redemption, "en")["reason"]["Message"]


def test_a_server_that_is_gone_fails_and_gives_the_use_back(scenario):
    redeemer = scenario.redeem()
    scenario.world.remove_server(scenario.world.servers[demo.MACHINE_ID])
    scenario.drain_queue()
    assert scenario.must_be_consistent(redeemer).state is State.FAILED


def test_a_missing_server_that_is_not_gone_is_no_reason_to_believe_that_nothing_is_shared(scenario):
    redeemer = scenario.redeem()
    scenario.add_fault("POST", SHARE, "status", "after", status=403)
    scenario.add_fault("GET", "/api/servers/.*/shared_servers", "status", status=404, times=2)
    scenario.drain_queue()
    assert scenario.must_be_consistent(redeemer).state is State.FAILED


def test_too_many_people_is_a_refusal_for_good(scenario):
    scenario.world.options.people_limit = 1
    redeemer = scenario.redeem()
    scenario.drain_queue()
    assert scenario.must_be_consistent(redeemer).reason.code == "RefusedByPlex"


def test_a_person_who_failed_can_simply_try_again_with_the_same_link(scenario):
    scenario.add_fault("POST", SHARE, "status", status=422)
    code, account_id = scenario.create_invite().code, scenario.create_account()
    failed = scenario.complete(code, account_id, *scenario.sign_in(code, account_id))
    scenario.drain_queue()
    assert scenario.must_be_consistent(failed).state is State.FAILED
    again = scenario.complete(code, account_id, *scenario.sign_in(code, account_id))
    scenario.drain_queue()
    assert scenario.redemption(again).state is State.DONE
    assert (scenario.uses(again.code), again.user_id == failed.user_id) == (1, False)


@pytest.mark.parametrize("everything", [True, False])
def test_a_share_made_by_hand_is_brought_to_what_was_granted(scenario, everything):
    redeemer = scenario.redeem(live_tv=True)
    owner, account = scenario.world.accounts[demo.OWNER.id], scenario.world.accounts[redeemer.account_id]
    made = sharing.share(
        scenario.world, owner, sharing.Offer(demo.MACHINE_ID, account.id, [] if everything else [demo.KIDS_MOVIES])
    )
    sharing.accept(scenario.world, account, [made])
    scenario.drain_queue()
    assert scenario.must_be_consistent(redeemer).state is State.DONE


def test_a_row_that_a_cancelled_invite_left_behind_makes_way(scenario):
    redeemer = scenario.redeem()
    owner = scenario.world.accounts[demo.OWNER.id]
    left = sharing.share(scenario.world, owner, sharing.Offer(demo.MACHINE_ID, redeemer.account_id, [demo.TV_SHOWS]))
    left.cancelled = True
    scenario.drain_queue()
    assert scenario.must_be_consistent(redeemer).state is State.DONE


def test_plex_s_retry_after_is_kept_to(scenario):
    redeemer = scenario.redeem()
    scenario.add_fault("POST", SHARE, "status", status=429, retry_after="77")
    began = scenario.clock()
    scenario.deliver()
    assert (scenario.ports.accesses.get(redeemer.user_id).done.next_try_at - began).total_seconds() == 77
    scenario.drain_queue()
    scenario.must_be_consistent(redeemer)


def test_what_never_works_needs_attention_with_its_reason_and_goes_on_with_one_call(scenario):
    redeemer = scenario.redeem()
    scenario.add_fault("POST", SHARE, "status", status=503, times=None)
    for _ in range(11):
        scenario.deliver()
    waiting = scenario.redemption(redeemer)
    assert (waiting.state, waiting.reason.code) == (State.NEEDS_ATTENTION, "PlexUnavailable")
    scenario.world.faults.clear()
    scenario.retry(redeemer)
    scenario.deliver()
    assert scenario.redemption(redeemer).state is State.DONE
    scenario.drain_queue()
    assert scenario.must_be_consistent(redeemer).state is State.DONE


def test_a_function_that_crashes_every_time_does_not_go_on_for_ever(scenario):
    redeemer = scenario.redeem()
    scenario.crashes = lambda: Countdown(2)
    for _ in range(40):
        if scenario.queue.waiting:
            scenario.deliver()
    scenario.crashes = None
    stuck = scenario.redemption(redeemer)
    assert (stuck.state, stuck.reason.code) == (State.NEEDS_ATTENTION, "Stuck")
    assert scenario.ports.accesses.get(redeemer.user_id).due_at is None
    scenario.retry(redeemer)
    scenario.deliver()
    (share,) = scenario.shares(redeemer.account_id)  # by now their token is gone: they accept by hand
    sharing.accept(scenario.world, scenario.world.accounts[redeemer.account_id], [share])
    scenario.drain_queue()
    assert scenario.must_be_consistent(redeemer).state is State.DONE
