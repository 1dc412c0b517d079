"""What an invite offers to the person who opened its link."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from chalicelib.accounts.model import User, new_user
from chalicelib.common.refusals import GrantUnavailable, InviteNotFound, LocalSigninDisabled, SignupDisabled
from chalicelib.invites.model import Invite, is_code
from chalicelib.invites.ports import InviteStore
from chalicelib.plex.model import Grant, Library, Server
from chalicelib.settings.model import Settings


@dataclass(frozen=True, slots=True)
class Offer:
    """An invite as the person who opened its link sees it."""

    invite: Invite
    settings: Settings
    libraries: tuple[Library, ...]

    def grant(self) -> Grant:
        """What redeeming gives, from now on independent of the invite. Raises GrantUnavailable."""
        server = chosen_server(self.settings)
        return Grant(server.machine_id, server.owner_id, self.libraries, self.invite.features)

    def new_user(
        self, id_: str, name: str, email: str | None, *, plex_id: int | None, redemption_id: str, now: datetime
    ) -> User:
        """The account of a person who comes by this invite."""
        trial = self.settings.trial
        user = new_user(id_, name, email, permissions=self.settings.default_permissions, now=now, plex_id=plex_id)
        return replace(
            user,
            trial_ends_at=now + timedelta(days=trial.days) if trial.enabled else None,
            invited_by=self.invite.created_by,
            redemption_id=redemption_id,
        )


@dataclass(frozen=True, slots=True)
class ReadingOffers:
    invites: InviteStore

    def read(self, code: str, *, now: datetime) -> Offer:
        """What the link offers. Changes nothing.

        Raises SignupDisabled, InviteNotFound, InviteNotActive, InviteExpired, GrantUnavailable.
        """
        return make_offer(*self._find(code), now=now)

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
