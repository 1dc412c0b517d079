"""Where it is stored who owns this installation."""

from typing import Protocol

from chalicelib.accounts.model import User
from chalicelib.accounts.sessions import Session, SignIn
from chalicelib.events.model import Entry
from chalicelib.settings.model import Settings
from chalicelib.setup.model import Ownership


class OwnershipStore(Protocol):
    def get_with_settings(self) -> tuple[Ownership | None, Settings]:
        """Both in one round trip."""

    def take(
        self, ownership: Ownership, session: Session, entry: Entry, *, sign_in: SignIn, newcomer: User | None
    ) -> None:
        """Write who the owner is, with their session, and their account where they have none yet, the
        journal's entry, and the sign-in completed: all or nothing.

        Raises StaleWrite when another Plex account is the owner (by now).
        """
