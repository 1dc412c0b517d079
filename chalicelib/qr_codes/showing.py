"""QR codes of invites: drawn when first asked for, found again afterwards, gone when the invite is."""

from datetime import datetime

from chalicelib.accounts.model import User
from chalicelib.common.people import Permission
from chalicelib.common.ports import StaleWrite
from chalicelib.common.records import dataclass
from chalicelib.common.refusals import InviteExpired, InviteNotFound, SetupIncomplete, TryAgain
from chalicelib.invites.model import Invite, invite_link, is_code
from chalicelib.invites.ports import InviteStore, RemoveImages
from chalicelib.qr_codes.model import URL_LIFETIME, Format, QrImage, file_name, image_of
from chalicelib.qr_codes.ports import ImageRecords, ImageStore, Render
from chalicelib.settings.model import Settings

SEE = (Permission.MANAGE_INVITES, Permission.VIEW_INVITES)
REMOVE = (Permission.MANAGE_INVITES,)


@dataclass(frozen=True, slots=True)
class Address:
    """Where an image can be fetched until ``expires_at``."""

    url: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class ShowingQrCodes:
    invites: InviteStore
    remove_images: RemoveImages
    qr_records: ImageRecords
    qr_images: ImageStore
    render: Render

    def show(self, code: str, format_: Format, *, by: User, now: datetime) -> Address:
        """The invite's link as an image, for its creator and those who see all invites.

        Used up and switched off, an invite keeps its code: it may be revived. Raises InviteNotFound, NotAllowed,
        InviteExpired, SetupIncomplete, and TryAgain where the invite was edited or the image removed meanwhile.
        """
        invite, settings = self._find(code, by, SEE)
        _must_be_worth_drawing(invite, settings, now)
        link = invite_link(settings, code)
        image = image_of(invite, link, format_, now)
        self._keep(image, invite)
        if not self.qr_images.exists(image.object_key):
            self._draw(image, link, format_)
        return Address(self.qr_images.url(image.object_key, file_name(code, format_)), now + URL_LIFETIME)

    def remove(self, code: str, *, by: User) -> None:
        """For the invite's creator and those who manage invites. Repeatable. Raises InviteNotFound, NotAllowed."""
        self._find(code, by, REMOVE)
        self.remove_images(code)

    def _find(self, code: str, person: User, others: tuple[Permission, ...]) -> tuple[Invite, Settings]:
        invite, settings = self.invites.get_with_settings(code) if is_code(code) else (None, None)
        if invite is None or settings is None:
            raise InviteNotFound
        if invite.created_by.id != person.id:
            person.must(*others)
        return invite, settings

    def _keep(self, image: QrImage, invite: Invite) -> None:
        try:
            self.qr_records.keep(image, invite)
        except StaleWrite as error:
            raise TryAgain(retry_after=1) from error

    def _draw(self, image: QrImage, link: str, format_: Format) -> None:
        """The record came first, so the object is never without an owner; unless the record went meanwhile."""
        self.qr_images.put(image.object_key, self.render(link, format_), format_)
        if not self.qr_records.among([image.object_key]):
            self.qr_images.delete(image.object_key)
            raise TryAgain(retry_after=1)


def _must_be_worth_drawing(invite: Invite, settings: Settings, now: datetime) -> None:
    if not settings.application_url:
        raise SetupIncomplete("no_application_url")
    if invite.is_over(now):
        raise InviteExpired("revive")
