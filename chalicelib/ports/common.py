"""What every port may speak of: the present, randomness, and writes that met other writes."""

from collections.abc import Callable
from datetime import datetime

Clock = Callable[[], datetime]
"""The present, aware and in UTC."""


NewId = Callable[[], str]
"""Something unguessable and unique: letters and digits."""


class OutOfDate(Exception):
    """The record was changed by somebody else since it was read; nothing was written."""


class Contention(Exception):
    """Too many were writing the same records at once, or more than the database takes; nothing was written."""


class Unreachable(Exception):
    """The database did not answer: what was to be written is there or is not."""
