"""Where accesses are stored; beside them the pause of all work while Plex does not take the owner's token."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Protocol

from chalicelib.access.differences import Difference
from chalicelib.access.entitlement import Observed, SeenPlace, SeenShare
from chalicelib.access.looks import Look
from chalicelib.access.model import Access
from chalicelib.access.pauses import Pause
from chalicelib.access.seats import Gate, Room, Seats
from chalicelib.accounts.model import Tombstone, User
from chalicelib.common.pages import Page
from chalicelib.common.records import dataclass
from chalicelib.events.model import Entry
from chalicelib.plex.model import Place, Share
from chalicelib.settings.model import Settings

_NEVER = datetime.min.replace(tzinfo=UTC)
"""A digest does not depend on when."""


@dataclass(frozen=True, slots=True)
class Work:
    """What a worker reads first. ``access`` is None for an account that never was given anything."""

    user: User
    access: Access | None
    pause: Pause | None


@dataclass(frozen=True, slots=True)
class Member:
    """What a decision rests on. ``access`` is None for an account that never was given anything."""

    user: User
    access: Access | None
    settings: Settings


@dataclass(frozen=True, slots=True)
class MemberRow:
    """Of an access, what tells whether it is worth reading. ``seen``: the digest of what plex.tv said last, empty where
    something is doubted.
    """

    user_id: str
    plex_id: int | None
    machine_id: str
    seen: str


@dataclass(frozen=True, slots=True)
class Stranger:
    """A person to whom the owner's server is shared, and who has no account here. No address is kept of them."""

    plex_id: int
    name: str
    share: Share
    place: Place

    @property
    def digest(self) -> str:
        said = Observed(SeenShare(self.share, _NEVER), SeenPlace(self.place, _NEVER))
        return f"{said.digest} {self.name}"


@dataclass(frozen=True, slots=True)
class Ending:
    """Access that is for a time, and the reminders that were decided."""

    user_id: str
    ends_at: datetime
    reminded: frozenset[str]

    @property
    def place(self) -> str:
        """Where it stands among those that end."""
        return f"{self.ends_at.timestamp()}#{self.user_id}"


@dataclass(frozen=True, slots=True)
class Which:
    """Of the members: ``differing``, those with a confirmed difference; ``kind``, with this one; ``state``, in this
    one by ``state_of``.
    """

    differing: bool = False
    kind: Difference | None = None
    state: str | None = None
    state_of: Callable[[Access], str] = lambda access: access.state

    def has(self, access: Access) -> bool:
        is_of_kind = self.kind is None or self.kind in access.done.differs
        return is_of_kind and (self.state is None or self.state == self.state_of(access))


@dataclass(frozen=True, slots=True)
class Row:
    """One person's place in a batch: that they were decided for is noted with the decision, once."""

    batch_id: str
    user_id: str


@dataclass(frozen=True, slots=True)
class ExtensionRequest:
    """A member asks for more time, with a sentence."""

    user_id: str
    name: str
    message: str
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class Answer:
    """To that member's request for more time, which is gone with it."""

    user_id: str


Beside = Row | Answer
"""What is written with a decision, all or nothing."""


