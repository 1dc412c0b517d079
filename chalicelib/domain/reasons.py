"""Why a redemption failed, or cannot go on by itself: for the invitee to read, and for the admin."""

from collections.abc import Iterable

from chalicelib.domain.redemptions import Reason
from chalicelib.domain.settings import Library

MUST_ACCEPT = Reason(
    "AcceptOnPlex",
    "Plex wants you to accept the invitation yourself: open plex.tv, go to Settings, then Users & Sharing.",
)
VERIFY_EMAIL = Reason(
    "VerifyEmailOnPlex",
    "Plex lets you accept the invitation once your e-mail address is verified and you agreed to what Plex asks: open "
    "plex.tv and do both. It goes on by itself afterwards.",
)
ACCEPT_HOME = Reason(
    "AcceptHomeOnPlex",
    "You have the libraries. To join the Plex Home, accept the invitation yourself: open plex.tv, go to Settings, then "
    "Plex Home.",
)
PLEX_UNWELL = Reason(
    "PlexUnavailable",
    "Plex does not answer as it should. Your place is kept, and we go on trying.",
)
STUCK = Reason(
    "Stuck",
    "Something went wrong on our side. Your place is kept: ask the person who invited you to have it tried again.",
)

_TRY_AGAIN = "Nothing is used up: ask the person who invited you, then open the link again."

REFUSED_BY_PLEX = Reason("RefusedByPlex", f"Plex did not allow this. {_TRY_AGAIN}")
NOT_AS_GRANTED = Reason("NotAsGranted", f"Plex did not share what the invitation gives. {_TRY_AGAIN}")
INVITATION_GONE = Reason(
    "InvitationGone",
    f"The invitation on Plex was declined or withdrawn. {_TRY_AGAIN}",
)
HOME_FULL = Reason("HomeFull", f"The Plex Home has no place left. {_TRY_AGAIN}")
PLEX_PASS_MISSING = Reason(
    "PlexPassMissing",
    f"The server's owner needs Plex Pass to invite people into the Plex Home. {_TRY_AGAIN}",
)
NOT_TAKEN_INTO_HOME = Reason(
    "NotTakenIntoHome",
    f"Plex did not allow you into the Plex Home: you may be in another one already. {_TRY_AGAIN}",
)

ACCOUNT_CLOSED = Reason("AccountClosed", "The account was closed before the libraries were shared.")


def libraries_gone(libraries: Iterable[Library]) -> Reason:
    titles = ", ".join(library.title for library in libraries)
    return Reason("LibraryGone", f"The server no longer has what the invitation gives: {titles}. {_TRY_AGAIN}")
