"""Why access on Plex could not be given, or cannot go on by itself.

The sentences for the invitee and for the admin stand in chalicelib/texts/, by these codes.
"""

from collections.abc import Iterable

from chalicelib.common.records import dataclass, field
from chalicelib.plex.model import Library


@dataclass(frozen=True, slots=True)
class Reason:
    """``code`` for programs and texts; ``facts`` fill the places in the sentences."""

    code: str
    facts: dict[str, str] = field(default_factory=dict)


MUST_ACCEPT = Reason("AcceptOnPlex")
VERIFY_EMAIL = Reason("VerifyEmailOnPlex")
ACCEPT_HOME = Reason("AcceptHomeOnPlex")
LINK_PLEX = Reason("LinkPlex")
PLEX_UNWELL = Reason("PlexUnavailable")
STUCK = Reason("Stuck")
REFUSED_BY_PLEX = Reason("RefusedByPlex")
NOT_AS_GRANTED = Reason("NotAsGranted")
INVITATION_GONE = Reason("InvitationGone")
HOME_FULL = Reason("HomeFull")
PLEX_PASS_MISSING = Reason("PlexPassMissing")
HIDING_NEEDS_PLEX_PASS = Reason("HidingNeedsPlexPass")
NOT_TAKEN_INTO_HOME = Reason("NotTakenIntoHome")
ACCOUNT_CLOSED = Reason("AccountClosed")


def libraries_gone(libraries: Iterable[Library]) -> Reason:
    return Reason("LibraryGone", {"libraries": ", ".join(library.title for library in libraries)})


LIBRARY_GONE = libraries_gone(()).code
