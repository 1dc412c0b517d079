"""Many invites at once, written directly to the table as the use cases would write them."""

from collections.abc import Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from chalicelib.common.people import Person
from chalicelib.invites.model import Invite
from testing.invite_builders import an_invite


def some_invites(count: int, creator: Person, made_at: datetime, **facts: Any) -> list[Invite]:
    """``count`` invites, the first the newest, a second apart. A fact may be a function of the invite's number."""
    facts = {"code": lambda number: f"P{creator.id[:9]}{number:06}", **facts}
    return [
        an_invite(
            created_by=creator,
            created_at=made_at - timedelta(seconds=number),
            updated_at=made_at,
            **{name: fact(number) if callable(fact) else fact for name, fact in facts.items()},
        )
        for number in range(count)
    ]


def a_mixture(count, creator, made_at, now):
    """A quarter redeemed, a quarter expired, a quarter inactive and a quarter active."""
    return some_invites(
        count,
        creator,
        made_at,
        uses=lambda number: int(number % 4 == 0),
        expires_at=lambda number: now - timedelta(hours=1) if number % 4 == 1 else None,
        enabled=lambda number: number % 4 != 2,
    )


@contextmanager
def planted(invites, now):
    """As ``plant``, and removed afterwards."""
    from chalicelib.stores.invites.records import InviteModel

    records = plant(invites, now)
    try:
        yield
    finally:
        left = list(InviteModel.batch_get([record.code for record in records], consistent_read=True))
        _write(left, "delete")
        _count([(record.code, record.status_hint, None) for record in left])


def plant(invites: Sequence[Invite], now: datetime) -> list[Any]:
    """Write the invites and give their records. Lists find them under their status at ``now``; the sweep has still to
    move what expires later.
    """
    from chalicelib.stores.invites.indexes import places
    from chalicelib.stores.invites.records import InviteModel, facts_of, redeemer_text

    records = [
        InviteModel(
            **facts_of(invite),
            redeemers={each.redemption_id: redeemer_text(each) for each in invite.redeemers},
            **places(invite, invite.status(now)),
        )
        for invite in invites
    ]
    _write(records, "save")
    _count([(record.code, None, record.status_hint) for record in records])
    return records


def _write(records, how):
    from chalicelib.stores.invites.records import InviteModel

    with InviteModel.batch_write() as batch:
        for record in records:
            getattr(batch, how)(record)


def _count(moves):
    from chalicelib import wiring
    from chalicelib.stores.database.transactions import Transaction
    from chalicelib.stores.invites.counts import Tally

    tally, transaction = Tally(), Transaction(wiring.ports.connection)
    for move in moves:
        tally.moved(*move)
    tally.write(transaction)
    transaction.commit()
