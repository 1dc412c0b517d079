"""What plex.tv is to Streamarr: accounts, servers, libraries, shares and the Plex Home."""

from dataclasses import dataclass
from datetime import datetime

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
class SurveyedPerson:
    """A person whom plex.tv lists with the owner's server or Home. ``at_home`` is None for one who is invited there."""

    account_id: int
    name: str
    share: Share | None
    at_home: bool | None = False
    managed: bool = False


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
