"""Faults while somebody signs in to redeem: nothing is claimed, they are told so, and asking again goes on."""

from contextlib import suppress

import pytest

from chalicelib.common.refusals import PlexUnavailable, Refusal, SignInNotFound
from tests.plex_faults.test_every_fault import FAULTS, PERMANENT

CALLS = (("GET", r"/api/v2/pins/\d+"), ("GET", "/api/v2/user"), ("GET", "/api/v2/resources"))


def _is_passing(fault):
    """The others may mean that the PIN or its token is gone, and the person is asked to start again."""
    return fault.get("status") not in (*PERMANENT, 401)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: str(fault.get("status", fault["kind"])))
@pytest.mark.parametrize(("method", "path"), CALLS)
def test_a_fault_claims_nothing_and_asking_again_goes_on(scene, method, path, fault):
    code, account_id = scene.invite(), scene.person()
    sign_in = scene.signs_in(code, account_id)
    scene.fault(method, path, **fault)
    someone = None
    for _ in range(4):
        with suppress(PlexUnavailable) if _is_passing(fault) else suppress(PlexUnavailable, SignInNotFound):
            someone = someone or scene.completes_or_waits(code, account_id, *sign_in)
        assert scene.uses_of(code) == (1 if someone else 0)
    assert someone
    scene.drains()
    scene.must_be_true(someone)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: str(fault.get("status", fault["kind"])))
def test_a_sign_in_that_cannot_begin_says_so(scene, fault):
    code = scene.invite()
    scene.fault("POST", "/api/v2/pins", **fault)
    if fault["kind"] == "slow":
        scene.begins(code)
    else:
        with pytest.raises(PlexUnavailable):
            scene.begins(code)
    scene.begins(code)


@pytest.mark.parametrize("body", ["empty", "html", "wrong_shape", "garbage", "truncate"])
def test_whoever_has_access_is_never_let_in_twice_because_plex_s_answer_was_unreadable(scene, body):
    code, account_id = scene.invite(), scene.person()
    scene.shared_by_hand(account_id)
    sign_in = scene.signs_in(code, account_id)
    scene.fault("GET", "/api/v2/resources", body)
    for _ in range(2):
        with pytest.raises(Refusal):
            scene.completes(code, account_id, *sign_in)
    assert scene.uses_of(code) == 0
