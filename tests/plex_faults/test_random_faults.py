"""After any faults, once they are over and the queue is drained, every claimed use belongs to a person with the share,
or was given back. Several people at once, random faults, some of them lasting, and functions that crash now and then.
"""

import random

import pytest

from tests.plex_faults.crashes import Countdown
from tests.plex_faults.test_every_fault import FAULTS, GRANTING_FLOWS

CALLS = sorted({call for flow in GRANTING_FLOWS for call in flow.calls} | {("GET", "/api/v2/user")})
SEEDS = range(12)


@pytest.mark.parametrize("seed", SEEDS)
def test_each_person_is_in_with_an_account_or_out_without_one(scenario, seed):
    chance = random.Random(seed)  # noqa: S311 - the same faults every time
    people = [
        scenario.redeem(downloads=True),
        scenario.redeem(live_tv=True),
        scenario.redeem(plex_home=True),
        scenario.join_locally(plex_home=True),
    ]
    scenario.world.options.invites_visible_after_seconds = chance.choice((0, 0, 4))
    scenario.world.options.v2_shares_accepted_at_once = chance.random() < 0.2
    for _ in range(chance.randint(3, 8)):
        method, path = chance.choice(CALLS)
        fault = chance.choice(FAULTS)
        scenario.add_fault(method, path, **fault, when=chance.choice(("before", "after")), times=chance.randint(1, 3))
    scenario.crashes = lambda: Countdown(chance.randint(1, 60))
    for _ in range(12):
        if scenario.queue.waiting:
            scenario.deliver()
    scenario.crashes = None
    scenario.world.faults.clear()
    scenario.drain_queue()
    at_home = 0
    for redeemer in people:
        redemption = scenario.must_be_consistent(redeemer, alone=False)
        at_home += redemption.state == "done" and redemption.grant.features.plex_home
    assert (len(scenario.home_members()), scenario.world.home_invites) == (at_home, {})
