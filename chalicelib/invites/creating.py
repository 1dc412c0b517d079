"""Making invites."""

from collections.abc import Callable
from datetime import datetime

from chalicelib.accounts.model import User, is_user_id
from chalicelib.accounts.ports import AccountStore, QuotaBasis
from chalicelib.accounts.quotas import quota_guard, quota_in_force, read_quota_use
from chalicelib.common.people import Permission
from chalicelib.common.ports import NewId, StaleWrite
from chalicelib.common.records import dataclass, field, replace
from chalicelib.common.refusals import BadInput, CodeTaken, NotAllowed, OnTrial, SignupDisabled
from chalicelib.common.retrying import until_written
from chalicelib.invites.journal import invite_entry
from chalicelib.invites.model import MAY_INVITE, Invite, generate_code, is_code
from chalicelib.invites.options import ADVANCED, InviteOptions
from chalicelib.invites.ports import InviteStore
from chalicelib.settings.model import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class InviteRequest:
    """An invite that is asked for. ``code``: a custom one. ``created_by``: the account that it is made for."""

    options: InviteOptions = field(default_factory=InviteOptions)
    code: str | None = None
    created_by: str | None = None


@dataclass(frozen=True, slots=True)
class CreatingInvites:
    """``choose`` picks one of the characters it is given, from a cryptographic source."""

    invites: InviteStore
    accounts: AccountStore
    new_id: NewId
    choose: Callable[[str], str]

    def create(self, request: InviteRequest, *, by: User, now: datetime) -> tuple[Invite, Settings]:
        """Make an invite with a code of its own, within its creator's quota, however many are created at once.

        Raises NotAllowed (naming an advanced field that the creator may not use), SignupDisabled, OnTrial,
        QuotaExceeded, BadInput, CodeTaken, TryAgain.
        """
        _must_be_allowed(by, request, now)
        return until_written(lambda: self._create(request, by, now))

    def _create(self, request: InviteRequest, by: User, now: datetime) -> tuple[Invite, Settings]:
        inviter_id = _inviter_id(request, by)
        basis = self.accounts.quota_basis(inviter_id)
        if not basis.settings.signup_enabled:
            raise SignupDisabled("creating")
        plain = _plain_invite(_inviter(request, by, basis), basis.settings, now)
        invite = request.options.apply(plain, by=by, settings=basis.settings, now=now)
        code = _custom_code(request, by) or generate_code(self.choose)
        quota = quota_in_force(by, basis.settings)
        guard = quota_guard(quota, basis.made, read_quota_use(self.accounts, inviter_id, quota, now=now))
        coded = replace(invite, code=code)
        try:
            self.invites.add(coded, invite_entry(self.new_id(), None, coded, by=by), guard)
        except CodeTaken as error:
            if request.code is None:
                raise StaleWrite from error  # a code that chance chose twice: choose again
            raise
        return coded, basis.settings


def _must_be_allowed(by: User, request: InviteRequest, now: datetime) -> None:
    if not by.may(*MAY_INVITE):
        raise NotAllowed("create_invites")
    if by.trial_ends_at and by.is_on_trial(now):
        raise OnTrial("until", until=by.trial_ends_at)
    if _inviter_id(request, by) != by.id:
        for permission in (Permission.MANAGE_INVITES, Permission.MANAGE_USERS):
            by.must(permission, field="created_by")


def _inviter_id(request: InviteRequest, by: User) -> str:
    """Raises BadInput."""
    if request.created_by is None:
        return by.id
    if not is_user_id(request.created_by):
        raise BadInput("user_id", field="created_by")
    return request.created_by


def _inviter(request: InviteRequest, by: User, basis: QuotaBasis) -> User:
    if _inviter_id(request, by) == by.id:
        return by
    if basis.user is None or not basis.user.is_open:
        raise BadInput("no_such_account", field="created_by")
    if not basis.user.may(*MAY_INVITE):
        raise BadInput("may_not_invite", field="created_by")
    return basis.user


def _plain_invite(inviter: User, settings: Settings, now: datetime) -> Invite:
    """An invite without any option: all who create invites may have this."""
    features = settings.default_features
    return Invite(code="", created_by=inviter.person, created_at=now, updated_at=now, features=features)


def _custom_code(request: InviteRequest, by: User) -> str | None:
    if request.code is None:
        return None
    by.must(*ADVANCED, field="code")
    if not is_code(request.code):
        raise BadInput("code", field="code")
    return request.code
