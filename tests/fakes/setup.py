"""Who owns the installation, in memory."""

from chalicelib.accounts.model import User
from chalicelib.accounts.sessions import Session, SignIn
from chalicelib.common.ports import StaleWrite
from chalicelib.events.model import Entry
from chalicelib.settings.model import Settings
from chalicelib.setup.model import Ownership
from tests.fakes.accounts import is_open, plex_identity, put_account, put_session, taken_identities
from tests.fakes.database import Database


class FakeOwnership:
    """setup.ports.OwnershipStore."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def get_with_settings(self) -> tuple[Ownership | None, Settings]:
        return self.database.ownership, self.database.settings

    def _is_taken(self, newcomer: User) -> bool:
        """What is remembered of a former account does not stand against the owner."""
        over = self.database.tombstones.get(plex_identity(newcomer.plex_id))
        return newcomer.id in self.database.users or bool(taken_identities(self.database, newcomer, over))

    def take(
        self, ownership: Ownership, session: Session, entry: Entry, *, sign_in: SignIn, newcomer: User | None
    ) -> None:
        self.database.before_write()
        owner = self.database.ownership
        if newcomer and (owner or self._is_taken(newcomer)):
            raise StaleWrite
        if not newcomer and (owner is None or owner.plex_id != ownership.plex_id):
            raise StaleWrite
        if not is_open(self.database, sign_in):
            raise StaleWrite
        self.database.ownership = ownership
        put_session(self.database, session, sign_in)
        self.database.journal.append(entry)
        if newcomer:
            put_account(self.database, newcomer)
