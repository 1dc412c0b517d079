"""Why a request is turned down.

Refusal
├── BadInput                  a field that cannot be taken as it is
├── NotSignedIn
│   └── SignInFailed
├── NotAllowed                the person may not do this
│   ├── KeyNotAllowed
│   ├── LocalSigninDisabled
│   ├── NoAccount
│   ├── SetupTokenRefused
│   ├── NotTheOwner
│   ├── SignupDisabled
│   ├── OtherSite
│   ├── WrongAddress
│   ├── OwnerProtected
│   ├── NotForYou
│   ├── PasswordWrong
│   ├── OnTrial
│   └── QuotaExceeded
├── NotFound
│   ├── InviteNotFound
│   ├── RedemptionNotFound
│   ├── UserNotFound
│   ├── SignInNotFound
│   ├── ResetNotFound
│   ├── EndpointNotFound
│   ├── KeyNotFound
│   └── DeliveryNotFound
├── Conflict                  not as things stand now
│   ├── InviteNotActive
│   ├── GrantUnavailable
│   ├── AlreadyHasAccess
│   ├── AccessEnding
│   ├── SeatsTaken
│   ├── AddressTaken
│   ├── AccountNotInvitable
│   ├── AccountClosed
│   ├── HasHomeProfile
│   ├── LastAdmin
│   ├── NoPassword
│   ├── SetupIncomplete
│   ├── ApplicationUrlMissing
│   ├── OwnsNoServer
│   ├── AccessOutOfDate
│   ├── NoAccess
│   ├── NeedsPlexPass
│   ├── SettingsOutOfDate
│   ├── TooManyEndpoints
│   ├── TooManyKeys
│   ├── LimitBelowUses
│   ├── UserNameTaken
│   ├── NothingToRetry
│   └── CodeTaken
├── UnsupportedMediaType
├── InviteExpired
└── TryAgain                  it may well work later; nothing was changed
    ├── TooManyRequests
    └── PlexUnavailable

The class names are the ``Code`` of the HTTP contract. Its statuses stand in chalicelib/web/http.py, the sentences for
people in chalicelib/texts/.
"""

from datetime import datetime

Fact = str | int | datetime


class Refusal(Exception):
    """A request turned down, with nothing changed.

    ``key`` names the sentence for the person asking: the class's name, with ``detail`` where one class has several
    sentences. ``facts`` fill the places in that sentence. ``field`` names the field at fault.
    """

    def __init__(self, detail: str | None = None, *, field: str | None = None, **facts: Fact) -> None:
        self.detail, self.field, self.facts = detail, field, facts
        super().__init__(self.key)

    @property
    def code(self) -> str:
        return type(self).__name__

    @property
    def key(self) -> str:
        return f"{self.code}.{self.detail}" if self.detail else self.code


class BadInput(Refusal):
    """A field, or the request, that cannot be taken as it is."""


class NotSignedIn(Refusal):
    """There is no session, or it has ended."""


class SignInFailed(NotSignedIn):
    """Never says which of the two it was, nor whether there is such an account."""


class NotAllowed(Refusal):
    """The person may not do this."""


class KeyNotAllowed(NotAllowed):
    """An API key may not do this: its scopes leave it out, or no key may."""


class LocalSigninDisabled(NotAllowed):
    """Accounts without Plex are switched off in the settings."""


class NoAccount(NotAllowed):
    """This Plex account has no account here, and nothing lets it in."""


class SetupTokenRefused(NotAllowed):
    """Not the set-up token that the latest deployment printed, or one that is used up."""


class NotTheOwner(NotAllowed):
    """The server belongs to another Plex account."""


class SignupDisabled(NotAllowed):
    """Sign-up is switched off in the settings."""


class OtherSite(NotAllowed):
    """A page of another site makes this request."""


class WrongAddress(NotAllowed):
    """The request did not come through the site's own address."""


class OwnerProtected(NotAllowed):
    """The owner's account stays open, and stays an admin."""


class NotForYou(NotAllowed):
    """Never says why: the person's account was closed by an admin after the invite was made."""


class PasswordWrong(NotAllowed):
    """The password that is to be changed is another."""


class OnTrial(NotAllowed):
    """People on trial create no invites."""


class QuotaExceeded(NotAllowed):
    """As many invites were made as the quota allows."""


class NotFound(Refusal):
    """There is nothing under that address."""


class InviteNotFound(NotFound):
    """No invite has that code."""


class RedemptionNotFound(NotFound):
    """There is no such redemption, or it is not for this person to see."""


class UserNotFound(NotFound):
    """There is no such account."""


class SignInNotFound(NotFound):
    """This sign-in is unknown, too old, or was begun in another browser."""


class ResetNotFound(NotFound):
    """The link is unknown, used, too old, or there is a later one."""


class EndpointNotFound(NotFound):
    """There is no such endpoint, or it is another person's."""


class KeyNotFound(NotFound):
    """There is no such API key, or it is another person's."""


class DeliveryNotFound(NotFound):
    """There is no such delivery, or not any more."""


class Conflict(Refusal):
    """Not possible as things stand now."""


class InviteNotActive(Conflict):
    """The invite is used up or switched off."""


class GrantUnavailable(Conflict):
    """A library that the invite gives is not there."""


class AlreadyHasAccess(Conflict):
    """The person has access to the server already."""


class AccessEnding(Conflict):
    """What the person's former account was given on Plex is still being taken away."""


class SeatsTaken(Conflict):
    """As many people have access, or a place in the Home, as may."""


class AddressTaken(Conflict):
    """Another account has this e-mail address."""


class AccountNotInvitable(Conflict):
    """A managed profile of a Plex Home, which cannot be invited by itself."""


class AccountClosed(Conflict):
    """A closed account does not change any more."""


class HasHomeProfile(Conflict):
    """The account's access is a profile in the owner's Plex Home, which no Plex account can take over."""


class LastAdmin(Conflict):
    """One admin must remain."""


class NoPassword(Conflict):
    """The account signs in with Plex."""


class SetupIncomplete(Conflict):
    """The set-up is not finished."""


class ApplicationUrlMissing(Conflict):
    """The deployment does not know the site's address."""


class OwnsNoServer(Conflict):
    """This Plex account owns no Plex Media Server."""


class AccessOutOfDate(Conflict):
    """What a member may have was decided anew since it was read."""


class NoAccess(Conflict):
    """The account has no access that could be changed: none at all, or it is still joining."""


class NeedsPlexPass(Conflict):
    """Plex does this for owners with Plex Pass only."""


class SettingsOutOfDate(Conflict):
    """The settings were changed since they were read."""


class TooManyEndpoints(Conflict):
    """There are as many endpoints as there may be."""


class TooManyKeys(Conflict):
    """The account has as many API keys as it may have."""


class LimitBelowUses(Conflict):
    """The limit is lower than the uses."""


class UserNameTaken(Conflict):
    """Another local account has this name."""


class NothingToRetry(Conflict):
    """The redemption is over, or waits for the person."""


class CodeTaken(Conflict):
    """Another invite has this code."""


class UnsupportedMediaType(Refusal):
    """A body that does not say that it is JSON."""


class InviteExpired(Refusal):
    """The invite's date has passed."""


class TryAgain(Refusal):
    """Nothing was changed, and asking again after ``retry_after`` seconds is the right thing to do."""

    def __init__(self, detail: str | None = None, *, retry_after: int = 5) -> None:
        super().__init__(detail)
        self.retry_after = retry_after


class TooManyRequests(TryAgain):
    """Over a rate limit."""


class PlexUnavailable(TryAgain):
    """plex.tv does not answer; nothing was claimed."""
