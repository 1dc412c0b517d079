"""Where endings are stored, and how what is under way for an account is stopped first."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Protocol

from chalicelib.access.model import Ending, Given
from chalicelib.accounts.model import Tombstone, User

StopProvisioning = Callable[[User], Given | None]
"""Stops what is under way for a closed account, and gives what Plex may have of it; None where nothing ever was.

Raises RetryLater while a worker is certainly still at it.
"""


class AccessStore(Protocol):
    """Endings of access."""

    def begin(self, ending: Ending) -> Ending:
        """Note it, unless it is noted already; gives the one that is there."""

    def get(self, user_id: str) -> Ending | None:
        """The ending of that account's access."""

    def save(self, ending: Ending) -> Ending:
        """Write over the version it came from; gives it with its new version. Raises StaleWrite."""

    def finish(self, ending: Ending, plex_id: int | None, tombstone: Tombstone | None) -> Ending:
        """Save one that ended, and note that on the tombstone of that Plex account, all or nothing; as ``save`` does.

        Raises StaleWrite where either is another by now.
        """

    def due(self, before: datetime, limit: int) -> Iterable[str]:
        """Ids of accounts with access that should have ended by then."""

    def note_resent(self, user_id: str, due_at: datetime) -> None:
        """Note that a message carries it again, to be looked for by then."""
