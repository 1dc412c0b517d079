"""Which invites a list shows."""

from datetime import datetime

from chalicelib.accounts.model import User
from chalicelib.common.people import Permission
from chalicelib.common.records import dataclass, replace
from chalicelib.invites.model import Invite, Status

SEES_ALL = (Permission.MANAGE_INVITES, Permission.VIEW_INVITES)


@dataclass(frozen=True, slots=True, kw_only=True)
class InviteSearch:
    """Every condition given must hold. ``since`` is included, ``until`` is not; ``text`` is in code or note."""

    status: Status | None = None
    creator_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    text: str = ""

    def visible_to(self, reader: User) -> "InviteSearch":
        """The reader's own invites, or everyone's for those who may see them.

        Raises NotAllowed when the search is for another person's.
        """
        if reader.may(*SEES_ALL):
            return self
        if self.creator_id not in (None, reader.id):
            reader.must(*SEES_ALL, field="creator")
        return replace(self, creator_id=reader.id)

    def matches(self, invite: Invite, now: datetime) -> bool:
        return (
            (self.status is None or invite.status(now) is self.status)
            and (self.creator_id is None or invite.created_by.id == self.creator_id)
            and (self.since is None or invite.created_at >= self.since)
            and (self.until is None or invite.created_at < self.until)
            and self._has_text(invite)
        )

    def _has_text(self, invite: Invite) -> bool:
        text = self.text.casefold()
        return text in invite.code.casefold() or text in (invite.note or "").casefold()


def must_see(invite: Invite, reader: User) -> None:
    """Raise NotAllowed unless the reader created the invite or sees all of them."""
    if invite.created_by.id != reader.id:
        reader.must(*SEES_ALL)
