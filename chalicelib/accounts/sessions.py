"""Sessions, API keys, which are kept as such, and the sign-ins that lead to sessions."""

import hashlib
import string
import zlib
from datetime import datetime, timedelta
from enum import StrEnum

from chalicelib.common.ports import NewId
from chalicelib.common.records import dataclass

SESSION_LIFETIME = timedelta(days=30)
SIGN_IN_LIFETIME = timedelta(minutes=30)
ASKED_AGAIN_WITHIN = timedelta(seconds=60)
"""For so long a completed sign-in gives its session once more: the answer may have been lost, or the click doubled."""


KEY_PREFIX = "sai_"
_DIGITS = string.digits + string.ascii_letters
_CHECKSUM_LENGTH = 6


class Scope(StrEnum):
    """What an API key may be for."""

    INVITES_CREATE = "invites:create"
    INVITES_READ = "invites:read"
    PEOPLE_READ = "people:read"
    PEOPLE_WRITE = "people:write"
    STATS_READ = "stats:read"


@dataclass(frozen=True, slots=True)
class Key:
    """What makes a session an API key."""

    name: str
    scopes: frozenset[Scope]


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A signed-in person, or a program with their ``key``, kept under the hash of its token. ``redemption_id``: what
    the token came with. ``expires_at``: None for a key that lasts; ``used_at``: about when a key was used last.

    ``epoch``: the account's when it was made. A session speaks for the account only while that is the same, a key while
    the account is open.
    """

    token_hash: str
    user_id: str
    created_at: datetime
    expires_at: datetime | None
    redemption_id: str | None = None
    epoch: int = 0
    key: Key | None = None
    used_at: datetime | None = None

    def is_over(self, now: datetime) -> bool:
        return self.expires_at is not None and self.expires_at <= now

    def speaks_at(self, epoch: int) -> bool:
        """Whether it speaks for its account while that is at this epoch."""
        return self.key is not None or self.epoch == epoch

    @property
    def id(self) -> str:
        """Names it without opening anything."""
        return self.token_hash[:32]


class Purpose(StrEnum):
    """What a sign-in was begun for; it can be completed as nothing else."""

    SIGN_UP = "sign_up"
    SIGN_IN = "sign_in"
    SET_UP = "set_up"
    RENEW = "renew"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """A Plex PIN under way in one browser, completed once: from ``completed_at`` on it names the account that it led
    to. To sign up it is for one invite, by ``code``, and names the redemption as well.
    """

    id: str
    purpose: Purpose
    code: str | None = None
    pin_id: str
    browser_hash: str
    created_at: datetime
    expires_at: datetime
    redemption_id: str | None = None
    user_id: str | None = None
    completed_at: datetime | None = None

    def token_for(self, user_id: str, browser_secret: str) -> str:
        """The token of the session that this leads to: only the browser that keeps the secret can tell it again."""
        return f"{user_id}.{hash_secret(f'{self.id}.{browser_secret}')}"

    def may_be_repeated(self, now: datetime) -> bool:
        """Whether it was completed moments ago."""
        return self.completed_at is not None and now <= self.completed_at + ASKED_AGAIN_WITHIN


def new_session(
    user_id: str,
    *,
    new_id: NewId,
    now: datetime,
    epoch: int = 0,
    redemption_id: str | None = None,
    token: str | None = None,
) -> tuple[str, Session]:
    """A session and its token. The token names its user, so that both are read in one round trip.

    ``epoch``: the account's, as it was read before or with what was checked of the person. ``token``: the one that a
    sign-in leads to.
    """
    token = token or f"{user_id}.{new_id()}"
    session = Session(
        token_hash=hash_secret(token),
        user_id=user_id,
        created_at=now,
        expires_at=now + SESSION_LIFETIME,
        redemption_id=redemption_id,
        epoch=epoch,
    )
    return token, session


def user_id_in(token: str) -> str | None:
    """The user that a session's token or an API key names (a claim, to be checked against the session), None if it is
    malformed. A key whose checksum is wrong was mistyped.
    """
    user_id, dot, secret = token.partition(".")
    if user_id.startswith(KEY_PREFIX):
        user_id = user_id.removeprefix(KEY_PREFIX)
        secret = secret if checksum(token[:-_CHECKSUM_LENGTH]) == token[-_CHECKSUM_LENGTH:] else ""
    return user_id if dot and user_id and secret else None


def checksum(text: str) -> str:
    """CRC-32 in six digits of base 62."""
    number, digits = zlib.crc32(text.encode(errors="surrogatepass")), ""
    for _ in range(_CHECKSUM_LENGTH):
        number, digit = divmod(number, len(_DIGITS))
        digits = _DIGITS[digit] + digits
    return digits


def hash_secret(secret: str) -> str:
    """What is stored of a secret. The secrets are random and long, so one round of SHA-256 is enough."""
    return hashlib.sha256(secret.encode(errors="surrogatepass")).hexdigest()
