"""Where it is stored who owns this installation."""

from typing import Protocol

from chalicelib.accounts.model import User
from chalicelib.accounts.sessions import Session
from chalicelib.settings.model import Settings
from chalicelib.setup.model import Ownership


class OwnershipStore(Protocol):
    def get_with_settings(self) -> tuple[Ownership | None, Settings]:
        """Both in one round trip."""

    def take(self, ownership: Ownership, session: Session, *, newcomer: User | None) -> None:
        """Write who the owner is, with their session, and their account where they have none yet: all or nothing.

        Raises StaleWrite when another Plex account is the owner (by now).
        """
