"""The Plex Home: existing accounts invited into it, and managed users made for local accounts."""

import pytest

from chalicelib.access.progress import State
from chalicelib.redemptions.joining_locally import JoiningLocally, parse_applicant
from local.plex import demo
from local.plex.rules import homes, invitations
from local.plex.rules.model import Home
from local.plex.rules.people import befriend


def _owner(scenario):
    return scenario.world.accounts[demo.OWNER.id]


@pytest.mark.parametrize("begin", ["redeem", "join_locally"])
def test_a_full_home_fails_for_that_reason(scenario, begin):
    scenario.world.options.home_limit = 1
    redeemer = getattr(scenario, begin)(plex_home=True)
    scenario.drain_queue()
    assert scenario.must_be_consistent(redeemer).reason.code == "HomeFull"


def test_without_plex_pass_it_fails_for_that_reason(scenario):
    _owner(scenario).subscription = False
    redeemer = scenario.redeem(plex_home=True)
    scenario.drain_queue()
    assert scenario.must_be_consistent(redeemer).reason.code == "PlexPassMissing"


def test_a_person_in_another_home_is_told_so(scenario):
    redeemer = scenario.redeem(plex_home=True)
    scenario.world.homes[redeemer.account_id] = Home(redeemer.account_id, [redeemer.account_id])
    scenario.drain_queue()
    assert scenario.must_be_consistent(redeemer).reason.code == "NotTakenIntoHome"


def test_an_existing_friend_joins_all_the_same(scenario):
    redeemer = scenario.redeem(plex_home=True)
    befriend(scenario.world, demo.OWNER.id, redeemer.account_id)
    scenario.drain_queue()
    assert scenario.must_be_consistent(redeemer).state is State.DONE


def test_where_v1_is_gone_the_person_joins_by_hand_and_it_goes_on(scenario):
    scenario.world.options.v1_invites_gone = True
    redeemer = scenario.redeem(plex_home=True)
    for _ in range(8):
        scenario.deliver()
    waiting = scenario.redemption(redeemer)
    assert (waiting.state, waiting.reason.code) == (State.NEEDS_ATTENTION, "AcceptHomeOnPlex")
    homes.join(scenario.world, demo.OWNER.id, scenario.world.accounts[redeemer.account_id])
    scenario.drain_queue()
    assert scenario.must_be_consistent(redeemer).state is State.DONE


def test_an_address_with_a_plus_invites_its_own_account(scenario):
    redeemer = scenario.redeem_as(scenario.create_account("tom+plex@example.org"), plex_home=True)
    scenario.drain_queue()
    assert scenario.must_be_consistent(redeemer).state is State.DONE


def test_a_managed_user_of_the_same_title_is_another_person(scenario):
    code, name = scenario.create_invite(plex_home=True).code, "Tom & Jerry #1"
    theirs = homes.create_managed_user(scenario.world, _owner(scenario), name)
    redeemer = scenario.join_locally_as(name, code)
    scenario.drain_queue()
    scenario.must_be_consistent(redeemer, alone=False)
    assert scenario.ports.accesses.get(redeemer.user_id).plex_id != theirs.id
    assert sorted(scenario.world.accounts[id_].title for id_ in scenario.home_members()) == [name, f"{name} 2"]


def test_a_managed_user_is_made_once_though_the_answer_is_lost_again_and_again(scenario):
    redeemer = scenario.join_locally(plex_home=True)
    scenario.add_fault("POST", "/api/home/users", "drop", "after", times=3)
    scenario.drain_queue()
    assert scenario.must_be_consistent(redeemer).state is State.DONE


def test_joining_once_more_sends_the_message_that_was_lost(scenario):
    code, id_ = scenario.create_invite(plex_home=True).code, scenario.ports.new_id()[:12]
    who = parse_applicant(f"{id_}@example.org", f"local {id_}", "correct horse")
    joined = scenario.ports.use(JoiningLocally).join(code, who, now=scenario.clock())
    scenario.queue.waiting.clear()  # the claim was written, and the API died before its message
    again = scenario.ports.use(JoiningLocally).join(code, who, now=scenario.clock())
    assert again.redemption.id == joined.redemption.id
    assert [message.id for message in scenario.queue.waiting] == [joined.redemption.user.id]


def test_a_local_account_whose_plex_refuses_leaves_no_managed_user_behind(scenario):
    redeemer = scenario.join_locally(plex_home=True)
    scenario.add_fault("POST", "/api/v2/shared_servers", "status", status=422)
    scenario.drain_queue()
    assert scenario.must_be_consistent(redeemer).state is State.FAILED


def test_an_invite_into_the_home_is_taken_back_with_the_rest(scenario):
    redeemer = scenario.redeem(plex_home=True)
    scenario.add_fault("POST", "/api/v2/shared_servers", "status", status=422)
    scenario.drain_queue()
    assert scenario.must_be_consistent(redeemer).state is State.FAILED
    assert not invitations.sent_by(scenario.world, _owner(scenario))


@pytest.mark.parametrize("barely", [True, False])
@pytest.mark.parametrize("listed", [True, False])
@pytest.mark.parametrize("lost", [True, False])
def test_a_stranger_comes_into_the_home_however_plex_answers_and_lists_the_invite(scenario, barely, listed, lost):
    scenario.world.options.home_invites_answered_barely = barely
    scenario.world.options.users_list_home_invites = listed
    if lost:
        scenario.add_fault("POST", "/api/home/users", "drop", "after")
    account_id = scenario.create_account("+home@example.org")
    redeemer = scenario.redeem_as(account_id, plex_home=True)
    scenario.drain_queue()
    assert scenario.must_be_consistent(redeemer).state is State.DONE


@pytest.mark.parametrize("listed", [True, False])
def test_an_invite_into_the_home_is_taken_back_wherever_plex_lists_it(scenario, listed):
    scenario.world.options.users_list_home_invites = listed
    redeemer = scenario.redeem(plex_home=True)
    scenario.add_fault("POST", "/api/v2/shared_servers", "status", status=422)
    scenario.drain_queue()
    assert scenario.must_be_consistent(redeemer).state is State.FAILED
    assert not invitations.sent_by(scenario.world, _owner(scenario))
