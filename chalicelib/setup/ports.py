"""Where it is stored who owns this installation, and of which schema its data are."""

from collections.abc import Callable
from typing import Protocol

from chalicelib.accounts.model import User
from chalicelib.accounts.sessions import Session, SignIn
from chalicelib.events.model import Entry
from chalicelib.settings.model import Settings
from chalicelib.setup.model import Handover, Ownership, Progress


class OwnershipStore(Protocol):
    def get_with_settings(self) -> tuple[Ownership | None, Settings]:
        """Both in one round trip."""

    def take(
        self,
        ownership: Ownership,
        session: Session,
        entry: Entry,
        *,
        sign_in: SignIn,
        newcomer: User | None,
        handover: Handover | None = None,
    ) -> None:
        """Write who the owner is, with their session, and their account where they have none yet, the
        journal's entry, and the sign-in completed: all or nothing. ``handover``: from whom it is taken over; their
        permissions are written with it. The first owner's data are of this version's schema.

        Raises StaleWrite when another Plex account is the owner (by now).
        """

    def renew(self, ownership: Ownership, entry: Entry) -> None:
        """Write what the same owner's latest sign-in showed, with the journal's entry. Raises StaleWrite as above."""


ReadProgress = Callable[[], Progress]
"""How far the migrations came, as of this moment."""


SaveProgress = Callable[[Progress, Progress], None]
"""Writes how far they came over how far they were. Raises StaleWrite when they are further by now."""
