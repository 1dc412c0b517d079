"""What the audit trail tells of an invite."""

from chalicelib.domain.audit import Entry, Facts, difference
from chalicelib.domain.invites import Invite
from chalicelib.domain.times import iso
from chalicelib.domain.users import User


def subject_of(code: str) -> str:
    return f"invite#{code}"


def entry(id_: str, was: Invite | None, becomes: Invite, *, by: User) -> Entry:
    """``was`` None: it is new. The time is that of the change, ``becomes.updated_at``."""
    before, after = _told(was), _told(becomes)
    told_before, told_after = difference(before, after)
    return Entry(
        id=id_,
        subject=subject_of(becomes.code),
        action=_action(was, told_before.keys() | told_after.keys(), becomes),
        by=by.person,
        at=becomes.updated_at,
        before=told_before,
        after=told_after,
    )


def facts(invite: Invite) -> Facts:
    """All that an edit can change, as the HTTP contract shows it."""
    return {
        "usage_limit": invite.usage_limit,
        "expires_at": iso(invite.expires_at) if invite.expires_at else None,
        "libraries": list(invite.libraries) if isinstance(invite.libraries, tuple) else invite.libraries,
        "downloads": invite.features.downloads,
        "live_tv": invite.features.live_tv,
        "plex_home": invite.features.plex_home,
        "note": invite.note,
        "enabled": invite.enabled,
        "locked": invite.locked,
    }


def _told(invite: Invite | None) -> Facts:
    if invite is None or invite.deleted_at:
        return {}
    return facts(invite) | {"created_by": invite.created_by.name}


def _action(was: Invite | None, changed: set[str], becomes: Invite) -> str:
    if was is None:
        return "created"
    if becomes.deleted_at:
        return "deleted"
    if changed <= {"enabled", "locked"}:
        return "switched on" if becomes.enabled else "switched off"
    return "changed"
