"""Accepting on the person's behalf."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib import wiring
from chalicelib.redemptions.model import State
from local.plex.rules import sharing


def test_an_invite_that_shows_late_is_accepted_then(scene):
    scene.world.options.invites_visible_after_seconds = 40
    someone = scene.redeems()
    scene.drains()
    assert scene.must_be_true(someone).state is State.DONE


@pytest.mark.parametrize("status", [404, 410])
def test_where_v2_knows_no_invites_v1_does(scene, status):
    scene.world.options.v2_invites_status = status
    someone = scene.redeems()
    scene.drains()
    assert scene.must_be_true(someone).state is State.DONE


def test_where_v1_is_gone_v2_does(scene):
    scene.world.options.v1_invites_gone = True
    someone = scene.redeems()
    scene.drains()
    assert scene.must_be_true(someone).state is State.DONE


@pytest.mark.parametrize("v2_status", [None, 410])
def test_a_stranger_s_invite_is_left_alone(scene, v2_status):
    scene.world.options.v2_invites_status = v2_status
    scene.world.options.invites_visible_after_seconds = 2  # so that the list is read
    someone = scene.redeems()
    stranger = scene.world.accounts[scene.person()]
    theirs = scene.world.add_server(stranger, "Another server")
    section = scene.world.add_section(theirs, "Movies", "movie")
    invite = sharing.share(scene.world, stranger, sharing.Offer(theirs.machine_id, someone.account_id, [section.id]))
    scene.drains()
    assert scene.redemption(someone).state is State.DONE
    assert invite.accepted_at is None


def test_an_unverified_address_needs_the_person_and_goes_on_by_itself_afterwards(scene):
    someone = scene.redeems()
    account = scene.world.accounts[someone.account_id]
    account.confirmed = False
    for _ in range(4):
        scene.delivers()
    waiting = scene.redemption(someone)
    assert (waiting.state, waiting.reason.code) == (State.NEEDS_ATTENTION, "VerifyEmailOnPlex")
    account.confirmed = True
    scene.drains()
    assert scene.must_be_true(someone).state is State.DONE


def redeems_and_cannot_be_accepted_for(scene):
    """Plex knows no way to accept on somebody's behalf, until their token is gone."""
    scene.world.options.v2_invites_status = 404
    scene.world.options.v1_invites_gone = True
    someone = scene.redeems()
    began = scene.clock()
    while scene.clock() - began < timedelta(hours=2):
        scene.delivers()
    return someone


def test_once_the_token_is_gone_the_person_must_accept_and_it_goes_on_when_they_did(scene):
    someone = redeems_and_cannot_be_accepted_for(scene)
    waiting = scene.redemption(someone)
    assert (waiting.state, waiting.reason.code) == (State.NEEDS_ATTENTION, "AcceptOnPlex")
    assert wiring.held_tokens().get(someone.redemption_id, scene.clock()) is None
    (share,) = scene.shares(someone.account_id)
    sharing.accept(scene.world, scene.world.accounts[someone.account_id], [share])
    scene.drains()
    assert scene.must_be_true(someone).state is State.DONE


def test_an_invite_that_was_declined_gives_the_use_back(scene):
    someone = redeems_and_cannot_be_accepted_for(scene)
    (share,) = scene.shares(someone.account_id)
    sharing.end(scene.world, share)
    scene.drains()
    assert scene.must_be_true(someone).reason.code == "InvitationGone"


def test_a_share_that_vanished_at_once_is_made_again(scene):
    scene.world.options.invites_visible_after_seconds = 3
    someone = scene.redeems()
    scene.delivers()
    (share,) = scene.shares(someone.account_id)
    sharing.end(scene.world, share)
    scene.drains()
    assert scene.must_be_true(someone).state is State.DONE


def test_nobody_who_never_accepts_is_looked_at_for_ever(scene):
    scene.world.options.v2_invites_status = 404
    scene.world.options.v1_invites_gone = True
    someone = scene.redeems()
    begun = scene.redemption(someone)
    assert begun.watched_until - begun.created_at == timedelta(days=7)
    wiring.redemptions().save(replace(begun, watched_until=begun.created_at + timedelta(hours=4)))
    scene.drains()
    rests = scene.redemption(someone)
    assert (rests.state, rests.due_at) == (State.NEEDS_ATTENTION, None)
    assert scene.clock() - rests.created_at < timedelta(hours=5)


def test_signing_in_again_brings_a_fresh_token_and_goes_on_at_once(scene):
    scene.world.options.v2_invites_status = 404
    scene.world.options.v1_invites_gone = True
    code, account_id = scene.invite(limit=2), scene.person()
    someone = scene.completes(code, account_id, *scene.signs_in(code, account_id))
    began = scene.clock()
    while scene.clock() - began < timedelta(hours=2):
        scene.delivers()
    scene.world.options.v2_invites_status = None
    again = scene.completes(code, account_id, *scene.signs_in(code, account_id))
    assert again.redemption_id == someone.redemption_id
    scene.drains()
    assert scene.must_be_true(someone).state is State.DONE
