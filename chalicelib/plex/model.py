"""What plex.tv is to Streamarr: accounts, servers, libraries, shares and the Plex Home."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from chalicelib.common.records import dataclass
from chalicelib.plex.filters import Filters

SectionIds = tuple[str, ...]
"""plex.tv's global section ids, as text."""


@dataclass(frozen=True, slots=True)
class Library:
    """A Plex library. ``id`` is plex.tv's global section id; ``key`` is the media server's own, useless for sharing."""

    id: str
    key: str
    title: str
    type: str


@dataclass(frozen=True, slots=True)
class OwnedServer:
    """A Plex server that an account owns: its machine identifier and its name."""

    machine_id: str
    name: str


@dataclass(frozen=True, slots=True)
class Server:
    """The server that is shared: its machine identifier, its name, and its owner's plex.tv account id."""

    machine_id: str
    name: str
    owner_id: int


@dataclass(frozen=True, slots=True)
class Features:
    """What is given beside libraries."""

    downloads: bool = False
    live_tv: bool = False
    plex_home: bool = False


@dataclass(frozen=True, slots=True)
class Grant:
    """What a person is given on Plex. Later edits of the invite, the settings or the libraries do not change it."""

    machine_id: str
    owner_id: int
    libraries: tuple[Library, ...]
    features: Features
    filters: Filters = ()

    @property
    def section_ids(self) -> SectionIds:
        return tuple(library.id for library in self.libraries)


@dataclass(frozen=True, slots=True)
class Pin:
    """A sign-in at plex.tv that waits for approval at ``auth_url``."""

    id: str
    auth_url: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class PlexAccount:
    """``confirmed``: plex.tv says that it verified the e-mail address, and that this is an account of its own: what it
    does not say is not believed. ``restricted``: a managed profile of a Plex Home.
    """

    id: int
    name: str
    email: str | None
    confirmed: bool
    restricted: bool


@dataclass(frozen=True, slots=True)
class Share:
    """What the owner's server gives one account: ``library_ids`` are global section ids.

    ``downloads``, ``live_tv`` and ``filters`` are None where plex.tv's answer did not tell. ``filters``: what of the
    libraries is hidden, by plex.tv's names and in its words.
    """

    id: str
    account_id: int
    library_ids: frozenset[str]
    everything: bool
    accepted: bool
    downloads: bool | None = None
    live_tv: bool | None = None
    filters: Filters | None = ()

    def is_exactly(self, grant: Grant) -> bool:
        """Whether it gives what was granted, no more and no less, as far as the answer told."""
        features = grant.features
        return (
            self.has_the_libraries_of(grant)
            and self.downloads in (None, features.downloads)
            and self.live_tv in (None, features.live_tv)
        )

    def has_the_libraries_of(self, grant: Grant) -> bool:
        return not self.everything and self.library_ids == set(grant.section_ids)


@dataclass(frozen=True, slots=True)
class ListedShares:
    """The shares of the owner's server, by account. ``unread``: accounts with a row that could not be read.
    ``is_whole``: every row says which account it is about, so that an account which is not listed has no share.
    """

    by_account: Mapping[int, Share]
    unread: frozenset[int] = frozenset()
    is_whole: bool = True

    def tells_of(self, account_id: int) -> bool:
        """Whether it says what that account has, or that it has nothing."""
        if account_id in self.unread:
            return False
        return self.is_whole or account_id in self.by_account


class Place(StrEnum):
    """Where a person stands with the owner's Plex Home."""

    OUT = "out"
    INVITED = "invited"
    MEMBER = "member"


@dataclass(frozen=True, slots=True)
class SurveyedPerson:
    """A person whom plex.tv lists with the owner's server or Home. ``place`` is None where it is not told."""

    account_id: int
    name: str
    share: Share | None
    place: Place | None
    managed: bool = False


@dataclass(frozen=True, slots=True)
class Survey:
    """Everybody whom plex.tv lists with the owner's server or Home, by account. ``tells_home``: who is not listed with
    a place there has none, unless it is an invitation that is listed elsewhere.
    """

    people: Mapping[int, SurveyedPerson]
    shares: ListedShares
    tells_home: bool = True

    def place_of(self, account_id: int) -> Place | None:
        """None where it is not told."""
        if person := self.people.get(account_id):
            return person.place
        return Place.OUT if self.tells_home else None


@dataclass(frozen=True, slots=True)
class HomeMember:
    """A member of the owner's Plex Home; ``managed``: a user without a Plex account of their own."""

    account_id: int
    title: str
    managed: bool


@dataclass(frozen=True, slots=True)
class HomeCapacity:
    """How many are in the owner's Plex Home, how many it takes, and whether the owner has Plex Pass."""

    size: int
    most: int
    plex_pass: bool
