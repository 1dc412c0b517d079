"""Where it is stored who owns this installation, and of which schema its data are."""

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


class SchemaStore(Protocol):
    def progress(self) -> Progress:
        """How far the migrations came, as of this moment."""

    def save(self, progress: Progress, *, was: Progress) -> None:
        """Write how far they came. Raises StaleWrite when that is not ``was`` any more."""
