"""When the record of a QR image is gone, the image goes."""

from datetime import datetime

from chalicelib.common.ports import Clock
from chalicelib.common.records import dataclass
from chalicelib.common.refusals import InviteNotFound
from chalicelib.common.retrying import until_written
from chalicelib.invites.model import Invite
from chalicelib.invites.ports import InviteStore
from chalicelib.qr_codes.model import QrImage
from chalicelib.qr_codes.ports import ImageRecords, ImageStore


@dataclass(frozen=True, slots=True)
class CleaningUpQrCodes:
    invites: InviteStore
    qr_records: ImageRecords
    qr_images: ImageStore
    clock: Clock

    def follow_removal(self, removed: QrImage, *, removed_at: datetime) -> bool:
        """Delete the object of a removed record; whether it was. Repeatable.

        It stays where its record is back already, and where the record expired (rather than being removed by
        hand) although the invite had been prolonged: then the record is written again. Raises TryAgain.
        """
        expired = removed.expires_at <= removed_at
        if self._has_a_record(removed) or (expired and until_written(lambda: self._keep_for_the_invite(removed))):
            return False
        self.qr_images.delete(removed.object_key)
        return True

    def _has_a_record(self, image: QrImage) -> bool:
        return bool(self.qr_records.among([image.object_key]))

    def _keep_for_the_invite(self, removed: QrImage) -> bool:
        """Whether the invite lives on longer than the record knew, and has its record again."""
        now = self.clock()
        invite = self._find_invite(removed.code)
        if invite is None or not removed.was_overtaken_by(invite, now):
            return False
        self.qr_records.keep(removed.following(invite, now), invite)
        return True

    def _find_invite(self, code: str) -> Invite | None:
        """Without the settings, which the stream's function may not read."""
        try:
            invite = self.invites.get_even_deleted(code)
        except InviteNotFound:
            return None
        return None if invite.deleted_at else invite
