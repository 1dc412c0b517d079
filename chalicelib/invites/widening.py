"""Edits by which an invite gives more than before: they take what making an invite takes."""

from collections.abc import Iterator
from datetime import datetime

from chalicelib.accounts.model import User
from chalicelib.common.people import Permission
from chalicelib.common.refusals import NotAllowed, OnTrial
from chalicelib.common.terms import Term
from chalicelib.invites.model import MAY_INVITE, Invite, LibraryChoice
from chalicelib.invites.options import FEATURES
from chalicelib.plex.restrictions import hides_no_less


def must_be_allowed_to_widen(was: Invite, becomes: Invite, *, by: User, now: datetime) -> None:
    """Raise NotAllowed or OnTrial, naming the first field that gives more, unless ``by`` could make an invite now.

    To narrow an invite, to switch it off or to delete it is always its creator's.
    """
    field = next(widened_fields(was, becomes), None)
    if field is None or by.may(Permission.MANAGE_INVITES):
        return
    if not by.may(*MAY_INVITE):
        raise NotAllowed("create_invites", field=field)
    if by.trial_ends_at and by.is_on_trial(now):
        raise OnTrial("until", field=field, until=by.trial_ends_at)


def widened_fields(was: Invite, becomes: Invite) -> Iterator[str]:
    """The fields by which the invite is redeemed by more people, for longer, or for more."""
    if becomes.enabled and not was.enabled:
        yield "enabled"
    if _is_more(was.usage_limit, becomes.usage_limit):
        yield "usage_limit"
    if _is_more(was.expires_at, becomes.expires_at):
        yield "expires_at"
    if not _is_part(becomes.libraries, was.libraries):
        yield "libraries"
    if not hides_no_less(becomes.filters, was.filters):
        yield "restrictions"
    if _is_longer(was.access_for, becomes.access_for):
        yield "access_for"
    for name in FEATURES:
        if getattr(becomes.features, name) and not getattr(was.features, name):
            yield name


def _is_more(was: int | datetime | None, becomes: int | datetime | None) -> bool:
    """None is without an end."""
    if was is None or was == becomes:
        return False
    return becomes is None or becomes > was  # type: ignore[operator]  # both are of the same field


def _is_longer(was: Term | None, becomes: Term | None) -> bool:
    """Whether it may be: terms that cannot be compared without a calendar are taken for longer."""
    if was is None or was == becomes:
        return False
    if becomes is None or (was.until is None) != (becomes.until is None):
        return True
    if was.until and becomes.until:
        return becomes.until > was.until
    return becomes.unit is not was.unit or becomes.value > was.value


def _is_part(choice: LibraryChoice, of: LibraryChoice) -> bool:
    """Whether it certainly gives nothing more; what is shared by default may change at any time."""
    if of in (choice, "all"):
        return True
    return isinstance(choice, tuple) and isinstance(of, tuple) and set(choice) <= set(of)
