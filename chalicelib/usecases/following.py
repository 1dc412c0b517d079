"""Watching a redemption."""

from datetime import datetime

from chalicelib.domain.redemptions import Redemption
from chalicelib.domain.refusals import NotSignedIn, RedemptionNotFound
from chalicelib.domain.sessions import Session
from chalicelib.domain.users import AccountState, Permission, User
from chalicelib.ports import Redemptions, Sessions


def follow(
    redemption_id: str, *, token: str, sessions: Sessions, redemptions: Redemptions, now: datetime
) -> Redemption:
    """A redemption for its invitee, the invite's creator, or whoever sees all invites.

    The token that came with a redemption reads it until it expires, even after its account was closed or signed out
    everywhere (api.md, "Shapes in detail"). Raises NotSignedIn,
    RedemptionNotFound (also for those it does not concern: ids are not to be probed).
    """
    found = sessions.find(token, now)
    if found is None:
        raise NotSignedIn
    session, user = found
    if session.redemption_id == redemption_id:
        return redemptions.get(redemption_id)
    if user is None or user.state is not AccountState.ACTIVE:
        raise NotSignedIn
    redemption = redemptions.get(redemption_id)
    if not _concerns(redemption, session, user):
        raise RedemptionNotFound
    return redemption


def _concerns(redemption: Redemption, session: Session, user: User) -> bool:
    return session.user_id in (redemption.user.id, redemption.creator_id) or user.may(
        Permission.MANAGE_INVITES, Permission.VIEW_INVITES
    )