class AccessStore(Protocol):
    """Every write raises the revision. A joining's progress is written to its redemption, too, all or nothing."""

    def get(self, user_id: str) -> Access | None:
        """The access of that account."""

    def get_for_work(self, user_id: str) -> Work:
        """All of it in one round trip. Raises UserNotFound."""

    def save(self, access: Access, *, lease: str | None = None) -> Access:
        """Write what was done, and who has it; gives the access as it is now, with the latest decision.

        Raises StaleWrite where another worker has the lease; without ``lease``, where it is not what was read.
        """

    def save_seated(self, access: Access, *, seats_before: Seats) -> Access:
        """As ``save`` over what was read, and count its seats anew. Raises StaleWrite, also where a worker has it and
        goes on.
        """

    def get_for_decision(self, user_id: str) -> Member:
        """All of it in one round trip. Raises UserNotFound."""

    def decide(
        self, access: Access, entry: Entry | None = None, row: Beside | None = None, *, protects: User | None = None
    ) -> Access:
        """Write what was decided over the edition before, with the journal's entry and the row, all or nothing.
        ``protects``: only while that account is open and may what it might when it was read.

        Gives the access with that decision; with an entry, the worker's half is as it was read. Raises StaleWrite.
        """

    def settle(self, access: Access, user: User, *, lease: str) -> Access:
        """Write an access whose present edition a read confirmed, with what depends on that, all or nothing.

        A joining is done. One that was given up is undone: the use is free again, the redemption failed, the account
        closed and its names released; an account that was renewed stays open, with what it had before. A tombstone of a
        closed account says that nothing is left. Raises StaleWrite where there is a newer decision or another lease.
        """

    def end_without_access(self, user: User, now: datetime) -> None:
        """The tombstone of a closed account that never was given anything says that nothing is left. Repeatable."""

    def accept(self, access: Access, entry: Entry, row: Beside | None = None, *, seats_before: Seats) -> Access:
        """Write a decision that needs no work, over what was read, with its entry and the row, and count its seats
        anew. Raises StaleWrite, also where a worker has it.
        """

    def resume(self, access: Access, entry: Entry, row: Beside | None = None, *, over: Access, room: Room) -> Access:
        """Write a decision by which something is wanted again, over what was read, with its entry, the row and the
        seats that it takes. Raises StaleWrite, also where a worker has it, and SeatsTaken.
        """

    def ending(self, after: datetime | None, before: datetime) -> Iterable[Ending]:
        """Those whose end lies between, the earliest first."""

    def page_ending(self, before: datetime | None, *, after: str | None, limit: int) -> Page[Ending]:
        """Those that end, by then if so, the earliest first, after the ``place`` of one."""

    def ended(self, before: datetime) -> Iterable[str]:
        """Ids of accounts whose access has ended by then, the earliest first."""

    def close_account(self, access: Access, user: User, tombstone: Tombstone | None, entry: Entry) -> None:
        """Write a decision by which an account is closed, with all that closing takes: its state and its sessions, its
        names, the tombstone and the entry. Raises StaleWrite where either is not as it was read.
        """

    def find_many(self, user_ids: Iterable[str]) -> Mapping[str, Access]:
        """The accesses that those accounts have, by the accounts' ids."""

    def remind(self, access: Access, mark: str, entry: Entry) -> None:
        """Write that a reminder was decided, with its entry. Raises StaleWrite where it was already, or where something
        else is decided by now.
        """

    def ask_for_more(self, request: ExtensionRequest, entry: Entry) -> None:
        """Keep it, with its entry. Raises StaleWrite where that member has asked already."""

    def requests_for_more(self) -> Iterable[ExtensionRequest]:
        """Those that are not answered."""

    def request_of(self, user_id: str) -> ExtensionRequest | None:
        """That member's, while it is not answered."""

    def refuse_more(self, answer: Answer, entry: Entry) -> None:
        """Write the answer's entry. Raises StaleWrite where nothing is asked."""

    def members(self) -> Iterable[MemberRow]:
        """All that looks care about."""

    def page(self, which: Which, *, after: str | None, limit: int) -> Page[Access]:
        """Those accesses, by their accounts' ids. Reads what stands before them in the list, too."""

    def strangers(self) -> Mapping[int, str]:
        """The digests of those that are noted, by Plex id."""

    def note_stranger(self, stranger: Stranger) -> None:
        """Write it over an earlier one."""

    def forget_stranger(self, plex_id: int) -> None:
        """Repeatable."""

    def list_strangers(self) -> tuple[Stranger, ...]:
        """Those that are noted, by name."""

    def adopt(self, user: User, access: Access, entry: Entry, *, over: Tombstone | None) -> None:
        """Make a stranger a member: the account, its access, the entry, and the stranger is forgotten, all or nothing.
        Raises AlreadyHasAccess where an account has that Plex id.
        """

    def adopt_account(self, user: User, access: Access, entry: Entry) -> None:
        """The same for an account that is there and was never given anything. Repeatable."""

    def due(self, before: datetime, limit: int) -> Iterable[str]:
        """Ids of accounts with work that should have gone on by then."""

    def note_resent(self, user_id: str, due_at: datetime) -> None:
        """Note that a message carries it again, to be looked for by then."""

    def waiting_for_owner(self, limit: int) -> list[str]:
        """Ids of those that wait until Plex takes the owner's token again."""

    def pause(self) -> Pause | None:
        """The one fact that Plex does not take the owner's token, while it does not."""

    def save_pause(self, pause: Pause) -> None:
        """Write it over an older one."""

    def end_pause(self) -> None:
        """Repeatable."""


class LookStore(Protocol):
    """The latest look at everybody on Plex, and the seats that looks count with."""

    def get(self) -> Look | None:
        """None where there never was one."""

    def save(self, look: Look) -> Look:
        """Write it over the one that was read; gives it as it is now. Raises StaleWrite."""

    def gate(self) -> Gate:
        """How many seats are taken."""

    def count_others(self, others: int, home_others: int, *, was: Gate) -> None:
        """Write what a look saw over what was read. Raises StaleWrite where people were adopted meanwhile."""
