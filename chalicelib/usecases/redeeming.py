"""From an opened link to a claimed account, up to the message that has Plex share."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from chalicelib.domain.invites import Invite, is_code, link
from chalicelib.domain.redemptions import Grant, Redemption, claimed
from chalicelib.domain.refusals import (
    AccountNotInvitable,
    AlreadyHasAccess,
    GrantUnavailable,
    InviteNotFound,
    SignInNotFound,
    SignupDisabled,
    TryAgain,
)
from chalicelib.domain.sessions import Purpose, SignIn, new_session, session_token
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
    PlexAccount,
    PlexSignIn,
    ProvisionQueue,
    Redemptions,
    Sealer,
    Sessions,
    SignIns,
)
from chalicelib.usecases import plex_sign_ins
from chalicelib.usecases.plex_sign_ins import StartedSignIn
from chalicelib.usecases.watching_redemptions import nudge

TOKEN_HELD_FOR = timedelta(hours=1)
_TRIES_AGAINST_EDITS = 5


@dataclass(frozen=True, slots=True)
class Offer:
    """An invite as the person who opened its link sees it."""

    invite: Invite
    settings: Settings
    libraries: tuple[Library, ...]


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
    return offered(invite, settings, now)


def start_sign_in(
    code: str, *, invites: Invites, sign_ins: SignIns, plex: PlexSignIn, new_id: NewId, now: datetime
) -> StartedSignIn:
    """Begin a Plex sign-in that only this browser, which keeps the secret, can complete.

    Raises what ``validate`` raises, and PlexUnavailable.
    """
    offer = validate(code, invites=invites, now=now)
    return plex_sign_ins.start(
        Purpose.SIGN_UP,
        return_to=link(offer.settings, code),
        sign_ins=sign_ins,
        plex=plex,
        new_id=new_id,
        now=now,
        code=code,
    )


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
        sign_in = plex_sign_ins.own(found, Purpose.SIGN_UP, browser_secret, now, code=code)
        if sign_in.redemption_id and sign_in.user_id:
            return self._claimed_before(sign_in.user_id, self.redemptions.get(sign_in.redemption_id), now)
        plex_token = plex_sign_ins.approved_token(sign_in, self.plex)
        if plex_token is None:
            return None
        return self._redeem(sign_in, invite, settings, plex_token, now)

    def _redeem(
        self, sign_in: SignIn, invite: Invite | None, settings: Settings, plex_token: str, now: datetime
    ) -> Redeemed:
        account, server_ids = self._who_is_it(plex_token)
        for _ in range(_TRIES_AGAINST_EDITS):
            if earlier := self._redeemed_meanwhile(account, sign_in, server_ids, settings):
                return self._the_same_again(*earlier, plex_token, now)
            offer = offered(invite, settings, now)
            try:
                return self._claimed(offer, sign_in, account, plex_token, now)
            except AlreadyHasAccess:
                server_ids = frozenset({_machine_id(settings)})
            except OutOfDate:
                sign_in, invite, settings = self._read_again(sign_in, offer.invite.code)
            except Contention as error:
                raise TryAgain from error
        raise TryAgain

    def _who_is_it(self, plex_token: str) -> tuple[PlexAccount, frozenset[str]]:
        account = plex_sign_ins.account(plex_token, self.plex)
        server_ids = plex_sign_ins.server_ids(plex_token, self.plex)
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
        user = replace(
            newcomer(self.new_id(), account.name, account.email, offer, redemption_id, now), plex_id=account.id
        )
        redemption = claimed(
            redemption_id,
            code=offer.invite.code,
            user=user,
            creator_id=offer.invite.created_by.id,
            grant=granted(offer),
            now=now,
            invited_as=account.email or account.name,
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

    def _read_again(self, sign_in: SignIn, code: str) -> tuple[SignIn, Invite | None, Settings]:
        again, invite, settings = self.sign_ins.get_with_invite(sign_in.id, code)
        if again is None:
            raise SignInNotFound
        return again, invite, settings

    def _the_same_again(self, user: User, redemption: Redemption, plex_token: str, now: datetime) -> Redeemed:
        if redemption.in_progress:  # this newer sign-in made plex.tv revoke the token that is held
            sealed = self.sealer.seal(plex_token, redemption.id)
            self.held_tokens.replace(redemption.id, sealed, now + TOKEN_HELD_FOR)
            redemption = nudge(redemption, redemptions=self.redemptions, queue=self.queue, now=now)
        return self._welcome_back(user.id, redemption, now)

    def _claimed_before(self, user_id: str, redemption: Redemption, now: datetime) -> Redeemed:
        if redemption.is_untouched:  # whoever claimed it may never have come to send its message
            self.queue.send(redemption.id)
        return self._welcome_back(user_id, redemption, now)

    def _welcome_back(self, user_id: str, redemption: Redemption, now: datetime) -> Redeemed:
        token = session_token(user_id, self.new_id())
        self.sessions.add(new_session(token, user_id=user_id, now=now, redemption_id=redemption.id))
        return Redeemed(token, redemption)


def offered(invite: Invite | None, settings: Settings, now: datetime) -> Offer:
    """What ``validate`` does, of an invite that was read already."""
    if not settings.signup_enabled:
        raise SignupDisabled
    if invite is None:
        raise InviteNotFound
    invite.must_be_redeemable(now)
    return Offer(invite, settings, invite.grants(settings))


def _machine_id(settings: Settings) -> str:
    if settings.server is None:
        raise GrantUnavailable
    return settings.server.machine_id


def granted(offer: Offer) -> Grant:
    """What redeeming gives, from now on independent of the invite. Raises GrantUnavailable."""
    server = offer.settings.server
    if server is None:
        raise GrantUnavailable
    return Grant(server.machine_id, server.owner_id, offer.libraries, offer.invite.features)


def newcomer(id_: str, name: str, email: str | None, offer: Offer, redemption_id: str, now: datetime) -> User:
    """The account of somebody who comes by that invite."""
    trial = offer.settings.trial
    return User(
        id=id_,
        name=name,
        email=normal_email(email) if email else None,
        permissions=offer.settings.default_permissions,
        created_at=now,
        trial_ends_at=now + timedelta(days=trial.days) if trial.enabled else None,
        invited_by=offer.invite.created_by,
        redemption_id=redemption_id,
    )
