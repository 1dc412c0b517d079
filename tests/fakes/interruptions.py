"""Other writers, who come first."""

from collections.abc import Callable

from tests.fakes.database import Database


def interrupt(database: Database, *others: Callable[[], object]) -> None:
    """Have each of ``others`` come first once: one before each of the next conditional writes."""
    waiting = list(others)

    def come_first() -> None:
        if waiting:
            waiting.pop(0)()

    database.before_write = come_first
