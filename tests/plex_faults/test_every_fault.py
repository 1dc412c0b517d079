"""Each fault, before and after its effect, on each call of each flow: afterwards access and account, or neither."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from chalicelib.access.model import Hold, Occasion
from chalicelib.access.progress import State
from local.plex import demo
from tests.plex_faults.consistency import GRANTED

SHARES = r"/api/servers/[^/]+/shared_servers"
SHARE = "/api/v2/shared_servers"
ONE_SHARE = r"/api/v2/shared_servers/\d+"
ACCEPT = r"/api/v2/shared_servers/\d+/accept"
PENDING = "/api/v2/shared_servers/invites/received/pending"
HOME = "/api/home/users"
MEMBER = r"/api/home/users/\d+"
REQUESTS = "/api/invites/requests"
REQUEST = r"/api/invites/requests/\d+"

STATUSES = (401, 403, 404, 422, 429, 498, 503, 520)
KINDS = ("timeout", "slow", "drop", "truncate", "garbage", "empty", "html", "wrong_shape")
FAULTS = [{"kind": "status", "status": status} for status in STATUSES] + [{"kind": kind} for kind in KINDS]
FAIR_CHOICE = [
    one
    for one in FAULTS
    if one.get("status", one["kind"]) in (401, 403, 429, 520, "drop", "truncate", "html", "wrong_shape")
]
PERMANENT = (403, 404, 422)
GRANTING = (("POST", SHARE), ("POST", HOME), ("POST", ONE_SHARE))


@dataclass(frozen=True)
class Flow:
    name: str
    begin: Callable[[Any], Any]
    calls: tuple[tuple[str, str], ...]
    """Method and path of what the flow asks of Plex, in order."""


def _shown_later(scenario):
    scenario.world.options.invites_visible_after_seconds = 3
    return scenario.redeem()


def _shared_before(scenario):
    """By the owner, by hand, a moment after the claim looked."""
    redeemer = scenario.redeem()
    scenario.share_by_hand(redeemer.account_id)
    return redeemer


FRIEND = Flow(
    "friend",
    lambda scenario: scenario.redeem(downloads=True, live_tv=True),
    (("POST", SHARE), ("POST", ACCEPT), ("GET", SHARES)),
)
LATER = Flow(
    "friend, shown later",
    _shown_later,
    (("GET", PENDING),),
)
HOME_MEMBER = Flow(
    "home",
    lambda scenario: scenario.redeem(plex_home=True),
    (("POST", HOME), ("POST", SHARE), ("GET", REQUESTS), ("PUT", REQUEST), ("GET", SHARES), ("GET", HOME)),
)
MANAGED = Flow(
    "managed user",
    lambda scenario: scenario.join_locally(plex_home=True),
    (("GET", HOME), ("POST", HOME), ("POST", SHARE)),
)
ALREADY_SHARED = Flow(
    "shared by hand before",
    _shared_before,
    (("POST", SHARE), ("GET", SHARES), ("POST", ONE_SHARE)),
)


REMOVE = Flow(
    "remove",
    lambda scenario: scenario.close_account(scenario.redeem_earlier()),
    (("GET", SHARES), ("DELETE", ONE_SHARE)),
)
REMOVE_FROM_HOME = Flow(
    "remove from home",
    lambda scenario: scenario.close_account(scenario.redeem_earlier(plex_home=True)),
    (("DELETE", MEMBER), ("GET", HOME), ("GET", "/api/users/")),
)


def _suspended(scenario):
    return scenario.decide(scenario.redeem_earlier(), Occasion.HELD, hold=Hold.SUSPENDED)


def _resumed(scenario):
    scenario.world.options.v2_shares_accepted_at_once = True
    redeemer = _suspended(scenario)
    scenario.drain_queue()
    return scenario.decide(redeemer, Occasion.RESUMED, hold=None)


EDITED = Flow(
    "edited",
    lambda scenario: scenario.decide(scenario.redeem_earlier(), Occasion.EDITED, libraries=[demo.TV_SHOWS]),
    (("GET", SHARES), ("POST", ONE_SHARE)),
)
SUSPENDED = Flow("suspended", _suspended, (("GET", SHARES), ("DELETE", ONE_SHARE)))
RESUMED = Flow("resumed", _resumed, (("GET", SHARES), ("POST", SHARE)))
CHANGES = {EDITED.name: [demo.TV_SHOWS], SUSPENDED.name: None, RESUMED.name: sorted(GRANTED)}
"""What the person has afterwards."""
CHANGING_FLOWS = (EDITED, SUSPENDED, RESUMED)

GRANTING_FLOWS = (FRIEND, LATER, HOME_MEMBER, MANAGED, ALREADY_SHARED)
REVOKING_FLOWS = (REMOVE, REMOVE_FROM_HOME)


def cases(flows):
    """Every fault on every call that does something, where it first appears; a fair choice of them on all others."""
    seen = set()
    for flow in flows:
        for method, path in flow.calls:
            is_new = method != "GET" and (method, path) not in seen
            seen.add((method, path))
            for fault, when in itertools.product(FAULTS if is_new else FAIR_CHOICE, ("before", "after")):
                if when == "before" or method != "GET":
                    name = f"{flow.name}-{method} {path}-{when}-{fault.get('status', fault['kind'])}"
                    yield pytest.param(flow, method, path, {**fault, "when": when}, id=name)


@pytest.mark.parametrize(("flow", "method", "path", "fault"), list(cases(GRANTING_FLOWS)))
def test_a_fault_ends_in_access_with_an_account_or_in_neither(scenario, flow, method, path, fault):
    redeemer = flow.begin(scenario)
    scenario.add_fault(method, path, **fault)
    scenario.drain_queue()
    assert all(one.fired for one in scenario.world.faults.listed()), "the flow never made this call"
    redemption = scenario.must_be_consistent(redeemer)
    assert redemption.state is (State.FAILED if _is_refused(flow, method, path, fault) else State.DONE)


def _is_refused(flow, method, path, fault):
    """Whether Plex said no, for good, to granting something that a read does not find granted all the same."""
    if fault.get("status") not in PERMANENT or (method, path) not in GRANTING:
        return False
    invited_all_the_same = path == HOME and fault["when"] == "after"
    went_away = path == ONE_SHARE and fault["status"] == 404
    return not (invited_all_the_same or went_away)


@pytest.mark.parametrize(("flow", "method", "path", "fault"), list(cases(REVOKING_FLOWS)))
def test_a_fault_while_access_is_ended_leaves_nothing_behind(scenario, flow, method, path, fault):
    redeemer = flow.begin(scenario)
    scenario.add_fault(method, path, **fault)
    scenario.drain_queue()
    assert all(one.fired for one in scenario.world.faults.listed()), "the flow never made this call"
    scenario.must_have_no_access(redeemer)


@pytest.mark.parametrize(("flow", "method", "path", "fault"), list(cases(CHANGING_FLOWS)))
def test_a_fault_while_access_changes_ends_at_what_was_decided(scenario, flow, method, path, fault):
    redeemer = flow.begin(scenario)
    scenario.add_fault(method, path, **fault)
    scenario.drain_queue()
    assert all(one.fired for one in scenario.world.faults.listed()), "the flow never made this call"
    scenario.must_have(redeemer, CHANGES[flow.name])
