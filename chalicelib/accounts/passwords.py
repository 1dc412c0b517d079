"""Changing a password, and setting a new one by a link that an admin makes."""

import hmac
from datetime import datetime, timedelta

from chalicelib.accounts.journal import account_entry
from chalicelib.accounts.model import Credential, PasswordReset, User, is_user_id
from chalicelib.accounts.permissions import must_be_allowed
from chalicelib.accounts.plex_sign_ins import site_root
from chalicelib.accounts.ports import AccountStore, Counters, HashPassword, VerifyPassword
from chalicelib.accounts.rate_limiting import count_request, forget_requests
from chalicelib.accounts.rate_limits import Route, account_key
from chalicelib.accounts.sessions import Session, hash_secret
from chalicelib.common.people import Permission
from chalicelib.common.ports import NewId, StaleWrite
from chalicelib.common.records import dataclass
from chalicelib.common.refusals import (
    AccountClosed,
    BadInput,
    NoPassword,
    NotSignedIn,
    PasswordWrong,
    ResetNotFound,
    TryAgain,
    UserNotFound,
)
from chalicelib.events.model import Entry

SHORTEST_PASSWORD, LONGEST_PASSWORD = 8, 200
RESET_LIFETIME = timedelta(hours=1)
_SECRET_LENGTH = 31
"""Of hexadecimal digits, 124 bits: with an account's id before it, it is as long as a path's parameter may be."""


@dataclass(frozen=True, slots=True)
class ResetLink:
    """Where a new password is set, until when. The token stands behind ``#``, where no server and no log sees it."""

    url: str
    expires_at: datetime


def check_password(password: str, *, field: str) -> None:
    """Raise BadInput, naming the field, where it is too short or too long."""
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise BadInput("password", field=field, shortest=SHORTEST_PASSWORD, longest=LONGEST_PASSWORD)


@dataclass(frozen=True, slots=True)
class ChangingPasswords:
    """``application_url``: the deployment's word for where the site is, for as long as the settings have none."""

    accounts: AccountStore
    hash_password: HashPassword
    verify_password: VerifyPassword
    counters: Counters
    new_id: NewId
    application_url: str

    def change(self, old: str, new: str, *, by: User, session: Session, now: datetime) -> None:
        """Set another password for one's own account. Every session ends but ``session``, the caller's.

        Wrong ones are counted as in signing in. Raises BadInput, NoPassword, PasswordWrong, TooManyRequests, TryAgain.
        """
        check_password(new, field="new")
        user, was = self._read(by)
        key = account_key(user.email or "")
        count_request(Route.PASSWORD, key, counters=self.counters, now=now)
        if not self.verify_password(old, was.password_hash):
            raise PasswordWrong(field="old")
        entry = account_entry(user, "password changed", by=user.person, new_id=self.new_id, now=now)
        self._set(user, was, new, session=session, entry=entry)
        forget_requests(Route.PASSWORD, key, counters=self.counters, now=now)

    def offer_reset(self, user_id: str, *, by: User, now: datetime) -> ResetLink:
        """Make the link by which that account's person sets a new password. Only the latest one counts, and once.

        Raises NotAllowed, UserNotFound, AccountClosed, NoPassword, ApplicationUrlMissing, TryAgain.
        """
        by.must(Permission.MANAGE_USERS)
        user, settings = self.accounts.get_with_settings(user_id)
        must_be_allowed(user, user, by=by, owner_plex_id=None)
        if not user.is_open:
            raise AccountClosed
        root = site_root(settings, self.application_url)
        user, _ = self._read(user)
        token = f"{user.id}-{self.new_id()[:_SECRET_LENGTH]}"
        reset = PasswordReset(hash_secret(token), now + RESET_LIFETIME)
        entry = account_entry(user, "password link made", by=by.person, new_id=self.new_id, now=now)
        try:
            self.accounts.offer_reset(user, reset, entry)
        except StaleWrite as error:
            raise TryAgain from error
        return ResetLink(f"{root}password#{token}", reset.expires_at)

    def reset(self, token: str, new: str, *, now: datetime) -> None:
        """Set a new password by such a link; every session of the account ends.

        Raises BadInput, ResetNotFound (for any reason), TryAgain.
        """
        check_password(new, field="new")
        user, was = self._find(token)
        if was.reset is None or was.reset.expires_at <= now:
            raise ResetNotFound
        if not hmac.compare_digest(was.reset.token_hash, hash_secret(token)):
            raise ResetNotFound
        entry = account_entry(user, "password reset", by=user.person, new_id=self.new_id, now=now)
        self._set(user, was, new, session=None, entry=entry)

    def _find(self, token: str) -> tuple[User, Credential]:
        user_id, _, _ = token.rpartition("-")
        if not is_user_id(user_id):
            raise ResetNotFound
        try:
            return self._read(self.accounts.get(user_id))
        except (UserNotFound, NoPassword, NotSignedIn) as error:
            raise ResetNotFound from error

    def _read(self, user: User) -> tuple[User, Credential]:
        """The account and its password at one moment. Raises NoPassword, NotSignedIn where it was closed meanwhile."""
        if user.email is None:
            raise NoPassword
        credential, found = self.accounts.read_credential(user.email, user.id)
        if found is None or not found.is_open:
            raise NotSignedIn
        if credential is None or credential.user_id != user.id or credential.password_hash is None:
            raise NoPassword
        return found, credential

    def _set(self, user: User, was: Credential, new: str, *, session: Session | None, entry: Entry) -> None:
        try:
            self.accounts.set_password(user, was, self.hash_password(new), entry, session=session)
        except StaleWrite as error:
            raise TryAgain from error
