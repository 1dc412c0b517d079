"""Signing in with Plex. A sign-in may link a local account and bring its redemption on, so it stands above both."""

from datetime import datetime

from chalicelib.access.nudging import Nudging
from chalicelib.accounts.following_plex import FollowingPlex
from chalicelib.accounts.journal import PLEX, signed_in_entry
from chalicelib.accounts.model import SignedIn, User, new_user
from chalicelib.accounts.plex_sign_ins import (
    StartedSignIn,
    approved_token,
    check_sign_in,
    find_account,
    find_server_ids,
    repeat_sign_in,
    site_root,
    start_sign_in,
)
from chalicelib.accounts.ports import AccountStore, PlexIdTaken, SessionStore
from chalicelib.accounts.sessions import Purpose, Session, SignIn, new_session
from chalicelib.accounts.tokens import HoldingTokens
from chalicelib.common.ports import NewId, StaleWrite
from chalicelib.common.records import dataclass
from chalicelib.common.refusals import NoAccount, TryAgain
from chalicelib.plex.model import PlexAccount
from chalicelib.plex.ports import PlexPerson
from chalicelib.redemptions.linking import LinkingPlex
from chalicelib.redemptions.ports import Claims
from chalicelib.settings.model import Settings
from chalicelib.settings.ports import SettingsStore


@dataclass(frozen=True, slots=True)
class _Here:
    """A sign-in that its person approved."""

    sign_in: SignIn
    browser_secret: str
    plex_token: str
    account: PlexAccount


@dataclass(frozen=True, slots=True)
class SigningInWithPlex:
    """``application_url``: the deployment's word for where the site is, for as long as the settings have none."""

    settings: SettingsStore
    accounts: AccountStore
    sessions: SessionStore
    plex_person: PlexPerson
    claims: Claims
    linking: LinkingPlex
    following_plex: FollowingPlex
    holding_tokens: HoldingTokens
    nudging: Nudging
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
        """A session for the person who approved the PIN; None while it is not approved. Within moments repeatable.

        Raises SignInNotFound, NoAccount, AccessEnding, NotForYou, HasHomeProfile, AddressTaken, AlreadyHasAccess,
        PlexUnavailable, TryAgain.
        """
        found, settings = self.sessions.get_sign_in_with_settings(sign_in_id)
        sign_in = check_sign_in(found, Purpose.SIGN_IN, browser_secret, now=now)
        if sign_in.user_id:
            return self._repeat(sign_in, browser_secret, now)
        plex_token = approved_token(sign_in, self.plex_person)
        if plex_token is None:
            return None
        with self.holding_tokens.given_up_if_refused(sign_in.id, plex_token, now=now):
            here = _Here(sign_in, browser_secret, plex_token, find_account(plex_token, self.plex_person))
            try:
                return self._sign_in(here, settings, now)
            except StaleWrite as error:
                again, _ = self.sessions.get_sign_in_with_settings(sign_in_id)
                if again and again.user_id:  # their other click was faster
                    return self._repeat(again, browser_secret, now)
                raise TryAgain from error

    def _sign_in(self, here: _Here, settings: Settings, now: datetime) -> SignedIn:
        if user := self._find_known(here.account):
            self._hand_over_token(user, here, now)
            return self._welcome(self.following_plex.follow(user, here.account, now=now), here, now)
        if linked := self.linking.link(here.account, here.plex_token, now=now):
            user, is_held = linked
            if not is_held:
                self.holding_tokens.give_up(here.sign_in.id, here.plex_token, now=now)
            return self._welcome(user, here, now)
        signed_in = self._let_in(here, settings, now)
        self.holding_tokens.give_up(here.sign_in.id, here.plex_token, now=now)
        return signed_in

    def _hand_over_token(self, user: User, here: _Here, now: datetime) -> None:
        """What is under way for the account goes on with it; otherwise it is not needed any more."""
        if key := self.nudging.awaited_token(user.id):
            self.holding_tokens.hold(key, here.plex_token, now=now)
            self.nudging.nudge(user.id, now=now)
        else:
            self.holding_tokens.give_up(here.sign_in.id, here.plex_token, now=now)

    def _repeat(self, sign_in: SignIn, browser_secret: str, now: datetime) -> SignedIn:
        token, _, user = repeat_sign_in(sign_in, browser_secret, sessions=self.sessions, now=now)
        return SignedIn(token, user)

    def _server_ids(self, here: _Here, owner_id: int) -> frozenset[str]:
        return find_server_ids(here.plex_token, self.plex_person, account_id=here.account.id, owner_id=owner_id)

    def _find_known(self, account: PlexAccount) -> User | None:
        user_id = self.accounts.id_of_plex_account(account.id)
        user = self.accounts.get(user_id) if user_id else None
        return user if user and user.is_open else None

    def _welcome(self, user: User, here: _Here, now: datetime) -> SignedIn:
        token, session = self._new_session(user, here, now)
        self.sessions.complete(here.sign_in, session, signed_in_entry(user, PLEX, new_id=self.new_id, now=now))
        return SignedIn(token, user)

    def _new_session(self, user: User, here: _Here, now: datetime) -> tuple[str, Session]:
        token = here.sign_in.token_for(user.id, here.browser_secret)
        return new_session(user.id, new_id=self.new_id, now=now, epoch=user.epoch, token=token)

    def _let_in(self, here: _Here, settings: Settings, now: datetime) -> SignedIn:
        """An account for a person with whom the server is shared already, where the settings allow it."""
        if not settings.new_plex_signin_enabled or settings.server is None:
            raise NoAccount
        if settings.server.machine_id not in self._server_ids(here, settings.server.owner_id):
            raise NoAccount
        account = here.account
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
            holds_address=account.confirmed,
        )
        if former and former.tombstone.reopens:
            user = former.reopened(user)
        token, session = self._new_session(user, here, now)
        over, version = former.tombstone if former else None, settings.version
        try:
            self.accounts.open(user, session, sign_in=here.sign_in, settings_version=version, over=over)
        except PlexIdTaken as error:  # their other click was faster
            if known := self._find_known(account):
                return self._welcome(known, here, now)
            raise TryAgain from error
        return SignedIn(token, user)
