"""Faults while a person signs in to redeem: nothing is claimed, they are told so, and asking again goes on."""

from contextlib import suppress

import pytest

from chalicelib.common.refusals import PlexUnavailable, Refusal, SignInNotFound
from tests.plex_faults.test_every_fault import FAULTS, PERMANENT

CALLS = (("GET", r"/api/v2/pins/\d+"), ("GET", "/api/v2/user"), ("GET", "/api/v2/resources"))


def _is_temporary(fault):
    """The others may mean that the PIN or its token is gone, and the person is asked to start again."""
    return fault.get("status") not in (*PERMANENT, 401)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: str(fault.get("status", fault["kind"])))
@pytest.mark.parametrize(("method", "path"), CALLS)
def test_a_fault_claims_nothing_and_asking_again_goes_on(scenario, method, path, fault):
    code, account_id = scenario.create_invite().code, scenario.create_account()
    sign_in = scenario.sign_in(code, account_id)
    scenario.add_fault(method, path, **fault)
    redeemer = None
    for _ in range(4):
        with suppress(PlexUnavailable) if _is_temporary(fault) else suppress(PlexUnavailable, SignInNotFound):
            redeemer = redeemer or scenario.complete_if_approved(code, account_id, *sign_in)
        assert scenario.uses(code) == (1 if redeemer else 0)
    assert redeemer
    scenario.drain_queue()
    scenario.must_be_consistent(redeemer)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: str(fault.get("status", fault["kind"])))
def test_a_sign_in_that_cannot_begin_says_so(scenario, fault):
    code = scenario.create_invite().code
    scenario.add_fault("POST", "/api/v2/pins", **fault)
    if fault["kind"] == "slow":
        scenario.start_sign_in(code)
    else:
        with pytest.raises(PlexUnavailable):
            scenario.start_sign_in(code)
    scenario.start_sign_in(code)


@pytest.mark.parametrize("body", ["empty", "html", "wrong_shape", "garbage", "truncate"])
def test_a_person_with_access_is_never_let_in_twice_because_plex_s_answer_was_unreadable(scenario, body):
    code, account_id = scenario.create_invite().code, scenario.create_account()
    scenario.share_by_hand(account_id)
    sign_in = scenario.sign_in(code, account_id)
    scenario.add_fault("GET", "/api/v2/resources", body)
    for _ in range(2):
        with pytest.raises(Refusal):
            scenario.complete(code, account_id, *sign_in)
    assert scenario.uses(code) == 0
