"""The Plex Home: existing accounts invited into it, and managed users made for local accounts."""

import pytest

from chalicelib import wiring
from chalicelib.redemptions.joining_locally import parse_applicant
from chalicelib.redemptions.model import State
from local.plex import demo
from local.plex.rules import homes, invitations
from local.plex.rules.model import Home
from local.plex.rules.people import befriend


def _owner(scene):
    return scene.world.accounts[demo.OWNER.id]


@pytest.mark.parametrize("begin", ["redeems", "joins_locally"])
def test_a_full_home_fails_for_that_reason(scene, begin):
    scene.world.options.home_limit = 1
    someone = getattr(scene, begin)(plex_home=True)
    scene.drains()
    assert scene.must_be_true(someone).reason.code == "HomeFull"


def test_without_plex_pass_it_fails_for_that_reason(scene):
    _owner(scene).subscription = False
    someone = scene.redeems(plex_home=True)
    scene.drains()
    assert scene.must_be_true(someone).reason.code == "PlexPassMissing"


def test_whoever_is_in_another_home_is_told_so(scene):
    someone = scene.redeems(plex_home=True)
    scene.world.homes[someone.account_id] = Home(someone.account_id, [someone.account_id])
    scene.drains()
    assert scene.must_be_true(someone).reason.code == "NotTakenIntoHome"


def test_an_existing_friend_joins_all_the_same(scene):
    someone = scene.redeems(plex_home=True)
    befriend(scene.world, demo.OWNER.id, someone.account_id)
    scene.drains()
    assert scene.must_be_true(someone).state is State.DONE


def test_where_v1_is_gone_the_person_joins_by_hand_and_it_goes_on(scene):
    scene.world.options.v1_invites_gone = True
    someone = scene.redeems(plex_home=True)
    for _ in range(8):
        scene.delivers()
    waiting = scene.redemption(someone)
    assert (waiting.state, waiting.reason.code) == (State.NEEDS_ATTENTION, "AcceptHomeOnPlex")
    homes.join(scene.world, demo.OWNER.id, scene.world.accounts[someone.account_id])
    scene.drains()
    assert scene.must_be_true(someone).state is State.DONE


def test_an_address_with_a_plus_invites_its_own_account(scene):
    someone = scene.redeems_as(scene.person_with("tom+plex@example.org"), plex_home=True)
    scene.drains()
    assert scene.must_be_true(someone).state is State.DONE


def test_a_managed_user_of_the_same_title_is_somebody_else(scene):
    code, name = scene.invite(plex_home=True), "Tom & Jerry #1"
    theirs = homes.create_managed_user(scene.world, _owner(scene), name)
    someone = scene.joins_locally_as(name, code)
    scene.drains()
    redemption = scene.must_be_true(someone, alone=False)
    assert redemption.plex_id != theirs.id
    assert sorted(scene.world.accounts[id_].title for id_ in scene.home_members()) == [name, f"{name} 2"]


def test_a_managed_user_is_made_once_though_the_answer_is_lost_again_and_again(scene):
    someone = scene.joins_locally(plex_home=True)
    scene.fault("POST", "/api/home/users", "drop", "after", times=3)
    scene.drains()
    assert scene.must_be_true(someone).state is State.DONE


def test_whoever_joins_once_more_has_the_message_sent_that_was_lost(scene):
    code, id_ = scene.invite(plex_home=True), wiring.new_id()[:12]
    who = parse_applicant(f"{id_}@example.org", f"local {id_}", "correct horse")
    joined = scene.joining_locally().join(code, who, scene.clock())
    scene.post.waiting.clear()  # the claim was written, and the API died before its message
    again = scene.joining_locally().join(code, who, scene.clock())
    assert again.redemption.id == joined.redemption.id
    assert [sent for _, _, sent in scene.post.waiting] == [joined.redemption.id]


def test_a_local_account_whose_plex_refuses_leaves_no_managed_user_behind(scene):
    someone = scene.joins_locally(plex_home=True)
    scene.fault("POST", "/api/v2/shared_servers", "status", status=422)
    scene.drains()
    assert scene.must_be_true(someone).state is State.FAILED


def test_an_invite_into_the_home_is_taken_back_with_the_rest(scene):
    someone = scene.redeems(plex_home=True)
    scene.fault("POST", "/api/v2/shared_servers", "status", status=422)
    scene.drains()
    assert scene.must_be_true(someone).state is State.FAILED
    assert not invitations.sent_by(scene.world, _owner(scene))
