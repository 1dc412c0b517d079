"""Which invites a list is to show."""

from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain.invites import Invite, Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """Every condition given must hold. ``since`` is included, ``until`` is not; ``text`` is in code or note."""

    status: Status | None = None
    creator_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    text: str = ""

    def finds(self, invite: Invite, now: datetime) -> bool:
        return (
            (self.status is None or invite.status(now) is self.status)
            and (self.creator_id is None or invite.created_by.id == self.creator_id)
            and (self.since is None or invite.created_at >= self.since)
            and (self.until is None or invite.created_at < self.until)
            and self._in_words(invite)
        )

    def _in_words(self, invite: Invite) -> bool:
        text = self.text.casefold()
        return text in invite.code.casefold() or text in (invite.note or "").casefold()
