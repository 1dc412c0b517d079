"""A sign-in at Plex by PIN, whatever it is for: begun, and completed by the browser that began it."""

import hmac
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain.ownership import OwnedServer
from chalicelib.domain.refusals import ApplicationUrlMissing, PlexUnavailable, SignInNotFound
from chalicelib.domain.sessions import SIGN_IN_LIFETIME, Purpose, SignIn, hashed
from chalicelib.domain.settings import Settings
from chalicelib.ports import (
    NewId,
    Pin,
    PlexAccount,
    PlexError,
    PlexPassing,
    PlexRefused,
    PlexSignIn,
    PlexTokenRefused,
    SignIns,
)


@dataclass(frozen=True, slots=True)
class StartedSignIn:
    """``browser_secret`` stays with the browser; ``secure``: whether it may travel over HTTPS only."""

    sign_in: SignIn
    browser_secret: str
    pin: Pin
    secure: bool


def start(
    purpose: Purpose,
    *,
    return_to: str,
    sign_ins: SignIns,
    plex: PlexSignIn,
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
        browser_hash=hashed(secret),
        created_at=now,
        expires_at=min(pin.expires_at, now + SIGN_IN_LIFETIME),
    )
    sign_ins.add(sign_in)
    return StartedSignIn(sign_in, secret, pin, secure=return_to.startswith("https:"))


def site_root(house: Settings, deployed_at: str) -> str:
    """Where Plex sends people back to: the settings' address, or the deployment's; nothing that a request says.

    Raises ApplicationUrlMissing.
    """
    address = house.application_url or deployed_at
    if not address:
        raise ApplicationUrlMissing
    return f"{address.rstrip('/')}/"


def own(
    sign_in: SignIn | None, purpose: Purpose, browser_secret: str, now: datetime, *, code: str | None = None
) -> SignIn:
    """The sign-in, if it is for this, in time, and begun by this very browser: no login CSRF, no stolen id.

    Raises SignInNotFound, whichever it is.
    """
    if (
        sign_in is None
        or (sign_in.purpose, sign_in.code) != (purpose, code)
        or sign_in.expires_at <= now
        or not hmac.compare_digest(sign_in.browser_hash, hashed(browser_secret))
    ):
        raise SignInNotFound
    return sign_in


def approved_token(sign_in: SignIn, plex: PlexSignIn) -> str | None:
    """The person's token, None while they have not approved. Raises SignInNotFound, PlexUnavailable."""
    with _asking():
        try:
            return plex.token(sign_in.pin_id)
        except PlexRefused as error:  # the PIN is gone
            raise SignInNotFound from error


def account(plex_token: str, plex: PlexSignIn) -> PlexAccount:
    """Raises SignInNotFound when a later sign-in made this one's token void, PlexUnavailable."""
    with _asking():
        return plex.account(plex_token)


def server_ids(plex_token: str, plex: PlexSignIn) -> frozenset[str]:
    """Raises as ``account`` does."""
    with _asking():
        return plex.server_ids(plex_token)


def owned_servers(plex_token: str, plex: PlexSignIn) -> tuple[OwnedServer, ...]:
    """Raises as ``account`` does."""
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
    asked = error.retry_after if isinstance(error, PlexPassing) else None
    return PlexUnavailable(retry_after=asked or 5)
