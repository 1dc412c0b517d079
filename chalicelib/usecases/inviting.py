"""Making invites."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.domain.invites import Invite, LibraryChoice, generated_code, is_code, noted
from chalicelib.domain.refusals import BadInput, CodeTaken, NotAllowed, OnTrial, TryAgain
from chalicelib.domain.settings import Settings
from chalicelib.domain.times import Unit, later
from chalicelib.domain.users import AccountState, Permission, User, is_user_id
from chalicelib.ports import Contention, Groundwork, Invites, NewId, OutOfDate
from chalicelib.usecases.invite_entries import entry
from chalicelib.usecases.quotas import guard, in_force

ADVANCED = (Permission.ADVANCED_INVITES, Permission.MANAGE_INVITES)
FEATURES = ("downloads", "live_tv", "plex_home")
_TRIES = 5


@dataclass(frozen=True, slots=True)
class Expiry:
    value: int
    unit: Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What an invite should be, where it should differ from a plain one; None leaves it to the defaults.

    ``created_by``: the account on whose behalf it is made.
    """

    usage_limit: int | None = 1
    expires_in: Expiry | None = None
    libraries: LibraryChoice = "default"
    downloads: bool | None = None
    live_tv: bool | None = None
    plex_home: bool | None = None
    note: str | None = None
    code: str | None = None
    created_by: str | None = None


def create(
    wishes: Wishes,
    *,
    creator: User,
    invites: Invites,
    new_id: NewId,
    now: datetime,
    choose: Callable[[str], str] = secrets.choice,
) -> tuple[Invite, Settings]:
    """Make an invite with a code of its own, within its creator's quota, whoever else creates at the same time.

    Raises NotAllowed (naming an advanced field that the creator may not use), OnTrial, QuotaExceeded, BadInput,
    CodeTaken, TryAgain.
    """
    _must_be_allowed(creator, wishes, now)
    for _ in range(_TRIES):
        ground = invites.groundwork(_inviter_id(wishes, creator))
        plain = _plain(_inviter(wishes, creator, ground), ground.settings, now)
        invite = _drawn_up(wishes, plain, creator, ground.settings)
        quota = guard(in_force(creator, ground.settings), ground.created, now)
        coded = replace(invite, code=wishes.code or generated_code(choose))
        try:
            invites.add(coded, entry(new_id(), None, coded, by=creator), quota)
        except CodeTaken:
            if wishes.code is not None:
                raise
        except OutOfDate:
            continue  # somebody was faster: whether one is left is to be asked again
        except Contention as error:
            raise TryAgain from error
        else:
            return coded, ground.settings
    raise TryAgain


def known(libraries: LibraryChoice, house: Settings) -> LibraryChoice:
    """The choice, each library once. Raises BadInput unless all of them are enabled."""
    if isinstance(libraries, tuple):
        if not libraries:
            raise BadInput("Choose at least one library.", field="libraries")
        enabled = {library.id for library in house.enabled()}
        if unknown := [id_ for id_ in libraries if id_ not in enabled]:
            raise BadInput(f"There is no enabled library {unknown[0]}.", field="libraries")
        return tuple(dict.fromkeys(libraries))
    return libraries


def _must_be_allowed(creator: User, wishes: Wishes, now: datetime) -> None:
    if not creator.may(Permission.CREATE_INVITES, Permission.MANAGE_INVITES):
        raise NotAllowed("You are not allowed to create invites.")
    if creator.is_on_trial(now):
        ends = f"{creator.trial_ends_at:%-d %B %Y at %H:%M} UTC"
        raise OnTrial(f"You are on trial until {ends}. After that you can create invites.")
    if _inviter_id(wishes, creator) != creator.id:
        for permission in (Permission.MANAGE_INVITES, Permission.MANAGE_USERS):
            creator.must(permission, field="created_by")


def _inviter_id(wishes: Wishes, creator: User) -> str:
    """Raises BadInput."""
    if wishes.created_by is None:
        return creator.id
    if not is_user_id(wishes.created_by):
        raise BadInput("This is no account's id.", field="created_by")
    return wishes.created_by


def _inviter(wishes: Wishes, creator: User, ground: Groundwork) -> User:
    if _inviter_id(wishes, creator) == creator.id:
        return creator
    if ground.inviter is None or ground.inviter.state is not AccountState.ACTIVE:
        raise BadInput("There is no such account, or it is closed.", field="created_by")
    return ground.inviter


def _plain(inviter: User, house: Settings, now: datetime) -> Invite:
    """What somebody gets who wishes for nothing: everybody who creates invites may have this."""
    features = house.default_features
    return Invite(code="", created_by=inviter.person, created_at=now, updated_at=now, features=features)


def _drawn_up(wishes: Wishes, plain: Invite, creator: User, house: Settings) -> Invite:
    """Raises NotAllowed for an advanced field that would make it other than plain, and BadInput."""
    wished = _wished(wishes, plain)
    for name in sorted(_advanced_fields(wishes, wished, plain)):
        creator.must(*ADVANCED, field=name)
    if wishes.code is not None and not is_code(wishes.code):
        raise BadInput("A code has 8 to 20 letters and digits.", field="code")
    return replace(wished, libraries=known(wishes.libraries, house), note=noted(wishes.note))


def _wished(wishes: Wishes, plain: Invite) -> Invite:
    expiry = wishes.expires_in
    given = {name: wish for name in FEATURES if (wish := getattr(wishes, name)) is not None}
    return replace(
        plain,
        usage_limit=wishes.usage_limit,
        expires_at=later(plain.created_at, expiry.value, expiry.unit) if expiry else None,
        libraries=wishes.libraries,
        features=replace(plain.features, **given),
    )


def _advanced_fields(wishes: Wishes, wished: Invite, plain: Invite) -> set[str]:
    """The fields by which it is more than plain: naming one at its default is no offence, for it asks for nothing."""
    fields = {name for name in ("usage_limit", "libraries") if getattr(wished, name) != getattr(plain, name)}
    fields |= {name for name in FEATURES if getattr(wished.features, name) != getattr(plain.features, name)}
    return fields | {name for name in ("expires_in", "code") if getattr(wishes, name) is not None}
