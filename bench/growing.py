"""A table of invites that grows to any size, as years of use would leave it."""

import gc
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.accounts.model import User
from chalicelib.common.people import Person
from chalicelib.invites.model import Invite, Redeemer
from chalicelib.redemptions.model import new_redemption
from chalicelib.redemptions.offers import Offer
from chalicelib.redemptions.redeeming import granted
from chalicelib.stores.redemptions.records import RedemptionModel, redemption_record
from testing.planting import planted, some_invites, sow

CREATORS = tuple(Person(f"{number:032x}", f"Creator {number}") for number in range(2))
APART = timedelta(minutes=1)
AT_ONCE = 1000
HANDS = 3


@dataclass
class Garden:
    """Of every four invites one is redeemed, one expired, one inactive, and one active until next month. Two people
    made them, one a minute, the newest an hour ago; what is added is older than all there was.
    """

    offer: Offer
    now: datetime
    size: int = 0

    def grow(self, size: int) -> None:
        starts = range(self.size, size, AT_ONCE)
        with ThreadPoolExecutor(HANDS) as hands:
            list(hands.map(lambda start: self._add(start, min(start + AT_ONCE, size)), starts))
        self.size = size
        gc.collect()
        gc.freeze()  # else our own time would grow with what the planting left behind

    def made_at(self, number: int) -> datetime:
        return self.now - timedelta(hours=1) - number * APART

    @contextmanager
    def due(self, count: int) -> Iterator[None]:
        """So many more that expired a minute ago, while lists still have them under "active"; gone afterwards."""
        expiry = self.now - APART
        with planted(some_invites(count, CREATORS[0], self.made_at(0), expires_at=expiry), expiry - APART):
            yield

    def _add(self, start: int, end: int) -> None:
        invites = [self._invite(number) for number in range(start, end)]
        sow(invites, self.now)
        with RedemptionModel.batch_write() as batch:
            for redemption in self._redemptions(invites):
                batch.save(redemption)

    def _invite(self, number: int) -> Invite:
        made_at, creator, kind = self.made_at(number), CREATORS[number // 4 % len(CREATORS)], number % 4
        redeemer = Redeemer(f"{number:032x}", Person(f"9{number:031x}", f"Person {number}"), made_at)
        return Invite(
            code=f"Grown{number:07}",
            created_by=creator,
            created_at=made_at,
            updated_at=made_at,
            note=f"for guest {number}",
            uses=int(kind == 0),
            redeemers=(redeemer,) if kind == 0 else (),
            expires_at={1: self.now - timedelta(minutes=30), 3: self.now + timedelta(days=30)}.get(kind),
            enabled=kind != 2,
        )

    def _redemptions(self, invites: list[Invite]) -> Iterator[RedemptionModel]:
        grant = granted(self.offer)
        for invite in invites:
            for redeemer in invite.redeemers:
                user = User(
                    id=redeemer.person.id,
                    name=redeemer.person.name,
                    email=None,
                    plex_id=1,
                    permissions=frozenset(),
                    created_at=redeemer.at,
                )
                claim = new_redemption(
                    redeemer.redemption_id,
                    code=invite.code,
                    user=user,
                    creator_id=invite.created_by.id,
                    grant=grant,
                    now=redeemer.at,
                )
                yield redemption_record(claim.done(redeemer.at))
