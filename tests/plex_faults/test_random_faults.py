"""Whatever the weather: once it clears and the queue drains, every claimed use belongs to somebody with the share, or
was given back. Several people on one day, random faults, some of them lasting, and functions that die now and then.
"""

import random

import pytest

from tests.plex_faults.crashes import Countdown, Dying
from tests.plex_faults.test_every_fault import FAULTS, GIVING_FLOWS

CALLS = sorted({call for flow in GIVING_FLOWS for call in flow.calls} | {("GET", "/api/v2/user")})
DAYS = range(12)


@pytest.mark.parametrize("day", DAYS)
def test_everybody_is_in_with_an_account_or_out_without_one(scene, day):
    chance = random.Random(day)  # noqa: S311 - the same days every time
    people = [
        scene.redeems(downloads=True),
        scene.redeems(live_tv=True),
        scene.redeems(plex_home=True),
        scene.joins_locally(plex_home=True),
    ]
    scene.world.options.invites_visible_after_seconds = chance.choice((0, 0, 4))
    scene.world.options.v2_shares_accepted_at_once = chance.random() < 0.2
    for _ in range(chance.randint(3, 8)):
        method, path = chance.choice(CALLS)
        fault = chance.choice(FAULTS)
        scene.fault(method, path, **fault, when=chance.choice(("before", "after")), times=chance.randint(1, 3))
    scene.dying = lambda port: Dying(port, Countdown(chance.randint(1, 60)))
    for _ in range(12):
        if scene.post.waiting:
            scene.delivers()
    scene.dying = lambda port: port
    scene.world.faults.clear()
    scene.drains()
    at_home = 0
    for someone in people:
        redemption = scene.must_be_true(someone, alone=False)
        at_home += redemption.state == "done" and redemption.grant.features.plex_home
    assert (len(scene.home_members()), scene.world.home_invites) == (at_home, {})
