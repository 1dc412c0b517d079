"""How many seats there are and are taken, for those who manage users."""

from chalicelib.access.ports import LookStore
from chalicelib.access.seats import HOME_SEATS, Gate, Room
from chalicelib.accounts.model import User
from chalicelib.common.people import Permission
from chalicelib.common.records import dataclass
from chalicelib.settings.model import Settings


@dataclass(frozen=True, slots=True)
class Seating:
    """``pending``: invitations that were not accepted yet; ``claimed``: what Plex does not know yet."""

    gate: Gate
    room: Room
    pending: int
    claimed: int


@dataclass(frozen=True, slots=True)
class ShowingSeats:
    looks: LookStore

    def show(self, settings: Settings, *, by: User) -> Seating:
        """Raises NotAllowed."""
        by.must(Permission.MANAGE_USERS)
        gate, look = self.looks.gate(), self.looks.get()
        people, pending = (look.people, look.pending) if look else (gate.server, 0)
        return Seating(gate, room_of(settings), pending, max(0, gate.server - people))


def room_of(settings: Settings) -> Room:
    """How many seats there are."""
    return Room(settings.seat_limit, settings.libraries_refresh.home_limit or HOME_SEATS)
