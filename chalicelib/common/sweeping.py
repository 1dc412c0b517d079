"""What schedules do. Each chore works off what is due, the oldest first, and takes turns with the others.

What was worked off is not due any more: so where one run has no time left, the next goes on, and two at once do, at
worst, the same repeatable or conditional step twice.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from itertools import islice
from typing import TypeVar

from chalicelib.common.ports import Clock
from chalicelib.common.records import dataclass

T = TypeVar("T")

AT_ONCE = 16
"""Steps under way at the same time: nearly all of a step is waiting for AWS."""

BATCH = 200
"""Steps between two looks at the clock."""

MOST_FAILURES = 100

MOST_RESENT = 1000
"""Messages sent again by one run, of each kind."""

Key = tuple[str, ...]
"""What names a record in its table."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What became of some steps; ``error`` is the first of the failures."""

    done: int = 0
    failed: int = 0
    error: BaseException | None = None


@dataclass(slots=True)
class Swept:
    """What became of a chore. ``unfinished``: there may be more to do."""

    chore: str
    done: int = 0
    failed: int = 0
    error: BaseException | None = None
    unfinished: bool = False

    def add(self, batch: Batch) -> None:
        self.done += batch.done
        self.failed += batch.failed
        self.error = self.error or batch.error


def sweep(chores: Mapping[str, Iterator[Batch]], *, clock: Clock, until: datetime) -> list[Swept]:
    """Do the chores, a batch of each in turn, until nothing is due or it is ``until``.

    A step that fails is passed over, told of, and due again the next time. A chore that raises, or of which so
    many steps fail that it seems hopeless, has had its turn.
    """
    swept = {name: Swept(name) for name in chores}
    turns = deque(chores)
    while turns and clock() < until:
        name = turns.popleft()
        if _take_a_turn(swept[name], chores[name]):
            turns.append(name)
    for name in turns:
        swept[name].unfinished = True
    return list(swept.values())


def _take_a_turn(swept: Swept, batches: Iterator[Batch]) -> bool:
    """Whether there may be another."""
    try:
        batch = next(batches, None)
    except Exception as error:  # noqa: BLE001 - the other chores must not suffer; the caller tells of it
        swept.add(Batch(failed=1, error=error))
        swept.unfinished = True
        return False
    swept.add(batch or Batch())
    swept.unfinished = swept.failed >= MOST_FAILURES
    return batch is not None and not swept.unfinished


def each(due: Callable[[], Iterable[T]], do: Callable[[T], bool]) -> Iterator[Batch]:
    """A chore of single steps: ``due`` gives what there is to do, lazily; ``do`` says whether it was (still)."""
    with ThreadPoolExecutor(AT_ONCE) as hands:
        waiting = iter(due())
        while some := list(islice(waiting, BATCH)):
            steps = [hands.submit(do, one) for one in some]
            errors = [error for step in steps if (error := step.exception())]
            done = sum(step.result() for step in steps if not step.exception())
            yield Batch(done, len(errors), errors[0] if errors else None)


def remove_expired(
    due: Callable[[datetime], Iterable[Key]], drop: Callable[[Key, datetime], bool], *, now: datetime
) -> Iterator[Batch]:
    """Delete expired records: DynamoDB's TTL does so when it comes to it, which may be days later.

    ``due`` gives the keys of what has expired, the oldest first; ``drop`` deletes one if it (still) is.
    """
    return each(lambda: due(now), lambda key: drop(key, now))


def resend_stuck(
    due: Callable[[datetime, int], Iterable[str]],
    send: Callable[[str], None],
    note: Callable[[str], None],
    *,
    now: datetime,
) -> Iterator[Batch]:
    """Send again what no message carries any more; ``note`` says that a message carries it again."""

    def resend(id_: str) -> bool:
        send(id_)
        note(id_)
        return True

    return each(lambda: due(now, MOST_RESENT), resend)
