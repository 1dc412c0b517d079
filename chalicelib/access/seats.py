"""Seats: Plex lets an owner share with so many people, and a Plex Home holds so many. Who takes one, and how many are.

An access notes what it takes, and the gate counts, in the same transaction: so the count cannot drift.
"""

from chalicelib.common.records import dataclass

MOST_SEATS = 100
"""Plex's own limit of people that an owner shares with."""

HOME_SEATS = 15
"""Plex's own limit of a Home, its owner included."""


@dataclass(frozen=True, slots=True)
class Seats:
    """What one access takes: a seat on the server, and one in the Home."""

    server: bool = False
    home: bool = False


NO_SEATS = Seats()


@dataclass(frozen=True, slots=True)
class Room:
    """How many seats there are in all."""

    server: int = MOST_SEATS
    home: int = HOME_SEATS


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """How many are taken. ``others``, ``home_others``: by people on Plex who have no account here, as the last look saw
    them (those of the Home with its owner); ``server`` and ``home`` count these, too.
    """

    server: int = 0
    home: int = 0
    others: int = 0
    home_others: int = 0

    def moved(self, before: Seats, after: Seats) -> "Gate":
        return Gate(
            server=self.server + after.server - before.server,
            home=self.home + after.home - before.home,
            others=self.others,
            home_others=self.home_others,
        )

    def recounted(self, others: int, home_others: int) -> "Gate":
        return Gate(
            server=self.server + others - self.others,
            home=self.home + home_others - self.home_others,
            others=others,
            home_others=home_others,
        )

    def has_room(self, before: Seats, after: Seats, room: Room) -> bool:
        """Whether what is taken besides is there."""
        on_server = before.server or not after.server or self.server < room.server
        return on_server and (before.home or not after.home or self.home < room.home)
