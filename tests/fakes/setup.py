"""Who owns the installation, in memory."""

from chalicelib.accounts.model import User
from chalicelib.accounts.sessions import Session
from chalicelib.common.ports import StaleWrite
from chalicelib.settings.model import Settings
from chalicelib.setup.model import Ownership
from tests.fakes.accounts import is_free, put_account, stored_session
from tests.fakes.database import Database


class FakeOwnership:
    """setup.ports.OwnershipStore."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def get_with_settings(self) -> tuple[Ownership | None, Settings]:
        return self.database.ownership, self.database.settings

    def take(self, ownership: Ownership, session: Session, *, newcomer: User | None) -> None:
        self.database.before_write()
        owner = self.database.ownership
        if newcomer and (owner or not is_free(self.database, newcomer)):
            raise StaleWrite
        if not newcomer and (owner is None or owner.plex_id != ownership.plex_id):
            raise StaleWrite
        self.database.ownership = ownership
        self.database.sessions[session.token_hash] = stored_session(session)
        if newcomer:
            put_account(self.database, newcomer)
