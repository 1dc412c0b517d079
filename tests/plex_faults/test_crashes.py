"""The function killed after each of its calls, of Plex or of the stores: the next one ends what it began."""

import pytest

from chalicelib.access.progress import State
from tests.plex_faults.test_every_fault import CHANGES, CHANGING_FLOWS, HOME, SHARE

FLOWS = {
    "friend": lambda scenario: scenario.redeem(downloads=True),
    "home": lambda scenario: scenario.redeem(plex_home=True),
    "managed user": lambda scenario: scenario.join_locally(plex_home=True),
    "refused by Plex": lambda scenario: _refused(scenario, SHARE, scenario.redeem()),
    "refused after the effect": lambda scenario: _refused(scenario, SHARE, scenario.redeem(), when="after"),
    "managed user refused": lambda scenario: _refused(scenario, SHARE, scenario.join_locally(plex_home=True)),
    "home refused": lambda scenario: _refused(scenario, HOME, scenario.redeem(plex_home=True)),
    "answer lost": lambda scenario: _lost(scenario, scenario.redeem()),
    "owner's token refused": lambda scenario: _owner_refused(scenario, scenario.redeem()),
}
FAILS = {"refused by Plex", "managed user refused", "home refused"}
EITHER = {"refused after the effect"}
"""A function that comes back before the refusal was noted finds the share that was made all the same."""


def _refused(scenario, path, redeemer, when="before"):
    scenario.add_fault("POST", path, "status", when, status=403, times=None if when == "before" else 1)
    return redeemer


def _lost(scenario, redeemer):
    scenario.add_fault("POST", SHARE, "drop", "after")
    return redeemer


def _owner_refused(scenario, redeemer):
    scenario.add_fault("POST", SHARE, "status", status=401)
    return redeemer


def crashes(scenario, begin):
    """Play the flow again and again, each time killed one call later, until it is through before that."""
    for calls in range(1, 100):
        scenario.reset()
        redeemer = begin(scenario)
        countdown = scenario.crash_after(calls)
        scenario.drain_queue()
        yield redeemer
        if countdown.left > 0:
            assert calls > 5
            return
    raise AssertionError("this never ends")


@pytest.mark.parametrize("flow", FLOWS)
def test_a_killed_function_ends_in_access_with_an_account_or_in_neither(scenario, flow):
    for redeemer in crashes(scenario, FLOWS[flow]):
        redemption = scenario.must_be_consistent(redeemer)
        if flow not in EITHER:
            assert redemption.state is (State.FAILED if flow in FAILS else State.DONE)


@pytest.mark.parametrize("plex_home", [False, True])
def test_a_function_killed_while_it_ends_access_leaves_nothing_behind(scenario, plex_home):
    def close_account(scenario):
        return scenario.close_account(scenario.redeem_earlier(plex_home=plex_home))

    for redeemer in crashes(scenario, close_account):
        scenario.must_have_no_access(redeemer)


@pytest.mark.parametrize("flow", CHANGING_FLOWS, ids=lambda flow: flow.name)
def test_a_function_killed_while_access_changes_ends_at_what_was_decided(scenario, flow):
    for redeemer in crashes(scenario, flow.begin):
        scenario.must_have(redeemer, CHANGES[flow.name])


def test_an_account_closed_while_it_is_provisioned_keeps_no_access(scenario):
    """Wherever the deletion comes in between, and whichever of the two goes on first."""
    for calls in range(1, 20):
        scenario.reset()
        redeemer = scenario.redeem()
        scenario.crash_after(calls)
        scenario.deliver()
        scenario.close_account(redeemer)
        scenario.drain_queue()
        scenario.must_have_no_access(redeemer)
        assert scenario.redemption(redeemer).state in (State.FAILED, State.DONE)
