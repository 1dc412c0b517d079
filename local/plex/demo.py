"""The demo: an owner, her server, and people to invite. Ids and tokens are the same at every start."""

import hashlib
from dataclasses import dataclass

from local.plex.rules import sharing
from local.plex.rules.model import Account
from local.plex.rules.sign_in import OWN_CLIENT, issue_token
from local.plex.world import World

SERVER_NAME = "Olivia's Plex"
MACHINE_ID = "0f1e2d3c4b5a69788796a5b4c3d2e1f001234567"


@dataclass(frozen=True)
class Person:
    id: int
    username: str
    confirmed: bool = True
    subscription: bool = False

    @property
    def email(self) -> str:
        return f"{self.username}@example.org"

    @property
    def token(self) -> str:
        """Their own token: 20 characters as plex.tv's are, and no secret."""
        return hashlib.sha256(f"demo {self.username}".encode()).hexdigest()[:20]


OLIVIA = Person(41000001, "olivia", subscription=True)
MAYA = Person(41000002, "maya")
NOAH = Person(41000003, "noah")
LENA = Person(41000004, "lena")
EMIL = Person(41000005, "emil", confirmed=False)
RUTH = Person(41000006, "ruth")

OWNER = OLIVIA
INVITEES = (MAYA, NOAH, LENA)
UNCONFIRMED = EMIL
HAS_ACCESS = RUTH
EVERYONE = (OWNER, *INVITEES, UNCONFIRMED, HAS_ACCESS)

MOVIES = 140000101
TV_SHOWS = 140000102
MUSIC = 140000103
KIDS_MOVIES = 140000104
SECTIONS = (
    (MOVIES, "Movies", "movie"),
    (TV_SHOWS, "TV Shows", "show"),
    (MUSIC, "Music", "artist"),
    (KIDS_MOVIES, "Kids Movies", "movie"),
)


def furnish(world: World) -> None:
    accounts = {person: _arrive(world, person) for person in EVERYONE}
    owner = accounts[OWNER]
    server = world.add_server(owner, SERVER_NAME, machine_id=MACHINE_ID)
    for section_id, title, kind in SECTIONS:
        world.add_section(server, title, kind, section_id=section_id)
    held = sharing.share(world, owner, sharing.Offer(MACHINE_ID, HAS_ACCESS.id, [MOVIES, TV_SHOWS]))
    sharing.accept(world, accounts[HAS_ACCESS], [held])


def _arrive(world: World, person: Person) -> Account:
    account = world.add_account(
        person.username,
        person.email,
        title=person.username.title(),
        account_id=person.id,
        confirmed=person.confirmed,
        subscription=person.subscription,
    )
    issue_token(world, account, OWN_CLIENT, value=person.token)
    return account
