"""Why a request is turned down, in words for the person asking.

Refusal
├── BadInput                  a field that cannot be taken as it is
├── NotSignedIn
│   └── SignInFailed
├── NotAllowed                the person may not do this
│   ├── LocalSigninDisabled
│   ├── NoAccount
│   ├── SetupTokenRefused
│   ├── NotTheOwner
│   ├── SignupDisabled
│   ├── OwnerProtected
│   ├── OnTrial
│   └── QuotaExceeded
├── NotFound
│   ├── InviteNotFound
│   ├── RedemptionNotFound
│   ├── UserNotFound
│   └── SignInNotFound
├── Conflict                  not as things stand now
│   ├── InviteNotActive
│   ├── GrantUnavailable
│   ├── AlreadyHasAccess
│   ├── AddressTaken
│   ├── AccountNotInvitable
│   ├── AccountClosed
│   ├── LastAdmin
│   ├── SetupIncomplete
│   ├── ApplicationUrlMissing
│   ├── OwnsNoServer
│   ├── SettingsOutOfDate
│   ├── LimitBelowUses
│   ├── UserNameTaken
│   ├── NothingToRetry
│   └── CodeTaken
├── InviteExpired
└── TryAgain                  it may well work later; nothing was changed
    ├── TooManyRequests
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


class SignInFailed(NotSignedIn):
    """Never says which of the two it was, nor whether there is such an account."""

    message = "The e-mail address or the password is wrong."


class NotAllowed(Refusal):
    message = "You are not allowed to do this."


class LocalSigninDisabled(NotAllowed):
    message = "Signing in with a password is switched off. Please sign in with Plex."


class NoAccount(NotAllowed):
    message = "There is no account for you here yet. Ask somebody for an invitation."


class SetupTokenRefused(NotAllowed):
    message = "This set-up token does not count. Use the one that the latest deployment printed."


class NotTheOwner(NotAllowed):
    message = "This house belongs to another Plex account. Please sign in with the owner's."


class SignupDisabled(NotAllowed):
    message = "Sign-up is switched off at the moment. Ask the person who invited you."


class OwnerProtected(NotAllowed):
    message = "This account owns the Plex server: it stays open, and it stays an admin."


class OnTrial(NotAllowed):
    message = "While your trial lasts, you cannot create invites."


class QuotaExceeded(NotAllowed):
    message = "You have used up your invites."


class NotFound(Refusal):
    message = "There is nothing here."


class InviteNotFound(NotFound):
    message = "Invite code not found"


class RedemptionNotFound(NotFound):
    message = "Redemption not found"


class UserNotFound(NotFound):
    message = "User not found"


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


class AddressTaken(Conflict):
    message = "There is an account with this e-mail address already. Please sign in to that one."


class AccountNotInvitable(Conflict):
    message = "This Plex account cannot be invited. Please sign in with a full Plex account."


class AccountClosed(Conflict):
    message = "This account is closed and cannot be changed any more."


class LastAdmin(Conflict):
    message = "Somebody must remain an admin. Make somebody else an admin first."


class SetupIncomplete(Conflict):
    message = "The house is not set up yet. Choose your Plex server first."


class ApplicationUrlMissing(Conflict):
    message = "The deployment does not know the site's address yet. Set APPLICATION_URL and deploy again."


class OwnsNoServer(Conflict):
    message = "This Plex account owns no Plex Media Server. Please sign in with the one that does."


class SettingsOutOfDate(Conflict):
    message = "The settings were changed meanwhile. Read them again, then save."


class LimitBelowUses(Conflict):
    message = "The limit cannot be lower than the uses."


class UserNameTaken(Conflict):
    message = "This name is already in use here. Choose another one."


class NothingToRetry(Conflict):
    message = "This redemption is over. If it failed, the person can simply open the link again."


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


class TooManyRequests(TryAgain):
    message = "Too many requests. Please wait a little, then try again."


class PlexUnavailable(TryAgain):
    message = "Plex does not answer at the moment. Nothing is lost: please try again in a moment."
