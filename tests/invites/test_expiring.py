"""Lists find under "expired" what expired, so many at a time."""

from datetime import timedelta

from chalicelib.invites.expiring import MOST_MOVED, MovingExpiredInvites
from testing.invite_builders import NOW, an_invite
from tests.fakes.ports import FakePorts


def test_a_sweep_moves_all_that_expired_so_many_at_a_time_and_once():
    ports = FakePorts()
    expired = [an_invite(code=f"expired{number:03}", expires_at=NOW) for number in range(MOST_MOVED + 2)]
    others = [an_invite(code="later0001", expires_at=NOW + timedelta(seconds=1)), an_invite(code="never0001")]
    ports.database.invites = {invite.code: invite for invite in (*expired, *others)}
    moving = ports.use(MovingExpiredInvites)
    assert [(batch.done, batch.failed) for batch in moving.sweep(now=NOW)] == [(MOST_MOVED, 0), (2, 0)]
    assert list(moving.sweep(now=NOW)) == []


def test_a_batch_fits_into_one_transaction_with_its_counts():
    """DynamoDB takes a hundred items; each of eight shares of the counts is one more."""
    assert MOST_MOVED + 8 <= 100
