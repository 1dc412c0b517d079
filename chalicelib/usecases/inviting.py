"""Making invites and showing them."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from chalicelib.domain.invites import Invite, LibraryChoice, generated_code, is_code
from chalicelib.domain.redemptions import Redemption
from chalicelib.domain.refusals import BadInput, CodeTaken, InviteNotFound, NotAllowed
from chalicelib.domain.settings import Features, Settings
from chalicelib.domain.times import Unit, later
from chalicelib.domain.users import Permission, User
from chalicelib.ports import Invites, SettingsStore

ADVANCED = (Permission.ADVANCED_INVITES, Permission.MANAGE_INVITES)
_TRIES_FOR_A_FREE_CODE = 5


@dataclass(frozen=True, slots=True)
class Expiry:
    value: int
    unit: Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What an invite should be, where it should differ from a plain one; None leaves it to the defaults."""

    usage_limit: int | None = 1
    expires_in: Expiry | None = None
    libraries: LibraryChoice = "default"
    downloads: bool | None = None
    live_tv: bool | None = None
    plex_home: bool | None = None
    note: str | None = None
    code: str | None = None
    named: frozenset[str] = field(default_factory=frozenset)
    """The fields that were given, defaults included: naming an advanced field needs the permission."""


def create(
    wishes: Wishes,
    *,
    creator: User,
    invites: Invites,
    settings: SettingsStore,
    now: datetime,
    choose: Callable[[str], str] = secrets.choice,
) -> tuple[Invite, Settings]:
    """Make an invite with a code of its own.

    Raises NotAllowed (naming an advanced field that the creator may not use), BadInput, CodeTaken.
    """
    _must_be_allowed(wishes, creator)
    house = settings.get()
    invite = _drawn_up(wishes, creator, house, now)
    if wishes.code is not None:
        invites.add(invite)
        return invite, house
    return _added_under_a_free_code(invite, invites, choose), house


def show(code: str, *, reader: User, invites: Invites) -> tuple[Invite, Settings, list[Redemption]]:
    """An invite with its history, for its creator and those who see all invites. Raises InviteNotFound."""
    invite, house = invites.get_with_settings(code) if is_code(code) else (None, None)
    if invite is None or house is None:
        raise InviteNotFound
    if invite.created_by.id != reader.id:
        reader.must(Permission.MANAGE_INVITES, Permission.VIEW_INVITES)
    return invite, house, invites.redemptions(code) if invite.uses else []


def _must_be_allowed(wishes: Wishes, creator: User) -> None:
    if not creator.may(Permission.CREATE_INVITES, Permission.MANAGE_INVITES):
        raise NotAllowed("You are not allowed to create invites.")
    for name in sorted(_advanced_fields(wishes)):
        creator.must(*ADVANCED, field=name)


def _advanced_fields(wishes: Wishes) -> set[str]:
    plain = Wishes()
    advanced = ("usage_limit", "expires_in", "libraries", "downloads", "live_tv", "plex_home", "code")
    return {name for name in wishes.named.intersection(advanced) if getattr(wishes, name) != getattr(plain, name)}


def _drawn_up(wishes: Wishes, creator: User, house: Settings, now: datetime) -> Invite:
    if wishes.code is not None and not is_code(wishes.code):
        raise BadInput("A code has 8 to 20 letters and digits.", field="code")
    expiry = wishes.expires_in
    return Invite(
        code=wishes.code or "",
        created_by=creator.person,
        created_at=now,
        updated_at=now,
        usage_limit=wishes.usage_limit,
        expires_at=later(now, expiry.value, expiry.unit) if expiry else None,
        libraries=_known(wishes.libraries, house),
        features=_features(wishes, house.default_features),
        note=wishes.note,
    )


def _known(libraries: LibraryChoice, house: Settings) -> LibraryChoice:
    if isinstance(libraries, tuple):
        if not libraries:
            raise BadInput("Choose at least one library.", field="libraries")
        known = {library.id for library in house.enabled()}
        if unknown := [id_ for id_ in libraries if id_ not in known]:
            raise BadInput(f"There is no enabled library {unknown[0]}.", field="libraries")
        return tuple(dict.fromkeys(libraries))
    return libraries


def _features(wishes: Wishes, default: Features) -> Features:
    def either(wish: bool | None, otherwise: bool) -> bool:
        return otherwise if wish is None else wish

    return Features(
        downloads=either(wishes.downloads, default.downloads),
        live_tv=either(wishes.live_tv, default.live_tv),
        plex_home=either(wishes.plex_home, default.plex_home),
    )


def _added_under_a_free_code(invite: Invite, invites: Invites, choose: Callable[[str], str]) -> Invite:
    for attempt in range(1, _TRIES_FOR_A_FREE_CODE + 1):
        coded = replace(invite, code=generated_code(choose))
        try:
            invites.add(coded)
        except CodeTaken:
            if attempt == _TRIES_FOR_A_FREE_CODE:
                raise
        else:
            return coded
    raise AssertionError("unreachable")
