"""A renewal of the owner's sign-in that was approved at Plex, and then the browser never came back."""

from chalicelib.accounts.ports import AccountStore, SessionStore
from chalicelib.accounts.sessions import Purpose
from chalicelib.common.ports import Clock, NewId
from chalicelib.common.records import dataclass, replace
from chalicelib.events.model import SETTINGS, Entry
from chalicelib.plex.errors import PlexRefused
from chalicelib.plex.ports import KeepOwnerToken, PlexPerson, WorkQueue
from chalicelib.setup.model import FINISHED_AFTER
from chalicelib.setup.ports import OwnershipStore


@dataclass(frozen=True, slots=True)
class FinishingRenewals:
    ownership: OwnershipStore
    accounts: AccountStore
    sessions: SessionStore
    plex_person: PlexPerson
    keep_owner_token: KeepOwnerToken
    queue: WorkQueue
    new_id: NewId
    clock: Clock

    def finish(self, sign_in_id: str) -> bool:
        """Keep the token of that sign-in once the owner approved it; whether that was done. Repeatable: it looks again
        until the sign-in is over. Another person's approval is passed over. Raises TemporaryPlexError, StaleWrite.
        """
        sign_in, _ = self.sessions.get_sign_in_with_settings(sign_in_id)
        is_over = sign_in is None or sign_in.user_id is not None or sign_in.expires_at <= self.clock()
        if sign_in is None or is_over or sign_in.purpose is not Purpose.RENEW:
            return False
        try:
            token = self.plex_person.token(sign_in.pin_id)
        except PlexRefused:  # the PIN is gone
            return False
        if token is None:
            self.queue.finish_renewal(sign_in_id, delay=FINISHED_AFTER)
            return False
        return self._keep(token)

    def _keep(self, token: str) -> bool:
        ownership, _ = self.ownership.get_with_settings()
        if ownership is None or self.plex_person.account(token).id != ownership.plex_id:
            return False
        servers = self.plex_person.owned_servers(token)
        self.keep_owner_token(token)
        owner = self.accounts.get(ownership.owner_id)
        entry = Entry(
            id=self.new_id(),
            subject=SETTINGS,
            action="owner's sign-in renewed",
            by=owner.person,
            at=self.clock(),
            before={},
            after={},
        )
        self.ownership.renew(replace(ownership, servers=servers or ownership.servers), entry)
        self.queue.refresh_libraries()
        return True
