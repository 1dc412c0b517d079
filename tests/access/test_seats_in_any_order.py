"""People join, are adopted, changed and closed in any order, faults and crashes beside: seats are counted as they are
taken, and no more are given than there are.
"""

import random
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.access.deciding.adopting import Adopting
from chalicelib.access.deciding.membership import DecidingMembership
from chalicelib.access.deciding.restoring import Restoring
from chalicelib.access.looking import AskingForLooks, Looking
from chalicelib.common.people import Permission
from chalicelib.common.refusals import Refusal, SeatsTaken
from chalicelib.plex.errors import TemporaryPlexError
from chalicelib.settings.model import OnDifference, Policy, Refresh
from tests.fakes.plex import MOVIES
from tests.redemptions.scenario import Scenario

SEEDS = range(200)
ROUNDS = 60
SEAT_LIMIT, HOME_LIMIT = 5, 4


class House:
    """What people do next is drawn by lot, the same for each seed."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)  # noqa: S311 - the same lots every time
        self.scenario = Scenario()
        unknown = self.chance.choice((Policy.REPORT, Policy.ACCEPT))
        self.scenario.change_settings(
            seat_limit=SEAT_LIMIT,
            libraries_refresh=Refresh(home_limit=HOME_LIMIT),
            on_difference=OnDifference(unknown_person=unknown),
        )
        self.manager = self.scenario.user("mona", Permission.MANAGE_USERS)
        self.redeemed: list[Any] = []
        self.scenario.plex.before_call = self.meanwhile

    def draw(self) -> None:
        deeds = {
            self.join: 4,
            self.join_locally: 1,
            self.come_by_hand: 2,
            self.be_put_into_the_home: 1,
            self.leave_plex: 2,
            self.adopt: 2,
            self.close: 2,
            self.suspend_or_resume: 4,
            self.accept: 2,
            self.deliver: 10,
            self.look: 6,
            self.crash: 2,
            self.fail: 2,
            self.wait: 3,
        }
        self.chance.choices(list(deeds), list(deeds.values()))[0]()
        must_be_consistent(self.scenario)

    def join(self) -> None:
        gate, home = self.scenario.database.gate, self.chance.random() < 0.3
        account_id = self.chance.choice([*self.unknown(), None])
        try:
            self.redeemed.append(self.scenario.redeem(self.scenario.invite(plex_home=home), account_id))
        except SeatsTaken:
            assert gate.server >= SEAT_LIMIT or (home and gate.home >= HOME_LIMIT)
        except Refusal:
            return
        else:
            must_not_be_over(self.scenario, gate)

    def join_locally(self) -> None:
        gate = self.scenario.database.gate
        try:
            joined = self.scenario.redeem_locally(name=f"Tom {len(self.redeemed)}", plex_home=True)
        except SeatsTaken:
            return
        self.redeemed.append(joined)
        must_not_be_over(self.scenario, gate)

    def come_by_hand(self) -> None:
        person = self.scenario.plex.add_person(self.scenario.new_id())
        self.scenario.plex.share_by_hand(person.id, MOVIES)

    def be_put_into_the_home(self) -> None:
        plex = self.scenario.plex
        if outside := [each.account_id for each in plex.shares.values() if each.account_id not in plex.home]:
            plex.home_invites.pop(account_id := self.chance.choice(outside), None)
            plex.join_home_by_hand(account_id)

    def leave_plex(self) -> None:
        if there := [share.account_id for share in self.scenario.plex.shares.values()]:
            self.scenario.plex.end_shares(self.chance.choice(there))

    def adopt(self) -> None:
        if noted := list(self.scenario.database.strangers):
            some = tuple(self.chance.sample(noted, min(2, len(noted))))
            self.scenario.use(Adopting).adopt(some, by=self.manager, now=self.scenario.now)

    def close(self) -> None:
        if open_ := [each for each in self.redeemed if self.scenario.database.users[each.user.id].is_open]:
            self.scenario.close_account(self.chance.choice(open_))

    def suspend_or_resume(self) -> None:
        gate, deciding = self.scenario.database.gate, self.scenario.use(DecidingMembership)
        for access in self.accesses():
            decide = deciding.resume if access.decided.hold else deciding.suspend
            try:
                decide(access.user_id, version=None, by=self.manager, now=self.scenario.now)
            except Refusal:
                return
            must_not_be_over(self.scenario, gate)

    def accept(self) -> None:
        for access in self.accesses():
            try:
                self.scenario.use(Restoring).accept(
                    access.user_id, version=None, by=self.manager, now=self.scenario.now
                )
            except Refusal:
                return

    def accesses(self):
        """One that a person may decide about."""
        found = [one for one in self.scenario.database.accesses.values() if not one.is_over and not one.is_joining]
        return self.chance.sample(found, min(1, len(found)))

    def unknown(self):
        held = self.scenario.database.identities
        there = {share.account_id for share in self.scenario.plex.shares.values()}
        return [id_ for id_ in sorted(there) if f"plex#{id_}" not in held]

    def deliver(self) -> None:
        if self.scenario.messages:
            self.scenario.deliver()

    def look(self) -> None:
        scenario = self.scenario
        scenario.use(AskingForLooks).schedule(now=scenario.now)
        scenario.messages[:] = [each for each in scenario.messages if each.kind != "look"]
        scenario.use(Looking).look(deadline=scenario.now + timedelta(seconds=60))
        scenario.later(seconds=self.chance.choice((1, 600)))

    def crash(self) -> None:
        moments = self.scenario.moments
        moments.crash_at = moments.passed + self.chance.randint(1, 12)

    def fail(self) -> None:
        call = self.chance.choice(("share", "find_share", "survey", "unshare", "invite_home", "create_managed"))
        self.scenario.plex.fail(call, TemporaryPlexError("the answer was lost"), after=self.chance.random() < 0.5)

    def wait(self) -> None:
        self.scenario.later(seconds=self.chance.choice((1, 61, 400)))

    def meanwhile(self) -> None:
        """While Plex is asked."""
        if self.chance.random() < 0.03:
            self.chance.choice((self.adopt, self.close, self.accept))()

    def end(self) -> None:
        """Nothing goes wrong any more, and nobody comes."""
        scenario = self.scenario
        scenario.plex.faults.clear()
        scenario.plex.before_call = lambda: None
        scenario.moments.crash_at = None
        scenario.change_settings(on_difference=OnDifference())
        for _ in range(4):
            scenario.drain()
            scenario.later(seconds=1200)
            self.look()


@pytest.mark.parametrize("seed", SEEDS)
def test_seats_are_counted_as_they_are_taken(seed):
    house = House(seed)
    for _ in range(ROUNDS):
        house.draw()
    house.end()
    must_be_consistent(house.scenario)
    must_be_as_on_plex(house.scenario)


def must_be_consistent(scenario):
    """Whatever is under way: what is counted of the accesses is what they have noted."""
    accesses, gate = scenario.database.accesses.values(), scenario.database.gate
    assert gate.server - gate.others == sum(access.done.seats.server for access in accesses)
    assert gate.home - gate.home_others == sum(access.done.seats.home for access in accesses)


def must_not_be_over(scenario, before):
    gate = scenario.database.gate
    assert gate.server <= max(before.server, SEAT_LIMIT)
    assert gate.home <= max(before.home, HOME_LIMIT)


def must_be_as_on_plex(scenario):
    """Those who have something there, and those who shall have it."""
    plex, wanted = scenario.plex, [access for access in scenario.database.accesses.values() if access.wanted]
    on_server = {share.account_id for share in plex.shares.values()} | {who(access) for access in wanted}
    coming_home = {who(access) for access in wanted if access.decided.grant.features.plex_home}
    at_home = {plex.owner.id, *plex.home, *plex.home_invites} | coming_home
    assert (scenario.database.gate.server, scenario.database.gate.home) == (len(on_server), len(at_home))


def who(access):
    """Everybody here has a Plex account, or gets a profile."""
    return access.plex_id or access.user_id
