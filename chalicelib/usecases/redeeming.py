"""From an opened link to a claimed account, up to the message that has Plex share."""

import hmac
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from chalicelib.domain.invites import Invite, is_code, link
from chalicelib.domain.redemptions import Grant, Redemption, claimed
from chalicelib.domain.refusals import (
    AccountNotInvitable,
    AlreadyHasAccess,
    GrantUnavailable,
    InviteNotFound,
    PlexUnavailable,
    SignInNotFound,
    SignupDisabled,
    TryAgain,
)
from chalicelib.domain.sessions import SIGN_IN_LIFETIME, SignIn, hashed, new_session, session_token
from chalicelib.domain.settings import Library, Settings
from chalicelib.domain.users import User, normal_email
from chalicelib.ports import (
    Claim,
    Claims,
    Contention,
    HeldTokens,
    Invites,
    NewId,
    OutOfDate,
    Pin,
    PlexAccount,
    PlexError,
    PlexPassing,
    PlexRefused,
    PlexSignIn,
    ProvisionQueue,
    Redemptions,
    Sealer,
    Sessions,
    SignIns,
)

TOKEN_HELD_FOR = timedelta(hours=1)
_TRIES_AGAINST_EDITS = 5


@dataclass(frozen=True, slots=True)
class Offer:
    """An invite as the person who opened its link sees it."""

    invite: Invite
    settings: Settings
    libraries: tuple[Library, ...]


@dataclass(frozen=True, slots=True)
class StartedSignIn:
    """``browser_secret`` stays with the browser; ``secure``: whether it may travel over HTTPS only."""

    sign_in: SignIn
    browser_secret: str
    pin: Pin
    secure: bool


@dataclass(frozen=True, slots=True)
class Redeemed:
    """Somebody signed in, with the redemption that their invite led to."""

    token: str
    redemption: Redemption


def validate(code: str, *, invites: Invites, now: datetime) -> Offer:
    """What the link offers. Changes nothing.

    Raises SignupDisabled, InviteNotFound, InviteNotActive, InviteExpired, GrantUnavailable.
    """
    if not is_code(code):
        raise InviteNotFound
    invite, settings = invites.get_with_settings(code)
    return _offered(invite, settings, now)


def start_sign_in(
    code: str, *, invites: Invites, sign_ins: SignIns, plex: PlexSignIn, new_id: NewId, now: datetime
) -> StartedSignIn:
    """Begin a Plex sign-in that only this browser, which keeps the secret, can complete.

    Raises what ``validate`` raises, and PlexUnavailable.
    """
    offer = validate(code, invites=invites, now=now)
    try:
        pin = plex.start(return_to=link(offer.settings, code))
    except PlexError as error:
        raise PlexUnavailable from error
    secret = new_id()
    sign_in = SignIn(
        id=new_id(),
        code=code,
        pin_id=pin.id,
        browser_hash=hashed(secret),
        created_at=now,
        expires_at=min(pin.expires_at, now + SIGN_IN_LIFETIME),
    )
    sign_ins.add(sign_in)
    return StartedSignIn(sign_in, secret, pin, secure=offer.settings.application_url.startswith("https:"))


