"""A table of invites that grows to any size, as years of use would leave it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from pynamodb.models import BatchWrite

from chalicelib.common.people import Person
from chalicelib.common.records import replace
from chalicelib.invites.model import Invite, Redeemer
from chalicelib.redemptions.offers import Newcomer, Offer
from chalicelib.stores.redemptions.records import RedemptionModel, redemption_record
from chalicelib.wiring import ports
from testing.planting import plant, planted, some_invites

CREATORS = tuple(Person(f"{number:032x}", f"Creator {number}") for number in range(2))
APART = timedelta(minutes=1)
AT_ONCE, THREADS = 1000, 3


@dataclass
class InviteTable:
    """Of every four invites one is redeemed, one expired, one inactive, and one active until next month. Two people
    made them, one a minute, the newest an hour ago; what is added is older than what there was.
    """

    offer: Offer
    now: datetime
    size: int = 0

    def grow(self, size: int) -> None:
        starts = range(self.size, size, AT_ONCE)
        with ThreadPoolExecutor(THREADS) as threads:
            list(threads.map(lambda start: self._add(range(start, min(start + AT_ONCE, size))), starts))
        self.size = size

    def made_at(self, number: int) -> datetime:
        return self.now - timedelta(hours=1) - number * APART

    @contextmanager
    def due(self, count: int) -> Iterator[None]:
        """So many more that expired a minute ago, while lists still have them under "active"; gone afterwards."""
        expiry = self.now - APART
        with planted(some_invites(count, CREATORS[0], self.made_at(0), expires_at=expiry), expiry - APART):
            yield

    def _add(self, numbers: range) -> None:
        with RedemptionModel.batch_write() as batch:
            plant([self._invite(number, batch) for number in numbers], self.now)

    def _invite(self, number: int, redemptions: BatchWrite[RedemptionModel]) -> Invite:
        made_at, kind = self.made_at(number), number % 4
        ends = {1: self.now - timedelta(minutes=30), 3: self.now + timedelta(days=30)}
        invite = Invite(
            code=f"Grown{number:07}",
            created_by=CREATORS[number // 4 % len(CREATORS)],
            created_at=made_at,
            updated_at=made_at,
            note=f"for guest {number}",
            expires_at=ends.get(kind),
            enabled=kind != 2,
        )
        return self._redeem(invite, made_at, redemptions) if kind == 0 else invite

    def _redeem(self, invite: Invite, at: datetime, redemptions: BatchWrite[RedemptionModel]) -> Invite:
        newcomer = Newcomer(f"Person {invite.code}", None, plex_id=1)
        claim, _ = replace(self.offer, invite=invite).draw_up_claim(newcomer, new_id=ports.new_id, now=at)
        done = claim.redemption.with_progress(claim.redemption.progress.done(at))
        redemptions.save(redemption_record(done))
        redeemer = Redeemer(claim.redemption.id, claim.user.person, at)
        return replace(invite, uses=1, redeemers=(redeemer,))
