"""A sign-in at Plex by PIN, for any purpose: begun, and completed by the browser that began it."""

import hmac
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from chalicelib.accounts.model import User
from chalicelib.accounts.ports import SessionStore
from chalicelib.accounts.sessions import SIGN_IN_LIFETIME, Purpose, Session, SignIn, hash_secret
from chalicelib.common.ports import NewId
from chalicelib.common.records import dataclass
from chalicelib.common.refusals import ApplicationUrlMissing, PlexUnavailable, SignInNotFound
from chalicelib.plex.errors import PlexError, PlexRefused, PlexTokenRefused
from chalicelib.plex.model import OwnedServer, Pin, PlexAccount
from chalicelib.plex.ports import PlexPerson
from chalicelib.settings.model import Settings

_ASK_AGAIN_AFTER = 5
"""Seconds, where plex.tv asked for no other wait."""


@dataclass(frozen=True, slots=True)
class StartedSignIn:
    """``browser_secret`` stays with the browser; ``secure``: whether it may travel over HTTPS only."""

    sign_in: SignIn
    browser_secret: str
    pin: Pin
    secure: bool


def start_sign_in(
    purpose: Purpose,
    *,
    return_to: str,
    sessions: SessionStore,
    plex: PlexPerson,
    new_id: NewId,
    now: datetime,
    code: str | None = None,
) -> StartedSignIn:
    """Begin a sign-in that only this browser, which keeps the secret, can complete, and for this purpose only.

    ``return_to`` is ours, never the visitor's to say. Raises PlexUnavailable.
    """
    try:
        pin = plex.start(return_to=return_to)
    except PlexError as error:
        raise _unavailable(error) from error
    secret = new_id()
    sign_in = SignIn(
        id=new_id(),
        purpose=purpose,
        code=code,
        pin_id=pin.id,
        browser_hash=hash_secret(secret),
        created_at=now,
        expires_at=min(pin.expires_at, now + SIGN_IN_LIFETIME),
    )
    sessions.add_sign_in(sign_in)
    return StartedSignIn(sign_in, secret, pin, secure=return_to.startswith("https:"))


def site_root(settings: Settings, deployed_at: str) -> str:
    """Where Plex sends people back to: the settings' address, or the deployment's; nothing that a request says.

    Raises ApplicationUrlMissing.
    """
    address = settings.application_url or deployed_at
    if not address:
        raise ApplicationUrlMissing
    return f"{address.rstrip('/')}/"


def check_sign_in(
    sign_in: SignIn | None, purpose: Purpose, browser_secret: str, *, now: datetime, code: str | None = None
) -> SignIn:
    """The sign-in, if it is for this, in time, and begun by this very browser: no login CSRF, no stolen id.

    Raises SignInNotFound, whichever it is.
    """
    if (
        sign_in is None
        or (sign_in.purpose, sign_in.code) != (purpose, code)
        or sign_in.expires_at <= now
        or not hmac.compare_digest(sign_in.browser_hash, hash_secret(browser_secret))
    ):
        raise SignInNotFound
    return sign_in


def repeat_sign_in(
    sign_in: SignIn, browser_secret: str, *, sessions: SessionStore, now: datetime
) -> tuple[str, Session, User]:
    """The token, the session and the account that a sign-in led to moments ago: never another session.

    Raises SignInNotFound once that was too long ago, or the session was ended meanwhile.
    """
    if sign_in.user_id is None or not sign_in.may_be_repeated(now):
        raise SignInNotFound
    token = sign_in.token_for(sign_in.user_id, browser_secret)
    session, user = sessions.find(token, now=now) or (None, None)
    if session is None or user is None or not user.is_open:
        raise SignInNotFound
    return token, session, user


def approved_token(sign_in: SignIn, plex: PlexPerson) -> str | None:
    """The person's token, None while they have not approved. Raises SignInNotFound, PlexUnavailable."""
    with _asking():
        try:
            return plex.token(sign_in.pin_id)
        except PlexRefused as error:  # the PIN is gone
            raise SignInNotFound from error


def find_account(plex_token: str, plex: PlexPerson) -> PlexAccount:
    """Raises SignInNotFound when a later sign-in made this one's token void, PlexUnavailable."""
    with _asking():
        return plex.account(plex_token)


def find_server_ids(plex_token: str, plex: PlexPerson, *, account_id: int, owner_id: int) -> frozenset[str]:
    """Raises as ``find_account`` does."""
    with _asking():
        return plex.server_ids(plex_token, account_id=account_id, owner_id=owner_id)


def find_account_with_servers(
    plex_token: str, plex: PlexPerson, *, owner_id: int
) -> tuple[PlexAccount, frozenset[str]]:
    """The account and that owner's servers which it can use. Raises as ``find_account`` does."""
    with _asking():
        return plex.account_with_servers(plex_token, owner_id=owner_id)


def find_owned_servers(plex_token: str, plex: PlexPerson) -> tuple[OwnedServer, ...]:
    """Raises as ``find_account`` does."""
    with _asking():
        return plex.owned_servers(plex_token)


@contextmanager
def _asking() -> Iterator[None]:
    try:
        yield
    except PlexTokenRefused as error:
        raise SignInNotFound from error
    except PlexError as error:
        raise _unavailable(error) from error


def _unavailable(error: PlexError) -> PlexUnavailable:
    return PlexUnavailable(retry_after=error.asked_to_wait or _ASK_AGAIN_AFTER)
