"""QR codes of invites: drawn when first asked for, found again afterwards, gone when the invite is."""

from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain.invites import Invite, is_code, link
from chalicelib.domain.qr_codes import URL_LIFETIME, Format, QrImage, file_name, image_of
from chalicelib.domain.refusals import InviteExpired, InviteNotFound, SetupIncomplete, TryAgain
from chalicelib.domain.settings import Settings
from chalicelib.domain.users import Permission, User
from chalicelib.ports import Contention, Invites, OutOfDate, QrImages, QrRecords, Render

SEE = (Permission.MANAGE_INVITES, Permission.VIEW_INVITES)
REMOVE = (Permission.MANAGE_INVITES,)


@dataclass(frozen=True, slots=True)
class Address:
    """Where an image can be fetched until ``expires_at``."""

    url: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class QrCodes:
    """What showing and removing QR codes touches."""

    invites: Invites
    records: QrRecords
    images: QrImages
    render: Render

    def show(self, code: str, format_: Format, *, reader: User, now: datetime) -> Address:
        """The invite's link as an image, for its creator and those who see all invites.

        Used up and switched off, an invite keeps its code: it may be revived. Raises InviteNotFound, NotAllowed,
        InviteExpired, SetupIncomplete, and TryAgain where the invite was edited or the image removed meanwhile.
        """
        invite, settings = self._found(code, reader, SEE)
        _must_be_worth_drawing(invite, settings, now)
        address = link(settings, code)
        image = image_of(invite, address, format_, now)
        self._keep(image, invite)
        if not self.images.exists(image.object_key):
            self._draw(image, address, format_)
        return Address(self.images.url(image.object_key, file_name(code, format_)), now + URL_LIFETIME)

    def remove(self, code: str, *, remover: User) -> None:
        """For the invite's creator and those who manage invites. Repeatable. Raises InviteNotFound, NotAllowed."""
        self._found(code, remover, REMOVE)
        remove_images(code, records=self.records)

    def _found(self, code: str, person: User, others: tuple[Permission, ...]) -> tuple[Invite, Settings]:
        invite, settings = self.invites.get_with_settings(code) if is_code(code) else (None, None)
        if invite is None or settings is None:
            raise InviteNotFound
        if invite.created_by.id != person.id:
            person.must(*others)
        return invite, settings

    def _keep(self, image: QrImage, invite: Invite) -> None:
        try:
            self.records.keep(image, invite)
        except (OutOfDate, Contention) as error:
            raise TryAgain(retry_after=1) from error

    def _draw(self, image: QrImage, address: str, format_: Format) -> None:
        """The record came first, so the object is never without an owner; unless the record went meanwhile."""
        self.images.put(image.object_key, self.render(address, format_), format_)
        if not self.records.among([image.object_key]):
            self.images.delete(image.object_key)
            raise TryAgain(retry_after=1)


def remove_images(code: str, *, records: QrRecords) -> None:
    """Give up an invite's images, whose objects follow: the rest is tidying's. Repeatable."""
    for image in records.of(code):
        records.drop(image.object_key)


def follow_expiry(invite: Invite, *, records: QrRecords, now: datetime) -> None:
    """Keep an edited invite's images as long as it lasts now. To be called once the edit is written."""
    for image in records.of(invite.code):
        records.move(image.following(invite, now))


def _must_be_worth_drawing(invite: Invite, settings: Settings, now: datetime) -> None:
    if not settings.application_url:
        raise SetupIncomplete("There is no application URL yet: an admin gives it in the settings.")
    if invite.is_over(now):
        raise InviteExpired("This invite has expired. Move its date into the future to have a QR code again.")
