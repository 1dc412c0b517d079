"""QR codes' outside world, in memory."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from chalicelib.ports import StoredImage

from chalicelib.accounts.model import User
from chalicelib.common.people import Permission, Person
from chalicelib.common.ports import StaleWrite
from chalicelib.common.refusals import InviteNotFound
from chalicelib.invites.model import Invite
from chalicelib.qr_codes.model import QrImage
from chalicelib.settings.model import Settings

NOW = datetime(2026, 11, 22, 15, 30, tzinfo=UTC)
CODE = "AbCdEfGh"


def an_invite(**facts):
    return Invite(**{"code": CODE, "created_by": Person("maya", "Maya"), "created_at": NOW, "updated_at": NOW, **facts})


def a_user(id_="maya", *permissions):
    held = frozenset(Permission(each) for each in permissions)
    return User(id=id_, name=id_.title(), email=None, permissions=held, created_at=NOW)


class FakeInvites:
    def __init__(self, *invites, application_url="https://invites.example.org"):
        self.all = {invite.code: invite for invite in invites}
        self.settings = Settings(application_url=application_url)

    def get(self, code):
        if code not in self.all:
            raise InviteNotFound
        return self.all[code]

    def get_with_settings(self, code):
        return self.all.get(code), self.settings


class FakeRecords:
    """``meanwhile`` runs once, before the next write, as somebody else would."""

    def __init__(self, invites):
        self.invites, self.all = invites, {}
        self.meanwhile = None

    def keep(self, image: QrImage, invite: Invite) -> None:
        if self.meanwhile:
            meanwhile, self.meanwhile = self.meanwhile, None
            meanwhile()
        now_is = self.invites.all.get(invite.code)
        if now_is is None or now_is.edition != invite.edition:
            raise StaleWrite
        self.all[image.object_key] = image

    def of(self, code):
        return [image for image in self.all.values() if image.code == code]

    def among(self, object_keys):
        return self.all.keys() & set(object_keys)

    def move(self, image):
        if image.object_key in self.all:
            self.all[image.object_key] = image

    def drop(self, object_key):
        self.all.pop(object_key, None)


@dataclass
class FakeImages:
    all: dict[str, bytes] = field(default_factory=dict)
    modified_at: dict[str, datetime] = field(default_factory=dict)
    page_size: int = 2
    marked: str = ""
    asked: list[str] = field(default_factory=list)

    def exists(self, object_key):
        self.asked.append(object_key)
        return object_key in self.all

    def put(self, object_key, content, _):
        self.all[object_key] = content
        self.modified_at[object_key] = NOW

    def url(self, object_key, file_name):
        return f"https://images.example.org/{object_key}?name={file_name}"

    def delete(self, object_key):
        self.all.pop(object_key, None)

    def pages(self, after):
        keys = sorted(key for key in self.all if key > after)
        for first in range(0, len(keys), self.page_size):
            yield [StoredImage(key, self.modified_at[key]) for key in keys[first : first + self.page_size]]

    def bookmark(self):
        return self.marked

    def set_bookmark(self, object_key):
        self.marked = object_key
