"""What plex.tv keeps: plain facts, no rules."""

from dataclasses import dataclass, field
from datetime import datetime

from local.plex.rules.settings import SharingSettings

Invitee = int | str
"""Whom an invite is for: an account's id, or an e-mail address (lower case) that no account has yet."""


@dataclass
class Account:
    id: int
    uuid: str
    username: str
    email: str
    title: str
    joined_at: datetime
    confirmed: bool = True
    subscription: bool = False
    restricted: bool = False
    """A managed user: a member of a Home without a sign-in of their own."""


@dataclass
class Token:
    value: str
    account_id: int
    client_identifier: str
    issued_at: datetime
    live: bool = True


@dataclass
class Pin:
    id: int
    code: str
    client_identifier: str
    product: str
    created_at: datetime
    expires_at: datetime
    token: Token | None = None


@dataclass
class Section:
    id: int
    key: int
    title: str
    type: str


@dataclass
class Server:
    id: int
    machine_id: str
    name: str
    owner_id: int
    created_at: datetime
    sections: list[Section] = field(default_factory=list)


@dataclass
class Share:
    id: int
    machine_id: str
    owner_id: int
    invitee: Invitee
    invited_email: str | None
    access_token: str
    section_ids: list[int]
    all_libraries: bool
    settings: SharingSettings
    invited_at: datetime
    accepted_at: datetime | None = None
    filtered_at: datetime | None = None
    """When its filters were changed last."""
    cancelled: bool = False
    """A leftover: the invite is cancelled, the row still says "already shared"."""

    @property
    def pending(self) -> bool:
        return self.accepted_at is None and not self.cancelled


@dataclass
class Home:
    admin_id: int
    member_ids: list[int]
    """Everyone in it, the admin included."""
