"""The present, randomness, and what a write meets: shared by every concept's ports."""

from collections.abc import Callable
from datetime import datetime

Clock = Callable[[], datetime]
"""The present, aware and in UTC."""

Chance = Callable[[], float]
"""A number from 0 to 1, so that what failed together is not tried again together."""

NewId = Callable[[], str]
"""Something unguessable and unique: letters and digits."""

RandomBytes = Callable[[int], bytes]
"""So many unguessable bytes."""


UNWRITABLE = -1
"""The version of a record in which a newer version of the program stored what this one does not know: it is shown,
and no save is over it.
"""


class StaleWrite(Exception):
    """The record was changed since it was read; nothing was written."""


class Contention(Exception):
    """Too many writes met on the same records, or more came than the database takes; nothing was written."""


class Unreachable(Exception):
    """The database did not answer: what was to be written is there or is not."""


class DecryptionFailed(Exception):
    """It is damaged, of another key pair, or of another record. The message says which, and nothing of the text."""


class RetryLater(Exception):
    """The message should come again after ``seconds``."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"to be tried again in {seconds} s")
        self.seconds = seconds
