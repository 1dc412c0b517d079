"""Expired invites. Their status is right at once; this is for the lists that are read by status."""

from collections.abc import Iterator
from datetime import datetime

from chalicelib.common.records import dataclass
from chalicelib.common.sweeping import Batch
from chalicelib.invites.ports import InviteStore

MOST_MOVED = 40
"""Invites moved by one transaction, which takes a hundred items, their counts included."""


@dataclass(frozen=True, slots=True)
class MovingExpiredInvites:
    invites: InviteStore

    def sweep(self, *, now: datetime) -> Iterator[Batch]:
        """Have lists find under "expired" what expired; what they show is right before that too, if dearer."""
        return (Batch(moved) for moved in self.invites.move_expired(now, MOST_MOVED))
