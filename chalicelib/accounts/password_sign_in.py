"""Signing in with a password."""

from datetime import datetime

from chalicelib.accounts.journal import PASSWORD, signed_in_entry
from chalicelib.accounts.model import SignedIn, User
from chalicelib.accounts.ports import AccountStore, Counters, SessionStore, VerifyPassword
from chalicelib.accounts.rate_limiting import count_request, forget_requests
from chalicelib.accounts.rate_limits import Route, account_key
from chalicelib.accounts.sessions import new_session
from chalicelib.common.emails import parse_email
from chalicelib.common.ports import NewId
from chalicelib.common.records import dataclass
from chalicelib.common.refusals import LocalSigninDisabled, SignInFailed

_NO_ONE = "-"
"""An address and an id that no account has: where there is none, one is looked for all the same."""


@dataclass(frozen=True, slots=True)
class SigningInWithPassword:
    accounts: AccountStore
    verify_password: VerifyPassword
    counters: Counters
    sessions: SessionStore
    new_id: NewId

    def sign_in(self, email: str, password: str, *, now: datetime) -> SignedIn:
        """A session for the account with that address and password.

        The answer, the writes and the time are the same for an address without an account and for a wrong password.
        Raises LocalSigninDisabled, SignInFailed, TooManyRequests (per account, wherever the tries come from).
        """
        email = parse_email(email) or _NO_ONE
        credential, settings = self.accounts.find_credential(email)
        if not settings.local_signin_enabled:
            raise LocalSigninDisabled
        count_request(Route.PASSWORD, account_key(email), counters=self.counters, now=now)
        user = self._find(email, password, credential.user_id if credential else _NO_ONE)
        token, session = new_session(user.id, new_id=self.new_id, now=now, epoch=user.epoch)
        self.sessions.add(session, signed_in_entry(user, PASSWORD, new_id=self.new_id, now=now))
        forget_requests(Route.PASSWORD, account_key(email), counters=self.counters, now=now)
        return SignedIn(token, user)

    def _find(self, email: str, password: str, user_id: str) -> User:
        """The account is read with the password that is checked: a change after that makes the session void."""
        credential, user = self.accounts.read_credential(email, user_id)
        is_right = self.verify_password(password, credential.password_hash if credential else None)
        if credential is None or user is None or credential.user_id != user.id or not user.is_open or not is_right:
            raise SignInFailed
        return user