@dataclass(frozen=True, slots=True)
class Redeeming:
    """What completing a sign-in touches."""

    sign_ins: SignIns
    claims: Claims
    redemptions: Redemptions
    held_tokens: HeldTokens
    sessions: Sessions
    plex: PlexSignIn
    sealer: Sealer
    queue: ProvisionQueue
    new_id: NewId

    def complete(self, code: str, sign_in_id: str, browser_secret: str, now: datetime) -> Redeemed | None:
        """Redeem the invite for whoever approved the PIN; None while nobody has.

        The same sign-in completed again, or the same person in two tabs at once, leads to one account and
        one redemption. Raises SignInNotFound, what ``validate`` raises, AlreadyHasAccess,
        AccountNotInvitable, PlexUnavailable (nothing claimed), TryAgain.
        """
        found, invite, settings = self.sign_ins.get_with_invite(sign_in_id, code)
        sign_in = _own(found, code, browser_secret, now)
        if sign_in.redemption_id and sign_in.user_id:
            return self._welcome_back(sign_in.user_id, self.redemptions.get(sign_in.redemption_id), now)
        plex_token = self._approved_token(sign_in)
        if plex_token is None:
            return None
        return self._redeem(sign_in, invite, settings, plex_token, now)

    def _approved_token(self, sign_in: SignIn) -> str | None:
        try:
            return self.plex.token(sign_in.pin_id)
        except PlexRefused as error:
            raise SignInNotFound from error
        except PlexError as error:
            raise PlexUnavailable from error

    def _redeem(
        self, sign_in: SignIn, invite: Invite | None, settings: Settings, plex_token: str, now: datetime
    ) -> Redeemed:
        account, server_ids = self._who_is_it(plex_token)
        for _ in range(_TRIES_AGAINST_EDITS):
            if earlier := self._redeemed_meanwhile(account, sign_in, server_ids, settings):
                return self._the_same_again(*earlier, plex_token, now)
            offer = _offered(invite, settings, now)
            try:
                return self._claimed(offer, sign_in, account, plex_token, now)
            except AlreadyHasAccess:
                server_ids = frozenset({_machine_id(settings)})
            except OutOfDate:
                sign_in, invite, settings = self._read_again(sign_in)
            except Contention as error:
                raise TryAgain from error
        raise TryAgain

    def _who_is_it(self, plex_token: str) -> tuple[PlexAccount, frozenset[str]]:
        try:
            account = self.plex.account(plex_token)
            server_ids = self.plex.server_ids(plex_token)
        except PlexPassing as error:
            raise PlexUnavailable(retry_after=error.retry_after or 5) from error
        except PlexError as error:
            raise PlexUnavailable from error
        if account.restricted:
            raise AccountNotInvitable
        return account, server_ids

    def _redeemed_meanwhile(
        self, account: PlexAccount, sign_in: SignIn, server_ids: frozenset[str], settings: Settings
    ) -> tuple[User, Redemption] | None:
        """The redemption that the same person's other click made; whoever else has access is refused."""
        if sign_in.redemption_id is None and _machine_id(settings) not in server_ids:
            return None
        earlier = self.claims.redemption_of(account.id)
        if earlier is None:
            raise AlreadyHasAccess
        redemption = earlier[1]
        clicked_twice = redemption.in_progress or redemption.created_at >= sign_in.created_at
        if redemption.code != sign_in.code or not clicked_twice:
            raise AlreadyHasAccess
        return earlier

    def _claimed(self, offer: Offer, sign_in: SignIn, account: PlexAccount, plex_token: str, now: datetime) -> Redeemed:
        claim, token = self._drawn_up(offer, sign_in, account, plex_token, now)
        self.claims.claim(claim)
        self.queue.send(claim.redemption.id)
        return Redeemed(token, claim.redemption)

    def _drawn_up(
        self, offer: Offer, sign_in: SignIn, account: PlexAccount, plex_token: str, now: datetime
    ) -> tuple[Claim, str]:
        redemption_id = self.new_id()
        user = _new_user(self.new_id(), account, offer, redemption_id, now)
        redemption = claimed(
            redemption_id,
            code=offer.invite.code,
            user=user,
            creator_id=offer.invite.created_by.id,
            grant=_grant(offer),
            now=now,
        )
        token = session_token(user.id, self.new_id())
        claim = Claim(
            invite=offer.invite,
            sign_in=replace(sign_in, redemption_id=redemption_id, user_id=user.id),
            user=user,
            redemption=redemption,
            session=new_session(token, user_id=user.id, now=now, redemption_id=redemption_id),
            sealed_token=self.sealer.seal(plex_token, redemption_id),
            token_expires_at=now + TOKEN_HELD_FOR,
        )
        return claim, token

    def _read_again(self, sign_in: SignIn) -> tuple[SignIn, Invite | None, Settings]:
        again, invite, settings = self.sign_ins.get_with_invite(sign_in.id, sign_in.code)
        if again is None:
            raise SignInNotFound
        return again, invite, settings

    def _the_same_again(self, user: User, redemption: Redemption, plex_token: str, now: datetime) -> Redeemed:
        if redemption.in_progress:  # this newer sign-in made plex.tv revoke the token that is held
            sealed = self.sealer.seal(plex_token, redemption.id)
            self.held_tokens.replace(redemption.id, sealed, now + TOKEN_HELD_FOR)
        return self._welcome_back(user.id, redemption, now)

    def _welcome_back(self, user_id: str, redemption: Redemption, now: datetime) -> Redeemed:
        token = session_token(user_id, self.new_id())
        self.sessions.add(new_session(token, user_id=user_id, now=now, redemption_id=redemption.id))
        return Redeemed(token, redemption)


def _offered(invite: Invite | None, settings: Settings, now: datetime) -> Offer:
    if not settings.signup_enabled:
        raise SignupDisabled
    if invite is None:
        raise InviteNotFound
    invite.must_be_redeemable(now)
    return Offer(invite, settings, invite.grants(settings))


def _own(sign_in: SignIn | None, code: str, browser_secret: str, now: datetime) -> SignIn:
    """A sign-in is completed with its own code, in time, by the browser that began it: no login CSRF."""
    if (
        sign_in is None
        or sign_in.code != code
        or sign_in.expires_at <= now
        or not hmac.compare_digest(sign_in.browser_hash, hashed(browser_secret))
    ):
        raise SignInNotFound
    return sign_in


def _machine_id(settings: Settings) -> str:
    if settings.server is None:
        raise GrantUnavailable
    return settings.server.machine_id


def _grant(offer: Offer) -> Grant:
    server = offer.settings.server
    if server is None:
        raise GrantUnavailable
    return Grant(server.machine_id, server.owner_id, offer.libraries, offer.invite.features)


def _new_user(id_: str, account: PlexAccount, offer: Offer, redemption_id: str, now: datetime) -> User:
    trial = offer.settings.trial
    return User(
        id=id_,
        name=account.name,
        email=normal_email(account.email) if account.email else None,
        plex_id=account.id,
        permissions=offer.settings.default_permissions,
        created_at=now,
        trial_ends_at=now + timedelta(days=trial.days) if trial.enabled else None,
        invited_by=offer.invite.created_by,
        redemption_id=redemption_id,
    )
