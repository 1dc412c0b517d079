"""Watching one redemption."""

from datetime import datetime

from chalicelib.access.nudging import Nudging
from chalicelib.access.reasons import VERIFY_EMAIL
from chalicelib.accounts.model import User
from chalicelib.accounts.ports import SessionStore
from chalicelib.accounts.sessions import Session
from chalicelib.common.people import Permission
from chalicelib.common.records import dataclass
from chalicelib.common.refusals import KeyNotAllowed, NotSignedIn, RedemptionNotFound
from chalicelib.redemptions.model import Redemption
from chalicelib.redemptions.ports import RedemptionStore


@dataclass(frozen=True, slots=True)
class FollowingRedemptions:
    sessions: SessionStore
    redemptions: RedemptionStore
    nudging: Nudging

    def follow(self, redemption_id: str, *, token: str, now: datetime) -> Redemption:
        """A redemption for its invitee, the invite's creator, or a person who sees all invites.

        The token that came with a redemption reads it until it expires, even after its account was closed or signed
        out everywhere. While it is read with that token, an e-mail address that is to be verified is looked at every
        few seconds: the person sits in front of the page and does that just now. Raises NotSignedIn, RedemptionNotFound
        (also for those it does not concern: ids are not to be probed), KeyNotAllowed for an API key.
        """
        found = self.sessions.find(token, now=now)
        if found is None:
            raise NotSignedIn
        session, user = found
        if session.key:
            raise KeyNotAllowed
        if session.redemption_id == redemption_id:
            return self._look_soon(self.redemptions.get(redemption_id), now)
        if user is None or not user.is_open:
            raise NotSignedIn
        redemption = self.redemptions.get(redemption_id)
        if not _concerns(redemption, session, user):
            raise RedemptionNotFound
        return redemption

    def _look_soon(self, redemption: Redemption, now: datetime) -> Redemption:
        if redemption.reason == VERIFY_EMAIL:
            self.nudging.look_soon(redemption.user.id, now=now)
        return redemption


def _concerns(redemption: Redemption, session: Session, user: User) -> bool:
    return session.user_id in (redemption.user.id, redemption.creator_id) or user.may(
        Permission.MANAGE_INVITES, Permission.VIEW_INVITES
    )
