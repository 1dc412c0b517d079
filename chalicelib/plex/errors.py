"""What goes wrong with plex.tv.

PlexError                      plex.tv did not do what it was asked
├── TemporaryPlexError         may well work later; whether a request took effect is unknown
├── PlexRefused                it said no, and will say no again
└── PlexTokenRefused           the person's token does not count any more
    └── OwnerTokenRefused      the owner's does not: not the fault of the person being invited
"""

from http import HTTPStatus


class PlexError(Exception):
    """plex.tv did not do what it was asked. The text never holds a token."""

    @property
    def asked_to_wait(self) -> int | None:
        """Seconds that plex.tv asked to wait, None where it did not say."""
        return None


class TemporaryPlexError(PlexError):
    """A failure that may pass. ``retry_after``: seconds that plex.tv asked to wait, if it said so."""

    def __init__(self, message: str, *, retry_after: int | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after

    @property
    def asked_to_wait(self) -> int | None:
        return self.retry_after


class PlexRefused(PlexError):
    """A refusal that stays. ``status`` is HTTP's, ``reason`` plex.tv's own code where it gave one."""

    def __init__(self, message: str, *, status: int, reason: int | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.reason = reason

    @property
    def already_shared(self) -> bool:
        """v2 says 422 with code 1999 when a share or an invitation exists (docs/plex.md, 5)."""
        return (self.status, self.reason) == (HTTPStatus.UNPROCESSABLE_ENTITY, 1999)

    @property
    def lacks_plex_pass(self) -> bool:
        """v2 says 403 with code 1012 where the owner needs a Plex Pass for it (docs/plex.md, error forms)."""
        return (self.status, self.reason) == (HTTPStatus.FORBIDDEN, 1012)

    @property
    def is_absence(self) -> bool:
        """What was asked about is not there, or not there any more."""
        return self.status in (HTTPStatus.NOT_FOUND, HTTPStatus.GONE)


class PlexTokenRefused(PlexError):
    """The token used is not valid (401)."""


class OwnerTokenRefused(PlexTokenRefused):
    """Plex does not take the owner's token, or none is set."""
