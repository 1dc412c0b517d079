"""What an invite offers to the person who opened its link."""

from collections.abc import Callable
from datetime import datetime

from chalicelib.access.deciding.seating import room_of
from chalicelib.access.entitlement import Entitlement, Identity, Rule, Target
from chalicelib.access.model import Access, Decided, Occasion, begin_access
from chalicelib.access.seats import NO_SEATS
from chalicelib.accounts.model import Former, User, new_user
from chalicelib.accounts.sessions import new_session
from chalicelib.common.ports import NewId
from chalicelib.common.records import dataclass, replace
from chalicelib.common.refusals import (
    GrantUnavailable,
    InviteNotActive,
    InviteNotFound,
    LocalSigninDisabled,
    SignupDisabled,
)
from chalicelib.common.terms import Term
from chalicelib.common.times import Unit, later
from chalicelib.invites.model import Invite, is_code
from chalicelib.invites.ports import InviteStore
from chalicelib.plex.model import Grant, Library, Server
from chalicelib.redemptions.model import Redemption, Renewal
from chalicelib.redemptions.ports import Claim
from chalicelib.settings.model import Settings, TrialOutcome


@dataclass(frozen=True, slots=True)
class Newcomer:
    """A person who redeems. ``invited_as``: the name by which the Plex Home would invite their Plex account.
    ``holds_address``: the e-mail address is to be theirs alone.
    """

    name: str
    email: str | None
    plex_id: int | None = None
    invited_as: str | None = None
    holds_address: bool = True


@dataclass(frozen=True, slots=True)
class Offer:
    """An invite as the person who opened its link sees it."""

    invite: Invite
    settings: Settings
    libraries: tuple[Library, ...]

    def grant(self) -> Grant:
        """What redeeming gives, from now on independent of the invite. Raises GrantUnavailable."""
        server = chosen_server(self.settings)
        return Grant(server.machine_id, server.owner_id, self.libraries, self.invite.features, self.invite.filters)

    def draw_up_claim(
        self,
        newcomer: Newcomer,
        *,
        new_id: NewId,
        now: datetime,
        former: Former | None = None,
        known: User | None = None,
        access: Access | None = None,
        token_for: Callable[[str], str] | None = None,
    ) -> tuple[Claim, str]:
        """What the newcomer's redemption writes, and the token of the session in it.

        ``former``: the account that they had here; it is opened again where it ever had access. ``known``: the account
        that they have, which is renewed. ``access``: what that account has or had. ``token_for`` gives the token for an
        account's id, where a sign-in leads to it. Raises GrantUnavailable, InviteNotActive for a person's own invite,
        and what ``Tombstone.must_admit_by_invite`` raises.
        """
        over = former.tombstone if former else None
        if over:
            over.must_admit_by_invite(self.invite.created_at)
        redemption_id = new_id()
        user = self._new_user(newcomer, new_id(), redemption_id, now)
        if former and former.tombstone.reopens:
            user = former.reopened(user)
        if known:
            user = _renewed(known, newcomer, redemption_id)
        if user.id == self.invite.created_by.id:
            raise InviteNotActive
        wanted = replace(self._decide(newcomer, redemption_id, before=access if known else None), over=over)
        joining = begin_access(user.id, wanted, now=now, over=access).seated
        progress = joining.done.progress
        if progress is None:
            raise AssertionError("a joining has its progress")
        redemption = Redemption(
            id=redemption_id,
            code=self.invite.code,
            user=user.person,
            creator_id=self.invite.created_by.id,
            grant=self.grant(),
            created_at=now,
            progress=progress,
            renewal=Renewal(known.redemption_id) if known else None,
        )
        token, session = new_session(
            user.id,
            new_id=new_id,
            now=now,
            epoch=user.epoch,
            redemption_id=redemption_id,
            token=token_for(user.id) if token_for else None,
        )
        claim = Claim(
            invite=self.invite,
            settings_version=self.settings.version,
            user=user,
            redemption=redemption,
            access=joining,
            session=session,
            renews=known,
            seats_before=access.done.seats if access else NO_SEATS,
            room=room_of(self.settings),
        )
        return claim, token

    def _decide(self, newcomer: Newcomer, redemption_id: str, *, before: Access | None) -> Decided:
        """What is wanted from now on. A local account becomes a managed user where the invite has Plex Home."""
        features, server = self.invite.features, chosen_server(self.settings)
        return Decided(
            grant=Entitlement(
                rule=_rule(self.invite), libraries=self.libraries, features=features, filters=self.invite.filters
            ),
            identity=Identity(
                name=newcomer.name,
                plex_id=newcomer.plex_id,
                managed=newcomer.plex_id is None and features.plex_home,
                invited_as=newcomer.invited_as,
            ),
            target=Target(server.machine_id, server.owner_id),
            occasion=Occasion.JOINED,
            joining=redemption_id,
            term=self.invite.access_for or _trial(self.settings),
            zone=self.settings.time_zone,
            before=before.decided.as_before if before else None,
        )

    def _new_user(self, newcomer: Newcomer, id_: str, redemption_id: str, now: datetime) -> User:
        settings = self.settings
        user = new_user(
            id_,
            newcomer.name,
            newcomer.email,
            permissions=settings.default_permissions,
            now=now,
            plex_id=newcomer.plex_id,
            holds_address=newcomer.holds_address,
        )
        return replace(
            user,
            trial_ends_at=later(now, settings.trial.days, Unit.DAYS, settings.zone) if settings.trial.enabled else None,
            invited_by=self.invite.created_by,
            redemption_id=redemption_id,
            came_by=self.invite.code,
        )


