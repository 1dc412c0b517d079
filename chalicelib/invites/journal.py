"""What the journal tells of an invite."""

from chalicelib.common.people import Actor
from chalicelib.common.records import replace
from chalicelib.events.model import Entry, Facts, about_invite, change_entry
from chalicelib.invites.model import Invite
from chalicelib.invites.options import option_facts


def invite_entry(id_: str, was: Invite | None, becomes: Invite, *, by: Actor) -> Entry:
    """``was`` None: it is new. The time is that of the change, ``becomes.updated_at``."""
    entry = change_entry(
        id_,
        about_invite(becomes.code),
        "changed",
        by=by.person,
        now=becomes.updated_at,
        before=_shown(was),
        after=_shown(becomes),
    )
    return replace(entry, action=_action(was, entry.before.keys() | entry.after.keys(), becomes))


def _shown(invite: Invite | None) -> Facts:
    if invite is None or invite.deleted_at:
        return {}
    return option_facts(invite) | {"created_by": invite.created_by.name}


def _action(was: Invite | None, changed: set[str], becomes: Invite) -> str:
    if was is None:
        return "created"
    if becomes.deleted_at:
        return "deleted"
    if changed <= {"enabled", "locked"}:
        return "switched on" if becomes.enabled else "switched off"
    return "changed"
