"""Signing in: with Plex, or with a password."""

from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain.rate_limits import Route, account_of
from chalicelib.domain.refusals import LocalSigninDisabled, NoAccount, SignInFailed, TryAgain
from chalicelib.domain.sessions import Purpose, Session, new_session, session_token
from chalicelib.domain.settings import Settings
from chalicelib.domain.users import AccountState, User, normal_email
from chalicelib.ports import (
    Accounts,
    Contention,
    Counters,
    Credentials,
    NewId,
    Passwords,
    PlexAccount,
    PlexIdTaken,
    PlexSignIn,
    Sessions,
    SignIns,
    Users,
)
from chalicelib.usecases import plex_sign_ins, rate_limits
from chalicelib.usecases.linking_plex import LinkingPlex
from chalicelib.usecases.plex_sign_ins import StartedSignIn


@dataclass(frozen=True, slots=True)
class SignedIn:
    token: str
    user: User


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningInWithPlex:
    """``application_url``: the deployment's word for where the site is, for as long as the settings have none."""

    sign_ins: SignIns
    users: Users
    accounts: Accounts
    sessions: Sessions
    plex: PlexSignIn
    linking: LinkingPlex
    new_id: NewId
    application_url: str

    def start(self, house: Settings, now: datetime) -> StartedSignIn:
        """Raises ApplicationUrlMissing, PlexUnavailable."""
        return plex_sign_ins.start(
            Purpose.SIGN_IN,
            return_to=plex_sign_ins.site_root(house, self.application_url),
            sign_ins=self.sign_ins,
            plex=self.plex,
            new_id=self.new_id,
            now=now,
        )

    def complete(self, sign_in_id: str, browser_secret: str, now: datetime) -> SignedIn | None:
        """A session for whoever approved the PIN; None while nobody did. Repeatable.

        Raises SignInNotFound, NoAccount, AddressTaken, AlreadyHasAccess, PlexUnavailable, TryAgain.
        """
        found, house = self.sign_ins.get_with_settings(sign_in_id)
        sign_in = plex_sign_ins.own(found, Purpose.SIGN_IN, browser_secret, now)
        plex_token = plex_sign_ins.approved_token(sign_in, self.plex)
        if plex_token is None:
            return None
        account = plex_sign_ins.account(plex_token, self.plex)
        if signed_in := self._known(account, now) or self._linked(account, plex_token, now):
            return signed_in
        return self._let_in(account, plex_token, house, now)

    def _known(self, account: PlexAccount, now: datetime) -> SignedIn | None:
        user_id = self.users.id_of_plex_account(account.id)
        user = self.users.get(user_id) if user_id else None
        return self._welcome(user, now) if user and user.state is AccountState.ACTIVE else None

    def _linked(self, account: PlexAccount, plex_token: str, now: datetime) -> SignedIn | None:
        """Somebody with a local account, whose Plex account this is from now on."""
        user = self.linking.link(account, plex_token, now)
        return self._welcome(user, now) if user else None

    def _welcome(self, user: User, now: datetime) -> SignedIn:
        token, session = self._session(user.id, now)
        self.sessions.add(session)
        return SignedIn(token, user)

    def _let_in(self, account: PlexAccount, plex_token: str, house: Settings, now: datetime) -> SignedIn:
        """An account for somebody whom the server is shared with already, where the settings allow it."""
        if not house.new_plex_signin_enabled or house.server is None:
            raise NoAccount
        if house.server.machine_id not in plex_sign_ins.server_ids(plex_token, self.plex):
            raise NoAccount
        user = _newcomer(self.new_id(), account, house, now)
        token, session = self._session(user.id, now)
        try:
            self.accounts.open(user, session)
        except PlexIdTaken as error:  # their other click was faster
            if known := self._known(account, now):
                return known
            raise TryAgain from error
        except Contention as error:
            raise TryAgain from error
        return SignedIn(token, user)

    def _session(self, user_id: str, now: datetime) -> tuple[str, Session]:
        token = session_token(user_id, self.new_id())
        return token, new_session(token, user_id=user_id, now=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningInWithPassword:
    credentials: Credentials
    passwords: Passwords
    counters: Counters
    users: Users
    sessions: Sessions
    new_id: NewId

    def sign_in(self, email: str, password: str, now: datetime) -> SignedIn:
        """A session for whose password this is.

        The answer, the writes and the time are the same for an address that nobody has and for a wrong password.
        Raises LocalSigninDisabled, SignInFailed, TooManyRequests (per account, wherever the tries come from).
        """
        email = normal_email(email)
        credential, house = self.credentials.find(email)
        if not house.local_signin_enabled:
            raise LocalSigninDisabled
        rate_limits.knock(Route.PASSWORD, account_of(email), counters=self.counters, now=now)
        is_right = self.passwords.verify(password, credential.password_hash if credential else None)
        if credential is None or not is_right:
            raise SignInFailed
        user = self.users.get(credential.user_id)
        if user.state is not AccountState.ACTIVE:
            raise SignInFailed
        token = session_token(user.id, self.new_id())
        self.sessions.add(new_session(token, user_id=user.id, now=now))
        rate_limits.forgive(Route.PASSWORD, account_of(email), counters=self.counters, now=now)
        return SignedIn(token, user)


def _newcomer(id_: str, account: PlexAccount, house: Settings, now: datetime) -> User:
    return User(
        id=id_,
        name=account.name,
        email=normal_email(account.email) if account.email else None,
        plex_id=account.id,
        permissions=house.default_permissions,
        created_at=now,
    )
