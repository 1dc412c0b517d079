"""Plex does not take the owner's token: provisioning pauses, no redemption is lost, and it goes on by itself."""

from datetime import timedelta

from chalicelib.access.progress import State
from chalicelib.web.redemptions.shapes import redemption_shape
from local.plex import demo
from local.plex.rules.sign_in import OWN_CLIENT, issue_token


def _revoke(scenario):
    for token in scenario.world.tokens.values():
        if token.account_id == demo.OWNER.id:
            token.live = False


def _renew(scenario):
    owner = scenario.world.accounts[demo.OWNER.id]
    scenario.ports.owner_token.write(issue_token(scenario.world, owner, OWN_CLIENT).value)


def _asked_by_owner(scenario):
    return [call for call in scenario.world.calls.as_rows() if call["client_identifier"] == "owner"]


def test_the_person_is_told_that_their_place_is_kept(scenario):
    _revoke(scenario)
    redeemer = scenario.redeem()
    scenario.deliver()
    redemption = scenario.redemption(redeemer)
    told = redemption_shape(redemption, "en")
    assert (told["state"], told["reason"], told["paused"]) == ("pending", None, True)
    assert "Temporarily unavailable, your place is kept." in [step["message"] for step in told["steps"]]
    assert scenario.uses(redeemer.code) == 1


def test_while_it_lasts_plex_is_hardly_asked(scenario):
    _revoke(scenario)
    people = [scenario.redeem() for _ in range(6)]
    for _ in people:
        scenario.deliver()
    assert len(_asked_by_owner(scenario)) == 1
    paused = scenario.ports.accesses.pause()
    assert paused
    for _ in range(20):
        scenario.deliver()
    assert scenario.clock() - paused.since < timedelta(hours=2)
    assert len(_asked_by_owner(scenario)) <= 21


def test_all_redemptions_go_on_once_the_token_is_renewed(scenario):
    _revoke(scenario)
    people = [scenario.redeem() for _ in range(4)]
    for _ in people:
        scenario.deliver()
    _renew(scenario)
    scenario.ports.pausing.end_if_token_changed()
    scenario.drain_queue()
    for redeemer in people:
        assert scenario.must_be_consistent(redeemer).state is State.DONE
    assert scenario.ports.accesses.pause() is None


def test_it_goes_on_when_plex_takes_the_same_token_again(scenario):
    """401 was plex.tv's own mistake: nothing is renewed, and no person has to act."""
    redeemer = scenario.redeem()
    scenario.add_fault("POST", "/api/v2/shared_servers", "status", status=401, times=3)
    scenario.add_fault("GET", "/api/servers/.*", "status", status=401, times=3)
    scenario.drain_queue()
    assert scenario.must_be_consistent(redeemer).state is State.DONE


def test_waiting_for_the_owner_counts_as_no_try(scenario):
    _revoke(scenario)
    redeemer = scenario.redeem()
    for _ in range(30):
        scenario.deliver()
    assert scenario.ports.accesses.get(redeemer.user_id).done.tries == 0
    assert scenario.redemption(redeemer).state is State.PENDING
