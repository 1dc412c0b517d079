"""Endings in memory, on the conditions of chalicelib/stores/access."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from itertools import islice

from chalicelib.access.model import Ending
from chalicelib.accounts.model import Tombstone
from chalicelib.common.ports import StaleWrite
from tests.fakes.accounts import plex_identity
from tests.fakes.database import Database


class FakeEndings:
    """access.ports.AccessStore."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._resent: dict[str, tuple[Ending, datetime]] = {}
        """When the sweep looks again, for the ending as it was then: the next save forgets it."""

    def begin(self, ending: Ending) -> Ending:
        self.database.before_write()
        return self.database.endings.setdefault(ending.user_id, ending)

    def get(self, user_id: str) -> Ending | None:
        return self.database.endings.get(user_id)

    def save(self, ending: Ending) -> Ending:
        self.database.before_write()
        if self.database.endings[ending.user_id].version != ending.version:
            raise StaleWrite
        saved = replace(ending, version=ending.version + 1)
        self.database.endings[ending.user_id] = saved
        return saved

    def finish(self, ending: Ending, plex_id: int | None, tombstone: Tombstone | None) -> Ending:
        identity = plex_identity(plex_id)
        if tombstone and self.database.tombstones.get(identity) != tombstone:
            raise StaleWrite
        saved = self.save(ending)
        if tombstone and ending.ended_at:
            self.database.tombstones[identity] = tombstone.ended(ending.ended_at)
        return saved

    def due(self, before: datetime, limit: int) -> Iterator[str]:
        endings = self.database.endings.values()
        due = [(at, one.user_id) for one in endings if (at := self._due_at(one)) and at <= before]
        return islice((user_id for _, user_id in sorted(due)), limit)

    def note_resent(self, user_id: str, due_at: datetime) -> None:
        found = self.database.endings.get(user_id)
        if found and found.due_at:
            self._resent[user_id] = found, due_at

    def _due_at(self, ending: Ending) -> datetime | None:
        was, due_at = self._resent.get(ending.user_id, (None, None))
        return due_at if was is ending else ending.due_at
