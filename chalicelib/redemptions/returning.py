"""People who come to their redemption once more: another tab, another browser, a second click."""

from datetime import datetime

from chalicelib.accounts.journal import PASSWORD, PLEX, signed_in_entry
from chalicelib.accounts.model import User
from chalicelib.accounts.ports import SessionStore
from chalicelib.accounts.sessions import SignIn, new_session
from chalicelib.common.ports import NewId
from chalicelib.common.records import dataclass
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
    """``user`` is the redemption's account, read before or with what was checked of the person."""

    sessions: SessionStore
    queue: WorkQueue
    new_id: NewId

    def repeat(self, token: str, redemption: Redemption) -> Redeemed:
        """The session that the person has already."""
        self._send_again(redemption)
        return Redeemed(token, redemption, new=False)

    def resume_locally(self, user: User, redemption: Redemption, *, now: datetime) -> Redeemed:
        """A new session for the same redemption, for a person who told their password."""
        self._send_again(redemption)
        token, session = new_session(
            user.id, new_id=self.new_id, now=now, epoch=user.epoch, redemption_id=redemption.id
        )
        self.sessions.add(session, signed_in_entry(user, PASSWORD, new_id=self.new_id, now=now))
        return Redeemed(token, redemption, new=False)

    def welcome(
        self, user: User, redemption: Redemption, sign_in: SignIn, browser_secret: str, *, now: datetime
    ) -> Redeemed:
        """The session that another sign-in of the same person leads to. Raises StaleWrite where it was completed."""
        token, session = new_session(
            user.id,
            new_id=self.new_id,
            now=now,
            epoch=user.epoch,
            redemption_id=redemption.id,
            token=sign_in.token_for(user.id, browser_secret),
        )
        self.sessions.complete(sign_in, session, signed_in_entry(user, PLEX, new_id=self.new_id, now=now))
        return Redeemed(token, redemption, new=False)

    def _send_again(self, redemption: Redemption) -> None:
        if redemption.is_untouched:  # the claim may have ended before its message was sent
            self.queue.align(redemption.user.id)
