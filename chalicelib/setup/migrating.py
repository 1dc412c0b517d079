"""Migrations: what stored data need once, where a version of the program stores them in another shape.

They run in the order of their numbers, a batch at a time, in the queue function. After each batch it is saved how far
they came, on condition that no one else came further: so two workers at once, a message twice and a crash anywhere lead
to the same end. A batch may run again, and late: it changes an item on condition of what the item is by then.
docs/decisions/0038-migrations-run-from-the-queue.md has the reasons.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from chalicelib.common.ports import Clock, StaleWrite
from chalicelib.common.records import dataclass, replace
from chalicelib.common.sweeping import Batch
from chalicelib.plex.ports import WorkQueue
from chalicelib.setup.model import FIRST_SCHEMA, Progress
from chalicelib.setup.ports import ReadProgress, SaveProgress

BEGUN_AFTER = 900
"""Seconds after which the first message is delivered: no function of the version before runs any more by then."""

LONGEST_BATCH = timedelta(seconds=20)


@dataclass(frozen=True, slots=True)
class Migration:
    """One step from the schema before to that of its ``number``; ``what`` says in a sentence what it changes.

    ``run_batch`` changes some items from a cursor on, the first ones where that is empty, within LONGEST_BATCH. It
    gives the cursor of the next ones, and None after the last.
    """

    number: int
    what: str
    run_batch: Callable[[str], str | None]


Migrations = tuple[Migration, ...]
"""In the order of their numbers, from 2 on without a gap."""


class MigrationFailed(Exception):
    """A migration raised what is the cause. It goes on at the batch that failed when it is tried again."""

    def __init__(self, migration: Migration) -> None:
        super().__init__(f"migration {migration.number} failed: {migration.what}")


@dataclass(frozen=True, slots=True)
class Migrating:
    read_progress: ReadProgress
    save_progress: SaveProgress
    migrations: Migrations
    queue: WorkQueue
    clock: Clock

    def migrate(self, *, deadline: datetime) -> Progress:
        """Run what is left until ``deadline`` is near; then another message goes on. Gives how far they came.

        It stops where another worker came further meanwhile. Repeatable. Raises MigrationFailed.
        """
        progress = self.read_progress()
        while migration := self._next(progress):
            try:
                progress = self._run_batch(migration, progress)
            except StaleWrite:
                return progress
            if self.clock() > deadline - LONGEST_BATCH:
                break
        if self._next(progress):
            self.queue.migrate()
        return progress

    def sweep(self) -> Iterator[Batch]:
        """Have a message begin them where the stored data are behind, or go on where none carries them any more."""
        if not self.migrations:
            return
        progress = self.read_progress()
        if self._next(progress):
            self.queue.migrate(delay=0 if progress.is_under_way else BEGUN_AFTER)
            yield Batch(1)

    def _next(self, progress: Progress) -> Migration | None:
        """None also where the data are of a schema that only a newer version knows."""
        return next((each for each in self.migrations if each.number == progress.schema + 1), None)

    def _run_batch(self, migration: Migration, was: Progress) -> Progress:
        """That it begins is saved before it changes anything: an older version must not be deployed from then on."""
        begun = was if was.is_under_way else self._save(replace(was, cursor=""), was)
        try:
            cursor = migration.run_batch(begun.cursor or "")
        except Exception as error:
            raise MigrationFailed(migration) from error
        return self._save(begun.moved(cursor), begun)

    def _save(self, progress: Progress, was: Progress) -> Progress:
        self.save_progress(progress, was)
        return progress


def schema_of(migrations: Migrations) -> int:
    """The number of the schema that data have once these have run."""
    return migrations[-1].number if migrations else FIRST_SCHEMA
