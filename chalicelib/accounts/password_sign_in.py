"""Signing in with a password."""

from dataclasses import dataclass
from datetime import datetime

from chalicelib.accounts.model import SignedIn
from chalicelib.accounts.ports import AccountStore, Counters, Passwords, SessionStore
from chalicelib.accounts.rate_limiting import count_request, forget_requests
from chalicelib.accounts.rate_limits import Route, account_key
from chalicelib.accounts.sessions import new_session
from chalicelib.common.emails import normal_email
from chalicelib.common.ports import NewId
from chalicelib.common.refusals import LocalSigninDisabled, SignInFailed


@dataclass(frozen=True, slots=True)
class SigningInWithPassword:
    accounts: AccountStore
    passwords: Passwords
    counters: Counters
    sessions: SessionStore
    new_id: NewId

    def sign_in(self, email: str, password: str, *, now: datetime) -> SignedIn:
        """A session for the account with that address and password.

        The answer, the writes and the time are the same for an address without an account and for a wrong password.
        Raises LocalSigninDisabled, SignInFailed, TooManyRequests (per account, wherever the tries come from).
        """
        email = normal_email(email)
        credential, settings = self.accounts.find_credential(email)
        if not settings.local_signin_enabled:
            raise LocalSigninDisabled
        count_request(Route.PASSWORD, account_key(email), counters=self.counters, now=now)
        is_right = self.passwords.verify(password, credential.password_hash if credential else None)
        if credential is None or not is_right:
            raise SignInFailed
        user = self.accounts.get(credential.user_id)
        if not user.is_open:
            raise SignInFailed
        token, session = new_session(user.id, new_id=self.new_id, now=now)
        self.sessions.add(session)
        forget_requests(Route.PASSWORD, account_key(email), counters=self.counters, now=now)
        return SignedIn(token, user)
