"""Images follow their invites: invites.ports.FollowImages and RemoveImages."""

from datetime import datetime

from chalicelib.common.records import dataclass
from chalicelib.invites.model import Invite
from chalicelib.qr_codes.ports import ImageRecords


@dataclass(frozen=True, slots=True)
class FollowingInvites:
    qr_records: ImageRecords

    def follow(self, invite: Invite, now: datetime) -> None:
        """Keep the images as long as the invite lasts now. To be called once the edit is written."""
        for image in self.qr_records.of_invite(invite.code):
            self.qr_records.move(image.following(invite, now))

    def remove(self, code: str) -> None:
        """Give the images up; the objects follow their records (cleanup.py). Repeatable."""
        for image in self.qr_records.of_invite(code):
            self.qr_records.drop(image.object_key)
