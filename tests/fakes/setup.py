"""Who owns the installation, in memory."""

from chalicelib.accounts.model import User
from chalicelib.accounts.sessions import Session
from chalicelib.common.ports import StaleWrite
from chalicelib.settings.model import Settings
from chalicelib.setup.model import Ownership
from tests.fakes.accounts import plex_identity, put_account, stored_session, taken_identities
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

    def take(self, ownership: Ownership, session: Session, *, newcomer: User | None) -> None:
        self.database.before_write()
        owner = self.database.ownership
        if newcomer and (owner or self._is_taken(newcomer)):
            raise StaleWrite
        if not newcomer and (owner is None or owner.plex_id != ownership.plex_id):
            raise StaleWrite
        self.database.ownership = ownership
        self.database.sessions[session.token_hash] = stored_session(session)
        if newcomer:
            put_account(self.database, newcomer)
