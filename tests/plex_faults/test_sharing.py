"""What Plex may answer to a share, and what comes of it."""

import pytest

from chalicelib.redemptions.model import State
from local.plex import demo
from local.plex.rules import sharing

SHARE = "/api/v2/shared_servers"


def test_the_plain_way_takes_seven_calls_of_plex_from_the_sign_in_on(scene):
    someone = scene.signed_up()
    scene.drains()
    scene.must_be_true(someone)
    asked = [(call["method"], call["path"].rstrip("0123456789")) for call in scene.world.calls.as_rows()]
    assert len(asked) == 7, asked


def test_a_library_that_is_gone_fails_with_its_name(scene):
    someone = scene.redeems()
    server = scene.world.servers[demo.MACHINE_ID]
    server.sections[:] = [section for section in server.sections if section.id != demo.MUSIC]
    scene.drains()
    redemption = scene.must_be_true(someone)
    assert redemption.reason.code == "LibraryGone"
    assert "Music" in redemption.reason.message


def test_a_server_that_is_gone_fails_and_gives_the_use_back(scene):
    someone = scene.redeems()
    scene.world.remove_server(scene.world.servers[demo.MACHINE_ID])
    scene.drains()
    assert scene.must_be_true(someone).state is State.FAILED


def test_a_missing_server_that_is_not_gone_is_no_reason_to_believe_that_nothing_is_shared(scene):
    someone = scene.redeems()
    scene.fault("POST", SHARE, "status", "after", status=403)
    scene.fault("GET", "/api/servers/.*/shared_servers", "status", status=404, times=2)
    scene.drains()
    assert scene.must_be_true(someone).state is State.FAILED


def test_too_many_people_is_a_refusal_for_good(scene):
    scene.world.options.people_limit = 1
    someone = scene.redeems()
    scene.drains()
    assert scene.must_be_true(someone).reason.code == "RefusedByPlex"


def test_somebody_who_failed_can_simply_try_again_with_the_same_link(scene):
    scene.fault("POST", SHARE, "status", status=422)
    code, account_id = scene.invite(), scene.person()
    failed = scene.completes(code, account_id, *scene.signs_in(code, account_id))
    scene.drains()
    assert scene.must_be_true(failed).state is State.FAILED
    again = scene.completes(code, account_id, *scene.signs_in(code, account_id))
    scene.drains()
    assert scene.redemption(again).state is State.DONE
    assert (scene.uses(again), again.user_id == failed.user_id) == (1, False)


@pytest.mark.parametrize("everything", [True, False])
def test_a_share_made_by_hand_is_brought_to_what_was_granted(scene, everything):
    someone = scene.redeems(live_tv=True)
    owner, account = scene.world.accounts[demo.OWNER.id], scene.world.accounts[someone.account_id]
    made = sharing.share(
        scene.world, owner, sharing.Offer(demo.MACHINE_ID, account.id, [] if everything else [demo.KIDS_MOVIES])
    )
    sharing.accept(scene.world, account, [made])
    scene.drains()
    assert scene.must_be_true(someone).state is State.DONE


def test_a_row_that_a_cancelled_invite_left_behind_makes_way(scene):
    someone = scene.redeems()
    owner = scene.world.accounts[demo.OWNER.id]
    left = sharing.share(scene.world, owner, sharing.Offer(demo.MACHINE_ID, someone.account_id, [demo.TV_SHOWS]))
    left.cancelled = True
    scene.drains()
    assert scene.must_be_true(someone).state is State.DONE


def test_plex_s_retry_after_is_kept_to(scene):
    someone = scene.redeems()
    scene.fault("POST", SHARE, "status", status=429, retry_after="77")
    began = scene.clock()
    scene.delivers()
    assert (scene.redemption(someone).next_try_at - began).total_seconds() == 77
    scene.drains()
    scene.must_be_true(someone)


def test_what_never_works_is_parked_with_its_reason_and_goes_on_with_one_call(scene):
    someone = scene.redeems()
    scene.fault("POST", SHARE, "status", status=503, times=None)
    for _ in range(11):
        scene.delivers()
    parked = scene.redemption(someone)
    assert (parked.state, parked.reason.code) == (State.NEEDS_ATTENTION, "PlexUnavailable")
    scene.world.faults.clear()
    scene.retries(someone)
    scene.delivers()
    assert scene.must_be_true(someone).state is State.DONE


def test_a_function_that_dies_every_time_does_not_go_on_for_ever(scene):
    from tests.plex_faults.crashes import Countdown, Dying

    someone = scene.redeems()
    scene.dying = lambda port: Dying(port, Countdown(2))
    for _ in range(40):
        if scene.post.waiting:
            scene.delivers()
    scene.dying = lambda port: port
    stuck = scene.redemption(someone)
    assert (stuck.state, stuck.reason.code, stuck.due_at) == (State.NEEDS_ATTENTION, "Stuck", None)
    scene.retries(someone)
    scene.delivers()
    (share,) = scene.shares(someone.account_id)  # by now their token is gone: they accept by hand
    sharing.accept(scene.world, scene.world.accounts[someone.account_id], [share])
    scene.drains()
    assert scene.must_be_true(someone).state is State.DONE
