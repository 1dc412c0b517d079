"""What the fake stores share, as the real ones share DynamoDB."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from chalicelib.access.deciding.batches import Batch
from chalicelib.access.looks import Look
from chalicelib.access.model import Access
from chalicelib.access.pauses import Pause
from chalicelib.access.ports import ExtensionRequest, Stranger
from chalicelib.access.seats import Gate, Room, Seats
from chalicelib.accounts.model import Observed, PasswordReset, Tombstone, User
from chalicelib.accounts.ports import Held
from chalicelib.accounts.sessions import Session, SignIn
from chalicelib.common.refusals import SeatsTaken
from chalicelib.events.model import Entry
from chalicelib.invites.model import Invite
from chalicelib.qr_codes.model import QrImage
from chalicelib.redemptions.model import Redemption
from chalicelib.settings.model import Settings
from chalicelib.setup.model import FIRST_SCHEMA, Ownership, Progress


@dataclass
class Database:
    """Records by their keys. ``identities``: ``plex#…``, ``email#…``, ``name#…`` to the account that holds them;
    a local account's password hash lies under its e-mail address, and the link that resets it. ``tombstones``: what is
    remembered under a ``plex#…`` that no account holds any more.

    ``newest_schema`` is that of the version that runs. ``before_write`` is called before each conditional write, so
    that a test can have another writer come first.
    """

    settings: Settings = field(default_factory=Settings)
    ownership: Ownership | None = None
    progress: Progress = field(default_factory=Progress)
    newest_schema: int = FIRST_SCHEMA
    pause: Pause | None = None
    users: dict[str, User] = field(default_factory=dict)
    identities: dict[str, str] = field(default_factory=dict)
    tombstones: dict[str, Tombstone] = field(default_factory=dict)
    observed: dict[str, Observed] = field(default_factory=dict)
    password_hashes: dict[str, str] = field(default_factory=dict)
    resets: dict[str, PasswordReset] = field(default_factory=dict)
    sessions: dict[str, Session] = field(default_factory=dict)
    sign_ins: dict[str, SignIn] = field(default_factory=dict)
    invites: dict[str, Invite] = field(default_factory=dict)
    created: dict[str, list[datetime]] = field(default_factory=dict)
    redemptions: dict[str, Redemption] = field(default_factory=dict)
    tokens: dict[str, Held] = field(default_factory=dict)
    accesses: dict[str, Access] = field(default_factory=dict)
    strangers: dict[int, Stranger] = field(default_factory=dict)
    requests: dict[str, ExtensionRequest] = field(default_factory=dict)
    reminded: dict[str, frozenset[str]] = field(default_factory=dict)
    batches: dict[str, Batch] = field(default_factory=dict)
    gate: Gate = field(default_factory=Gate)
    look: Look | None = None
    images: dict[str, QrImage] = field(default_factory=dict)
    journal: list[Entry] = field(default_factory=list)
    before_write: Callable[[], None] = lambda: None

    def move_seats(self, before: Seats, after: Seats, room: Room | None = None) -> None:
        if room and not self.gate.has_room(before, after, room):
            raise SeatsTaken
        self.gate = self.gate.moved(before, after)

    def let_come_first(self, *others: Callable[[], object]) -> None:
        """Have other writers come first, one just before each of the next conditional writes."""
        waiting = list(others)

        def come_first() -> None:
            self.before_write = lambda: None  # what the other writes itself meets no one
            waiting.pop(0)()
            self.before_write = come_first if waiting else self.before_write

        self.before_write = come_first
