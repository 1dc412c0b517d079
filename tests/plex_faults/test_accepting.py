"""Accepting on the person's behalf."""

from datetime import timedelta

import pytest

from chalicelib.access.progress import State
from local.plex.rules import sharing


def test_an_invite_that_shows_late_is_accepted_then(scenario):
    scenario.world.options.invites_visible_after_seconds = 40
    redeemer = scenario.redeem()
    scenario.drain_queue()
    assert scenario.must_be_consistent(redeemer).state is State.DONE


@pytest.mark.parametrize("status", [404, 410])
def test_where_v2_knows_no_invites_v1_does(scenario, status):
    scenario.world.options.v2_invites_status = status
    redeemer = scenario.redeem()
    scenario.drain_queue()
    assert scenario.must_be_consistent(redeemer).state is State.DONE


def test_where_v1_is_gone_v2_does(scenario):
    scenario.world.options.v1_invites_gone = True
    redeemer = scenario.redeem()
    scenario.drain_queue()
    assert scenario.must_be_consistent(redeemer).state is State.DONE


@pytest.mark.parametrize("v2_status", [None, 410])
def test_a_stranger_s_invite_is_left_alone(scenario, v2_status):
    scenario.world.options.v2_invites_status = v2_status
    scenario.world.options.invites_visible_after_seconds = 2  # so that the list is read
    redeemer = scenario.redeem()
    stranger = scenario.world.accounts[scenario.create_account()]
    theirs = scenario.world.add_server(stranger, "Another server")
    section = scenario.world.add_section(theirs, "Movies", "movie")
    offer = sharing.Offer(theirs.machine_id, redeemer.account_id, [section.id])
    invite = sharing.share(scenario.world, stranger, offer)
    scenario.drain_queue()
    assert scenario.redemption(redeemer).state is State.DONE
    assert invite.accepted_at is None


def test_an_unverified_address_needs_the_person_and_goes_on_by_itself_afterwards(scenario):
    redeemer = scenario.redeem()
    account = scenario.world.accounts[redeemer.account_id]
    account.confirmed = False
    for _ in range(4):
        scenario.deliver()
    waiting = scenario.redemption(redeemer)
    assert (waiting.state, waiting.reason.code) == (State.NEEDS_ATTENTION, "VerifyEmailOnPlex")
    account.confirmed = True
    scenario.drain_queue()
    assert scenario.must_be_consistent(redeemer).state is State.DONE


def redeem_where_nothing_can_be_accepted(scenario):
    """Plex knows no way to accept on the person's behalf, until their token is gone."""
    scenario.world.options.v2_invites_status = 404
    scenario.world.options.v1_invites_gone = True
    redeemer = scenario.redeem()
    began = scenario.clock()
    while scenario.clock() - began < timedelta(hours=2):
        scenario.deliver()
    return redeemer


def test_once_the_token_is_gone_the_person_must_accept_and_it_goes_on_when_they_did(scenario):
    redeemer = redeem_where_nothing_can_be_accepted(scenario)
    waiting = scenario.redemption(redeemer)
    assert (waiting.state, waiting.reason.code) == (State.NEEDS_ATTENTION, "AcceptOnPlex")
    assert scenario.ports.tokens.latest(redeemer.redemption_id, now=scenario.clock()) is None
    (share,) = scenario.shares(redeemer.account_id)
    sharing.accept(scenario.world, scenario.world.accounts[redeemer.account_id], [share])
    scenario.drain_queue()
    assert scenario.must_be_consistent(redeemer).state is State.DONE


def test_an_invite_that_was_declined_gives_the_use_back(scenario):
    redeemer = redeem_where_nothing_can_be_accepted(scenario)
    (share,) = scenario.shares(redeemer.account_id)
    sharing.end(scenario.world, share)
    scenario.drain_queue()
    assert scenario.must_be_consistent(redeemer).reason.code == "InvitationGone"


def test_a_share_that_vanished_at_once_is_made_again(scenario):
    scenario.world.options.invites_visible_after_seconds = 3
    redeemer = scenario.redeem()
    scenario.deliver()
    (share,) = scenario.shares(redeemer.account_id)
    sharing.end(scenario.world, share)
    scenario.drain_queue()
    assert scenario.must_be_consistent(redeemer).state is State.DONE


def test_a_person_who_never_accepts_is_not_looked_at_for_ever(scenario):
    scenario.world.options.v2_invites_status = 404
    scenario.world.options.v1_invites_gone = True
    redeemer = scenario.redeem()
    scenario.deliver()
    began, access = scenario.clock(), scenario.ports.accesses.get(redeemer.user_id)
    assert timedelta(days=6, hours=23) < access.done.watched_until - began <= timedelta(days=7)
    scenario.ports.accesses.save(access.doing(watched_until=began + timedelta(hours=4)))
    scenario.drain_queue()
    assert scenario.redemption(redeemer).state is State.NEEDS_ATTENTION
    assert scenario.ports.accesses.get(redeemer.user_id).due_at is None
    assert scenario.clock() - began < timedelta(hours=5)


def test_signing_in_again_brings_a_fresh_token_and_goes_on_at_once(scenario):
    scenario.world.options.v2_invites_status = 404
    scenario.world.options.v1_invites_gone = True
    code, account_id = scenario.create_invite(limit=2).code, scenario.create_account()
    redeemer = scenario.complete(code, account_id, *scenario.sign_in(code, account_id))
    began = scenario.clock()
    while scenario.clock() - began < timedelta(hours=2):
        scenario.deliver()
    scenario.world.options.v2_invites_status = None
    again = scenario.complete(code, account_id, *scenario.sign_in(code, account_id))
    assert again.redemption_id == redeemer.redemption_id
    scenario.drain_queue()
    assert scenario.must_be_consistent(redeemer).state is State.DONE
