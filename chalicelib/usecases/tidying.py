"""When the record of a QR image is gone, the image goes."""

from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain.qr_codes import QrImage
from chalicelib.domain.refusals import InviteNotFound
from chalicelib.ports import Clock, Invites, OutOfDate, QrImages, QrRecords

_TRIES_AGAINST_EDITS = 3


@dataclass(frozen=True, slots=True)
class Tidying:
    """What tidying touches."""

    invites: Invites
    records: QrRecords
    images: QrImages
    clock: Clock

    def tidy(self, removed: QrImage, removed_at: datetime) -> bool:
        """Delete the object of a removed record; whether it was. Repeatable.

        It stays where its record is back already, and where the record ran out (rather than being removed by
        hand) although the invite had been prolonged: then the record is written again.
        """
        ran_out = removed.expires_at <= removed_at
        if self._is_owned(removed) or (ran_out and self._is_kept_for_the_invite(removed)):
            return False
        self.images.delete(removed.object_key)
        return True

    def _is_owned(self, image: QrImage) -> bool:
        return bool(self.records.among([image.object_key]))

    def _is_kept_for_the_invite(self, removed: QrImage) -> bool:
        for _ in range(_TRIES_AGAINST_EDITS):
            now = self.clock()
            try:
                invite = self.invites.get(removed.code)
                if not removed.was_overtaken_by(invite, now):
                    return False
                self.records.keep(removed.following(invite, now), invite)
            except InviteNotFound:
                return False
            except OutOfDate:
                continue
            return True
        raise OutOfDate
