"""Plex does not take the owner's token: provisioning pauses, nobody loses anything, and it goes on by itself."""

from datetime import timedelta

from chalicelib import wiring
from chalicelib.redemptions.model import State
from chalicelib.web import shapes
from local.plex import demo
from local.plex.rules.sign_in import OWN_CLIENT, issue_token


def _revoke(scene):
    for token in scene.world.tokens.values():
        if token.account_id == demo.OWNER.id:
            token.live = False


def _renew(scene):
    owner = scene.world.accounts[demo.OWNER.id]
    scene.token.renew(issue_token(scene.world, owner, OWN_CLIENT).value)


def _asked_by_owner(scene):
    return [call for call in scene.world.calls.as_rows() if call["client_identifier"] == "owner"]


def test_the_person_is_told_that_their_place_is_kept(scene):
    _revoke(scene)
    someone = scene.redeems()
    scene.delivers()
    redemption = scene.redemption(someone)
    told = shapes.redemption(redemption)
    assert (told["state"], told["reason"]) == ("pending", None)
    assert "Temporarily unavailable, your place is kept." in [step["message"] for step in told["steps"]]
    assert scene.uses(someone) == 1


def test_while_it_lasts_hardly_anybody_asks_plex(scene):
    _revoke(scene)
    people = [scene.redeems() for _ in range(6)]
    for _ in people:
        scene.delivers()
    assert len(_asked_by_owner(scene)) == 1
    paused = wiring.pauses().current()
    assert paused
    for _ in range(20):
        scene.delivers()
    assert scene.clock() - paused.since < timedelta(hours=2)
    assert len(_asked_by_owner(scene)) <= 21


def test_everybody_goes_on_once_the_token_is_renewed(scene):
    _revoke(scene)
    people = [scene.redeems() for _ in range(4)]
    for _ in people:
        scene.delivers()
    _renew(scene)
    scene.pausing().token_was_renewed()
    scene.drains()
    for someone in people:
        assert scene.must_be_true(someone).state is State.DONE
    assert wiring.pauses().current() is None


def test_it_goes_on_when_plex_takes_the_same_token_again(scene):
    """401 was plex.tv's own mistake: nothing is renewed, and nobody has to do anything."""
    someone = scene.redeems()
    scene.fault("POST", "/api/v2/shared_servers", "status", status=401, times=3)
    scene.fault("GET", "/api/servers/.*", "status", status=401, times=3)
    scene.drains()
    assert scene.must_be_true(someone).state is State.DONE


def test_waiting_for_the_owner_wears_nobody_s_patience(scene):
    _revoke(scene)
    someone = scene.redeems()
    for _ in range(30):
        scene.delivers()
    assert scene.redemption(someone).tries == 0
    assert scene.redemption(someone).state is State.PENDING
