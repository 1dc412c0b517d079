"""People who come to their redemption once more: another tab, another browser, a second click."""

from dataclasses import dataclass
from datetime import datetime

from chalicelib.accounts.ports import SessionStore
from chalicelib.accounts.sessions import new_session
from chalicelib.common.ports import NewId
from chalicelib.plex.ports import WorkQueue
from chalicelib.redemptions.model import Redemption


@dataclass(frozen=True, slots=True)
class Redeemed:
    """A person signed in by ``token``, with the redemption that their invite led to. ``new``: made just now."""

    token: str
    redemption: Redemption
    new: bool = True


@dataclass(frozen=True, slots=True)
class ReturningRedeemers:
    sessions: SessionStore
    queue: WorkQueue
    new_id: NewId

    def resume(self, redemption: Redemption, *, now: datetime) -> Redeemed:
        """A new session for the same redemption."""
        if redemption.is_untouched:  # the claim may have ended before its message was sent
            self.queue.provision(redemption.id)
        return self.welcome(redemption, now=now)

    def welcome(self, redemption: Redemption, *, now: datetime) -> Redeemed:
        """The same, where its message is certainly under way."""
        token, session = new_session(redemption.user.id, new_id=self.new_id, now=now, redemption_id=redemption.id)
        self.sessions.add(session)
        return Redeemed(token, redemption, new=False)
