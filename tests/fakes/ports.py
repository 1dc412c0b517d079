"""Every port as a typed fake, in memory: the wiring's twin."""

import itertools
from datetime import UTC, datetime, timedelta
from functools import cached_property, partial
from typing import TYPE_CHECKING

from chalicelib.access.deciding.batches import FindBatch, KeepBatch, NoteResult
from chalicelib.accounts.ports import HashPassword, VerifyPassword
from chalicelib.common.ports import DecryptionFailed
from chalicelib.events.ports import FindOwners, ReadJournal, Send
from chalicelib.qr_codes.model import Format
from chalicelib.setup.ports import ReadProgress, SaveProgress
from chalicelib.wiring import UseCases
from tests.fakes.access import FakeAccesses, FakeBatches, FakeLooks
from tests.fakes.accounts import FakeAccounts, FakeCounters, FakeHeldTokens, FakePasswords, FakeSessions
from tests.fakes.database import Database
from tests.fakes.events import FakeDeliveries, FakeEndpoints, FakeJournal, FakeReceiver, find_owners
from tests.fakes.invites import FakeInvites
from tests.fakes.plex import FakePlexOwner, FakePlexPerson, FakeWorkQueue, PlexWorld
from tests.fakes.qr_codes import FakeImageRecords, FakeImages
from tests.fakes.redemptions import FakeClaims, FakeRedemptions
from tests.fakes.settings import FakeSettings
from tests.fakes.setup import FakeOwnership, FakeSchema

if TYPE_CHECKING:
    from chalicelib.setup.migrating import Migrations

NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)


class FakePorts(UseCases):
    """``use`` makes any use case from these, as ``wiring.use`` does from the real ones. Tests change the attributes."""

    def __init__(self) -> None:
        self.now = NOW
        self.database = Database()
        self.plex = PlexWorld(self.clock)
        self.application_url = "https://invites.example.org"
        self.setup_token_hash: str | None = None
        self.owner_token = "owner's token"
        self.token_version = "1"
        self.migrations: Migrations = ()
        self.look_apart, self.look_every = timedelta(minutes=10), timedelta(minutes=15)
        self.woken = 0
        self.webhook_targets: tuple[str, ...] = ("127.0.0.1:8002",)
        self._numbers = itertools.count(1)

    def clock(self) -> datetime:
        return self.now

    def later(self, **span: float) -> datetime:
        """Move the clock on; gives the new present."""
        self.now += timedelta(**span)
        return self.now

    def new_id(self) -> str:
        return f"id{next(self._numbers):06}"

    def chance(self) -> float:
        return 0.5

    def choose(self, among: str) -> str:
        return among[next(self._numbers) % len(among)]

    def render(self, link: str, format_: Format) -> bytes:
        return f"{format_} of {link}".encode()

    def render_markdown(self, text: str) -> str:
        return f"<p>{text}</p>" if text else ""

    def keep_owner_token(self, token: str) -> None:
        self.owner_token, self.token_version = token, str(int(self.token_version) + 1)

    def owner_token_version(self) -> str:
        return self.token_version

    @cached_property
    def settings(self) -> FakeSettings:
        return FakeSettings(self.database)

    @cached_property
    def journal(self) -> FakeJournal:
        return FakeJournal(self.database)

    @property
    def read_journal(self) -> ReadJournal:
        return self.journal.page

    @cached_property
    def deliveries(self) -> FakeDeliveries:
        return FakeDeliveries()

    @cached_property
    def endpoints(self) -> FakeEndpoints:
        return FakeEndpoints(self.database, self.deliveries)

    @cached_property
    def receiver(self) -> FakeReceiver:
        return FakeReceiver()

    @property
    def send(self) -> Send:
        return self.receiver.send

    @property
    def find_owners(self) -> FindOwners:
        return partial(find_owners, self.database)

    def wake_deliver(self) -> None:
        self.woken += 1

    def encrypt_for_delivery(self, text: str, endpoint_id: str) -> bytes:
        return f"{endpoint_id}:{text}".encode()

    def decrypt_for_delivery(self, encrypted: bytes, endpoint_id: str) -> str:
        meant_for, _, text = encrypted.decode().partition(":")
        if meant_for != endpoint_id:
            raise DecryptionFailed
        return text

    def random_bytes(self, count: int) -> bytes:
        return bytes([next(self._numbers) % 256]) * count

    def pause(self, seconds: float) -> None:
        self.later(seconds=seconds)

    @cached_property
    def accounts(self) -> FakeAccounts:
        return FakeAccounts(self.database)

    @cached_property
    def sessions(self) -> FakeSessions:
        return FakeSessions(self.database)

    @cached_property
    def counters(self) -> FakeCounters:
        return FakeCounters()

    @cached_property
    def passwords(self) -> FakePasswords:
        return FakePasswords()

    @cached_property
    def ownership(self) -> FakeOwnership:
        return FakeOwnership(self.database)

    @cached_property
    def schema(self) -> FakeSchema:
        return FakeSchema(self.database)

    @cached_property
    def looks(self) -> FakeLooks:
        return FakeLooks(self.database)

    @cached_property
    def invites(self) -> FakeInvites:
        return FakeInvites(self.database)

    @cached_property
    def claims(self) -> FakeClaims:
        return FakeClaims(self.database)

    @cached_property
    def redemptions(self) -> FakeRedemptions:
        return FakeRedemptions(self.database)

    @cached_property
    def tokens(self) -> FakeHeldTokens:
        return FakeHeldTokens(self.database)

    @cached_property
    def accesses(self) -> FakeAccesses:
        return FakeAccesses(self.database, self.clock)

    @property
    def keep_batch(self) -> KeepBatch:
        return FakeBatches(self.database).add

    @property
    def find_batch(self) -> FindBatch:
        return FakeBatches(self.database).get

    @property
    def note_result(self) -> NoteResult:
        return FakeBatches(self.database).note

    @property
    def hash_password(self) -> HashPassword:
        return self.passwords.hash

    @property
    def verify_password(self) -> VerifyPassword:
        return self.passwords.verify

    @property
    def read_progress(self) -> ReadProgress:
        return self.schema.progress

    @property
    def save_progress(self) -> SaveProgress:
        return self.schema.save

    @cached_property
    def qr_records(self) -> FakeImageRecords:
        return FakeImageRecords(self.database)

    @cached_property
    def qr_images(self) -> FakeImages:
        return FakeImages()

    @cached_property
    def queue(self) -> FakeWorkQueue:
        return FakeWorkQueue(self.clock)

    @cached_property
    def plex_person(self) -> FakePlexPerson:
        return FakePlexPerson(self.plex)

    @cached_property
    def plex_owner(self) -> FakePlexOwner:
        return FakePlexOwner(self.plex)
