"""Signing in with Plex. A sign-in may link a local account and bring its redemption on, so it stands above both."""

from dataclasses import dataclass
from datetime import datetime

from chalicelib.accounts.model import SignedIn, User, new_user
from chalicelib.accounts.plex_sign_ins import (
    StartedSignIn,
    approved_token,
    check_sign_in,
    find_account,
    find_server_ids,
    site_root,
    start_sign_in,
)
from chalicelib.accounts.ports import AccountStore, PlexIdTaken, SessionStore
from chalicelib.accounts.sessions import Purpose, new_session
from chalicelib.common.ports import NewId, StaleWrite
from chalicelib.common.refusals import NoAccount, TryAgain
from chalicelib.plex.model import PlexAccount
from chalicelib.plex.ports import PlexPerson
from chalicelib.redemptions.linking import LinkingPlex
from chalicelib.redemptions.ports import Claims
from chalicelib.settings.model import Settings
from chalicelib.settings.ports import SettingsStore


@dataclass(frozen=True, slots=True)
class SigningInWithPlex:
    """``application_url``: the deployment's word for where the site is, for as long as the settings have none."""

    settings: SettingsStore
    accounts: AccountStore
    sessions: SessionStore
    plex_person: PlexPerson
    claims: Claims
    linking: LinkingPlex
    new_id: NewId
    application_url: str

    def start(self, *, now: datetime) -> StartedSignIn:
        """Raises ApplicationUrlMissing, PlexUnavailable."""
        return start_sign_in(
            Purpose.SIGN_IN,
            return_to=site_root(self.settings.get(), self.application_url),
            sessions=self.sessions,
            plex=self.plex_person,
            new_id=self.new_id,
            now=now,
        )

    def complete(self, sign_in_id: str, browser_secret: str, *, now: datetime) -> SignedIn | None:
        """A session for the person who approved the PIN; None while it is not approved. Repeatable.

        Raises SignInNotFound, NoAccount, AccessEnding, NotForYou, HasHomeProfile, AddressTaken, AlreadyHasAccess,
        PlexUnavailable, TryAgain.
        """
        found, settings = self.sessions.get_sign_in_with_settings(sign_in_id)
        sign_in = check_sign_in(found, Purpose.SIGN_IN, browser_secret, now=now)
        plex_token = approved_token(sign_in, self.plex_person)
        if plex_token is None:
            return None
        account = find_account(plex_token, self.plex_person)
        if user := self._find_known(account) or self.linking.link(account, plex_token, now=now):
            return self._welcome(user, now)
        return self._let_in(account, plex_token, settings, now)

    def _find_known(self, account: PlexAccount) -> User | None:
        user_id = self.accounts.id_of_plex_account(account.id)
        user = self.accounts.get(user_id) if user_id else None
        return user if user and user.is_open else None

    def _welcome(self, user: User, now: datetime) -> SignedIn:
        token, session = new_session(user.id, new_id=self.new_id, now=now)
        self.sessions.add(session)
        return SignedIn(token, user)

    def _let_in(self, account: PlexAccount, plex_token: str, settings: Settings, now: datetime) -> SignedIn:
        """An account for a person with whom the server is shared already, where the settings allow it."""
        if not settings.new_plex_signin_enabled or settings.server is None:
            raise NoAccount
        if settings.server.machine_id not in find_server_ids(plex_token, self.plex_person):
            raise NoAccount
        former = self.claims.former_account(account.id)
        if former:
            former.tombstone.must_admit_by_access(asked_at=now)
        user = new_user(
            self.new_id(),
            account.name,
            account.email,
            permissions=settings.default_permissions,
            now=now,
            plex_id=account.id,
        )
        if former and former.tombstone.reopens:
            user = former.reopened(user)
        token, session = new_session(user.id, new_id=self.new_id, now=now)
        over = former.tombstone if former else None
        try:
            self.accounts.open(user, session, settings_version=settings.version, over=over)
        except StaleWrite as error:  # the settings are others by now
            raise TryAgain from error
        except PlexIdTaken as error:  # their other click was faster
            if known := self._find_known(account):
                return self._welcome(known, now)
            raise TryAgain from error
        return SignedIn(token, user)