@dataclass(frozen=True, slots=True)
class ReadingOffers:
    invites: InviteStore

    def read(self, code: str, *, now: datetime) -> Offer:
        """What the link offers. Changes nothing.

        Raises SignupDisabled, InviteNotFound, InviteNotActive, InviteExpired, GrantUnavailable.
        """
        return make_offer(*self._find(code), now=now)

    def explain_not_found(self, code: str) -> InviteNotFound:
        """Why no invite has that code, for a person who typed it: perhaps for its capital letters alone."""
        if is_code(code) and self.invites.has_other_case(code):
            return InviteNotFound("capitals")
        return InviteNotFound()

    def must_be_worth_a_sign_in(self, code: str, *, now: datetime) -> Settings:
        """The settings, where the person who signs in may redeem it, or may have done so: they are led back to that.

        Raises as ``read`` does for an invite that no one redeemed.
        """
        invite, settings = self._find(code)
        if invite is None or not invite.uses:
            make_offer(invite, settings, now=now)
        return settings

    def read_for_local(self, code: str, *, now: datetime) -> Offer:
        """The same for a person without a Plex account. Raises LocalSigninDisabled as well."""
        invite, settings = self._find(code)
        if not settings.local_signin_enabled:
            raise LocalSigninDisabled("sign_up")
        return make_offer(invite, settings, now=now)

    def _find(self, code: str) -> tuple[Invite | None, Settings]:
        if not is_code(code):
            raise InviteNotFound
        return self.invites.get_with_settings(code)


def _trial(settings: Settings) -> Term | None:
    """A trial that ends in a suspension is access for so many days."""
    trial = settings.trial
    return Term(trial.days) if trial.enabled and trial.outcome is TrialOutcome.SUSPEND else None


def _rule(invite: Invite) -> Rule:
    return Rule(invite.libraries) if isinstance(invite.libraries, str) else Rule.SPECIFIC


def _renewed(known: User, newcomer: Newcomer, redemption_id: str) -> User:
    """What was signed in to with an earlier Plex account counts no more."""
    is_same = known.plex_id == newcomer.plex_id
    epoch = known.epoch if is_same else known.epoch + 1
    return replace(known, redemption_id=redemption_id, plex_id=newcomer.plex_id, epoch=epoch)


def make_offer(invite: Invite | None, settings: Settings, *, now: datetime) -> Offer:
    """What an invite that was read already offers. Raises as ``ReadingOffers.read`` does."""
    if not settings.signup_enabled:
        raise SignupDisabled
    if invite is None:
        raise InviteNotFound
    invite.must_be_redeemable(now)
    return Offer(invite, settings, invite.libraries_given(settings))


def chosen_server(settings: Settings) -> Server:
    """Raises GrantUnavailable where none is chosen."""
    if settings.server is None:
        raise GrantUnavailable
    return settings.server
