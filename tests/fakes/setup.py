"""Who owns the installation, and of which schema its data are, in memory."""

from chalicelib.accounts.model import User
from chalicelib.accounts.sessions import Session, SignIn
from chalicelib.common.ports import StaleWrite
from chalicelib.common.records import replace
from chalicelib.events.model import Entry
from chalicelib.settings.model import Settings
from chalicelib.setup.model import Handover, Ownership, Progress
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
        self,
        ownership: Ownership,
        session: Session,
        entry: Entry,
        *,
        sign_in: SignIn,
        newcomer: User | None,
        handover: Handover | None = None,
    ) -> None:
        self.database.before_write()
        if newcomer and self._is_taken(newcomer):
            raise StaleWrite
        if not self._may_take(ownership, newcomer, handover) or not is_open(self.database, sign_in):
            raise StaleWrite
        self.database.ownership = ownership
        put_session(self.database, session, sign_in)
        self.database.journal.append(entry)
        for user in (handover.former, handover.known) if handover else ():
            if user:
                stored = self.database.users[user.id]
                self.database.users[user.id] = replace(stored, permissions=user.permissions)
        if newcomer:
            put_account(self.database, newcomer)
        if newcomer and not handover and self.database.progress == Progress():
            self.database.progress = Progress(self.database.newest_schema)

    def renew(self, ownership: Ownership, entry: Entry) -> None:
        self.database.before_write()
        if self.database.ownership is None or self.database.ownership.plex_id != ownership.plex_id:
            raise StaleWrite
        self.database.ownership = ownership
        self.database.journal.append(entry)

    def _may_take(self, ownership: Ownership, newcomer: User | None, handover: Handover | None) -> bool:
        owner = self.database.ownership
        if handover:
            people = [handover.former, *([handover.known] if handover.known else [])]
            are_open = all(self.database.users[user.id].state is user.state for user in people)
            return owner == handover.over and are_open
        return owner is None if newcomer else owner is not None and owner.plex_id == ownership.plex_id


class FakeSchema:
    """setup.ports.ReadProgress and SaveProgress."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def progress(self) -> Progress:
        return self.database.progress

    def save(self, progress: Progress, was: Progress) -> None:
        self.database.before_write()
        if self.database.progress != was:
            raise StaleWrite
        self.database.progress = progress
