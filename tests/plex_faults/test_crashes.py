"""The function killed after each of its effects, at Plex or in its own books: the next one ends what it began."""

import pytest

from chalicelib.redemptions.model import State
from tests.plex_faults.crashes import Countdown, Dying
from tests.plex_faults.test_every_fault import HOME, SHARE

FLOWS = {
    "friend": lambda scene: scene.redeems(downloads=True),
    "home": lambda scene: scene.redeems(plex_home=True),
    "managed user": lambda scene: scene.joins_locally(plex_home=True),
    "refused by Plex": lambda scene: _refused(scene, SHARE, scene.redeems()),
    "refused after the effect": lambda scene: _refused(scene, SHARE, scene.redeems(), when="after"),
    "managed user refused": lambda scene: _refused(scene, SHARE, scene.joins_locally(plex_home=True)),
    "home refused": lambda scene: _refused(scene, HOME, scene.redeems(plex_home=True)),
    "answer lost": lambda scene: _lost(scene, scene.redeems()),
    "owner's token refused": lambda scene: _owner_refused(scene, scene.redeems()),
}
FAILS = {"refused by Plex", "managed user refused", "home refused"}
EITHER = {"refused after the effect"}
"""Who comes back before the refusal was noted finds the share that was made all the same."""


def _refused(scene, path, someone, when="before"):
    scene.fault("POST", path, "status", when, status=403, times=None if when == "before" else 1)
    return someone


def _lost(scene, someone):
    scene.fault("POST", SHARE, "drop", "after")
    return someone


def _owner_refused(scene, someone):
    scene.fault("POST", SHARE, "status", status=401)
    return someone


def deaths(scene, begin):
    """Play the flow again and again, each time dying one effect later, until it is through before that."""
    for effects in range(1, 100):
        scene.start_over()
        someone = begin(scene)
        countdown = Countdown(effects)
        scene.dying = lambda port, countdown=countdown: Dying(port, countdown)
        scene.drains()
        yield someone
        if countdown.left > 0:
            assert effects > 5
            return
    raise AssertionError("this never ends")


@pytest.mark.parametrize("flow", FLOWS)
def test_a_killed_function_ends_in_access_with_an_account_or_in_neither(scene, flow):
    for someone in deaths(scene, FLOWS[flow]):
        redemption = scene.must_be_true(someone)
        if flow not in EITHER:
            assert redemption.state is (State.FAILED if flow in FAILS else State.DONE)


@pytest.mark.parametrize("plex_home", [False, True])
def test_a_function_killed_while_it_ends_access_leaves_nothing_behind(scene, plex_home):
    for someone in deaths(scene, lambda scene: scene.leaves(scene.has_access(plex_home=plex_home))):
        scene.must_have_left(someone)


def test_an_account_closed_while_it_is_provisioned_keeps_no_access(scene):
    """Wherever the deletion comes in between, and whatever of the two goes on first."""
    for effects in range(1, 20):
        scene.start_over()
        someone = scene.redeems()
        countdown = Countdown(effects)
        scene.dying = lambda port, countdown=countdown: Dying(port, countdown)
        scene.delivers()
        scene.leaves(someone)
        scene.drains()
        scene.must_have_left(someone)
        assert scene.redemption(someone).state in (State.FAILED, State.DONE)
