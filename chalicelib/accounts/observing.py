"""Asking what Plex has of an account, by way of the queue function: it alone speaks for the server's owner."""

from datetime import datetime, timedelta

from chalicelib.accounts.model import Observed
from chalicelib.accounts.ports import AccountStore
from chalicelib.common.emails import parse_email
from chalicelib.common.ports import Clock
from chalicelib.common.records import dataclass
from chalicelib.common.refusals import TryAgain
from chalicelib.plex.ports import PlexOwner, WorkQueue
from chalicelib.settings.ports import SettingsStore

_COUNTS_FOR = timedelta(minutes=2)
_ASK_AGAIN_AFTER = 2
"""Seconds."""


@dataclass(frozen=True, slots=True)
class ObservingPlex:
    accounts: AccountStore
    queue: WorkQueue

    def ask(self, plex_id: int, *, now: datetime) -> Observed:
        """What Plex had of that account at most two minutes ago. Raises TryAgain while it is being asked."""
        observed = self.accounts.observed(plex_id)
        if observed and observed.at > now - _COUNTS_FOR:
            return observed
        self.queue.observe(plex_id)
        raise TryAgain("observing", retry_after=_ASK_AGAIN_AFTER)


@dataclass(frozen=True, slots=True)
class Observing:
    accounts: AccountStore
    settings: SettingsStore
    plex_owner: PlexOwner
    clock: Clock

    def observe(self, plex_id: int) -> Observed | None:
        """Read it and note it; None where no server is chosen. Repeatable. Raises PlexError."""
        server = self.settings.get().server
        if server is None:
            return None
        share = self.plex_owner.find_share(plex_id, server.machine_id)
        has_access = share is not None or self.plex_owner.is_at_home(plex_id)
        address = self.plex_owner.email_of(plex_id)
        observed = Observed(plex_id, has_access, parse_email(address) if address else None, self.clock())
        self.accounts.note_observed(observed)
        return observed
