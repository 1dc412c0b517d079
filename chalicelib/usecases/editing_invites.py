"""Changing invites after they were made: what earlier redeemers were given stays theirs."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from chalicelib.domain.invites import Invite, LibraryChoice, is_code, noted
from chalicelib.domain.refusals import BadInput, InviteNotFound, NotAllowed, TryAgain
from chalicelib.domain.settings import Settings
from chalicelib.domain.times import later
from chalicelib.domain.users import Permission, User
from chalicelib.ports import Contention, Decided, Invites, NewId, QrRecords
from chalicelib.usecases.invite_entries import entry, facts
from chalicelib.usecases.inviting import ADVANCED, FEATURES, Expiry, known
from chalicelib.usecases.qr_codes import follow_expiry, remove_images


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """What of an invite should be different: the fields in ``named``, and no others."""

    usage_limit: int | None = None
    expires_at: datetime | None = None
    expires_in: Expiry | None = None
    libraries: LibraryChoice = "default"
    downloads: bool = False
    live_tv: bool = False
    plex_home: bool = False
    note: str | None = None
    enabled: bool = True
    named: frozenset[str] = field(default_factory=frozenset)


def edit(
    code: str, changes: Edit, *, editor: User, invites: Invites, images: QrRecords, new_id: NewId, now: datetime
) -> Invite:
    """Change an invite. Two edits at once do not undo each other; of one field, the later counts.

    Raises InviteNotFound, NotAllowed (naming a field that the editor may not change), LimitBelowUses, BadInput,
    TryAgain.
    """

    def decide(invite: Invite, house: Settings) -> Decided | None:
        _must_concern(invite, editor)
        edited = _edited(invite, changes, editor, house, now)
        if facts(edited) == facts(invite):
            return None
        becomes = replace(edited, updated_at=now, edition=invite.edition + 1)
        return becomes, entry(new_id(), invite, becomes, by=editor)

    edited = _written(code, decide, invites)
    if changes.named & {"expires_at", "expires_in"}:
        follow_expiry(edited, records=images, now=now)
    return edited


def delete(code: str, *, by: User, invites: Invites, images: QrRecords, new_id: NewId, now: datetime) -> None:
    """Delete an invite; its history stays. Raises InviteNotFound, NotAllowed, TryAgain."""

    def decide(invite: Invite, _: Settings) -> Decided:
        _must_concern(invite, by)
        if invite.uses and not by.may(Permission.MANAGE_INVITES):
            raise NotAllowed("This invite was redeemed: only somebody who manages invites can delete it.")
        becomes = replace(invite, deleted_at=now, updated_at=now, edition=invite.edition + 1)
        return becomes, entry(new_id(), invite, becomes, by=by)

    _written(code, decide, invites)
    remove_images(code, records=images)


def _written(code: str, decide: Callable[[Invite, Settings], Decided | None], invites: Invites) -> Invite:
    if not is_code(code):
        raise InviteNotFound
    try:
        return invites.change(code, decide)
    except Contention as error:
        raise TryAgain from error


def _must_concern(invite: Invite, editor: User) -> None:
    if invite.created_by.id != editor.id:
        editor.must(Permission.MANAGE_INVITES)


def _edited(invite: Invite, changes: Edit, editor: User, house: Settings, now: datetime) -> Invite:
    for name in sorted(changes.named & _ADVANCED_FIELDS):
        if not _asks_for_nothing(invite, changes, name):
            editor.must(*ADVANCED, field=name)
    for change in (_with_limit, _with_expiry, _with_features):
        invite = change(invite, changes, now)
    if "libraries" in changes.named and changes.libraries != invite.libraries:
        invite = replace(invite, libraries=known(changes.libraries, house))
    if "note" in changes.named:
        invite = replace(invite, note=noted(changes.note))
    return invite.switched(on=changes.enabled, by=editor) if "enabled" in changes.named else invite


_ADVANCED_FIELDS = frozenset({"usage_limit", "expires_at", "expires_in", "libraries", *FEATURES})


def _asks_for_nothing(invite: Invite, changes: Edit, name: str) -> bool:
    """Whether the field is given as it is already."""
    if name == "expires_in":
        return changes.expires_in is None and invite.expires_at is None
    now_is = getattr(invite.features if name in FEATURES else invite, name)
    return bool(getattr(changes, name) == now_is)


def _with_limit(invite: Invite, changes: Edit, _: datetime) -> Invite:
    return invite.limited_to(changes.usage_limit) if "usage_limit" in changes.named else invite


def _with_expiry(invite: Invite, changes: Edit, now: datetime) -> Invite:
    if {"expires_at", "expires_in"} <= changes.named:
        raise BadInput("Give expires_at or expires_in, not both.", field="expires_in")
    if "expires_in" in changes.named:
        expiry = changes.expires_in
        return replace(invite, expires_at=later(now, expiry.value, expiry.unit) if expiry else None)
    if "expires_at" not in changes.named or changes.expires_at == invite.expires_at:
        return invite
    if changes.expires_at and changes.expires_at <= now:
        raise BadInput("This date has passed already.", field="expires_at")
    return replace(invite, expires_at=changes.expires_at)


def _with_features(invite: Invite, changes: Edit, _: datetime) -> Invite:
    given = {name: getattr(changes, name) for name in FEATURES if name in changes.named}
    return replace(invite, features=replace(invite.features, **given))
