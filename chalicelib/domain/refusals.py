"""Why a request is turned down, in words for the person asking.

Refusal
├── BadInput                  a field that cannot be taken as it is
├── NotSignedIn
├── NotAllowed                the person may not do this
│   └── SignupDisabled
├── NotFound
│   ├── InviteNotFound
│   ├── RedemptionNotFound
│   └── SignInNotFound
├── Conflict                  not as things stand now
│   ├── InviteNotActive
│   ├── GrantUnavailable
│   ├── AlreadyHasAccess
│   ├── AccountNotInvitable
│   └── CodeTaken
├── InviteExpired
└── TryAgain                  it may well work later; nothing was changed
    └── PlexUnavailable

The class names are the ``Code`` of the HTTP contract; its statuses stand in ``entrypoints/http.py`` alone.
"""


class Refusal(Exception):
    """A request turned down, with nothing changed. ``message`` speaks to the person asking."""

    message = "This cannot be done."

    def __init__(self, message: str | None = None, *, field: str | None = None) -> None:
        self.message = message or self.message
        self.field = field
        super().__init__(self.message)

    @property
    def code(self) -> str:
        return type(self).__name__


class BadInput(Refusal):
    message = "The request is not well formed."


class NotSignedIn(Refusal):
    message = "Please sign in."


class NotAllowed(Refusal):
    message = "You are not allowed to do this."


class SignupDisabled(NotAllowed):
    message = "Sign-up is switched off at the moment. Ask the person who invited you."


class NotFound(Refusal):
    message = "There is nothing here."


class InviteNotFound(NotFound):
    message = "Invite code not found"


class RedemptionNotFound(NotFound):
    message = "Redemption not found"


class SignInNotFound(NotFound):
    message = "This sign-in is unknown or too old. Please start again."


class Conflict(Refusal):
    message = "This is not possible as things stand."


class InviteNotActive(Conflict):
    message = "Invite code is not active"


class GrantUnavailable(Conflict):
    message = "The libraries of this invite are not available at the moment. Ask the person who invited you."


class AlreadyHasAccess(Conflict):
    message = "You already have access to this Plex server"


class AccountNotInvitable(Conflict):
    message = "This Plex account cannot be invited. Please sign in with a full Plex account."


class CodeTaken(Conflict):
    message = "This code is already in use. Choose another one."


class InviteExpired(Refusal):
    message = "Invite code has expired"


class TryAgain(Refusal):
    """Nothing was changed, and asking again after ``retry_after`` seconds is the right thing to do."""

    message = "This is taking longer than usual. Please try again in a moment."

    def __init__(self, message: str | None = None, *, retry_after: int = 5) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class PlexUnavailable(TryAgain):
    message = "Plex does not answer at the moment. Nothing is lost: please try again in a moment."
