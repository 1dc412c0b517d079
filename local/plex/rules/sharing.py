"""Sharing a server's libraries: offering, accepting, changing, ending."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta

from local.plex.errors import (
    AlreadyShared,
    EmailNotConfirmed,
    Malformed,
    ManagedUserNotAllowed,
    NotFound,
    PlexPassNeeded,
    TooManyPeople,
)
from local.plex.rules.model import Account, Invitee, Section, Server, Share
from local.plex.rules.people import befriend, connected, everyone_shared_with, name_of, shares_between
from local.plex.rules.settings import DEFAULTS, SharingSettings, changed, restricts
from local.plex.world import World


@dataclass(frozen=True)
class Offer:
    """What an owner asks plex.tv to share. No section ids means every library, those of the future too."""

    machine_id: str
    invitee: Invitee
    section_ids: list[int]
    invited_email: str | None = None
    settings: SharingSettings = field(default_factory=DEFAULTS.copy)
    asks_friendship: bool = False
    needs_no_accepting: bool = False


def share(world: World, owner: Account, offer: Offer) -> Share:
    """Share a server, at once among friends, else as an invite that waits to be accepted."""
    server = world.server_of(owner, offer.machine_id)
    _refuse_unknown_sections(server, offer.section_ids)
    _refuse_owner(world, owner, offer)
    _refuse_invitee(world, owner, offer)
    made = Share(
        id=world.fresh_id(8),
        machine_id=server.machine_id,
        owner_id=owner.id,
        invitee=offer.invitee,
        invited_email=offer.invited_email,
        access_token=world.fresh_secret(),
        section_ids=list(dict.fromkeys(offer.section_ids)),
        all_libraries=not offer.section_ids,
        settings=offer.settings,
        invited_at=world.now(),
    )
    if _may_take(world, offer.invitee) and (offer.needs_no_accepting or connected(world, owner.id, offer.invitee)):
        made.accepted_at = world.now()
    elif offer.asks_friendship:
        world.friend_requests.setdefault((owner.id, offer.invitee), world.now())
    world.shares[made.id] = made
    world.ever_issued.append(made.access_token)
    return made


def shares_of_server(world: World, owner: Account, machine_id: str) -> list[Share]:
    server = world.server_of(owner, machine_id)
    return [share for share in world.shares.values() if share.machine_id == server.machine_id]


def share_of_server(world: World, owner: Account, machine_id: str, share_id: int) -> Share:
    found = own_share(world, owner, share_id)
    if found.machine_id != machine_id:
        raise NotFound
    return found


def own_share(world: World, owner: Account, share_id: int) -> Share:
    found = world.shares.get(share_id)
    if found is None or found.owner_id != owner.id:
        raise NotFound
    return found


def replace_libraries(world: World, existing: Share, section_ids: list[int]) -> None:
    """Replace all; an empty list shares everything, present and future, as it does in an offer."""
    _refuse_unknown_sections(world.servers[existing.machine_id], section_ids)
    existing.section_ids = list(dict.fromkeys(section_ids))
    existing.all_libraries = not section_ids


def sections_of(world: World, existing: Share) -> list[Section]:
    sections = world.servers[existing.machine_id].sections
    return [section for section in sections if existing.all_libraries or section.id in existing.section_ids]


def change_settings(world: World, owner: Account, person: int, changes: object) -> None:
    """Change what a person may do in everything that the owner shares with them; 404 for a stranger."""
    shares = shares_between(world, owner.id, person)
    if not shares and not connected(world, owner.id, person):
        raise NotFound
    for existing in shares:
        settings = changed(existing.settings, changes, may_set_tuners=False)
        _refuse_without_pass(world, owner, settings)
        existing.settings = settings


def change_share_settings(world: World, owner: Account, existing: Share, changes: object) -> None:
    settings = changed(existing.settings, changes, may_set_tuners=True)
    _refuse_without_pass(world, owner, settings)
    existing.settings = _kept_filters(world, existing, settings)


def end(world: World, existing: Share) -> None:
    """Stop sharing; a friendship stays."""
    del world.shares[existing.id]


def part_with(world: World, owner: Account, person: int) -> None:
    """End the owner's shares with a person, invites included, and the friendship; 404 without any of it."""
    shares = shares_between(world, owner.id, person)
    friendship = frozenset((owner.id, person))
    if not shares and friendship not in world.friendships:
        raise NotFound
    for existing in shares:
        end(world, existing)
    world.friendships.discard(friendship)
    world.friend_requests.pop((owner.id, person), None)


def pending_for(world: World, invitee: Account) -> list[Share]:
    """List the shares that wait for this person's yes and have become visible to them."""
    if world.options.unconfirmed_see_no_invites and not invitee.confirmed:
        return []
    seen_until = world.now() - timedelta(seconds=world.options.invites_visible_after_seconds)
    return [
        offered
        for offered in world.shares.values()
        if offered.invitee == invitee.id and offered.pending and offered.invited_at <= seen_until
    ]


def accept(world: World, invitee: Account, offered: Iterable[Share]) -> None:
    """Take what was offered; an invite to become friends that came along is settled with it."""
    if not invitee.confirmed:
        raise EmailNotConfirmed
    for taken in offered:
        taken.accepted_at = world.now()
        if (taken.owner_id, invitee.id) in world.friend_requests:
            befriend(world, taken.owner_id, invitee.id)


def _kept_filters(world: World, existing: Share, settings: SharingSettings) -> SharingSettings:
    """The settings, with the filters that there were where they are changed too soon after the last time."""
    before = {name: value for name, value in existing.settings.items() if name.startswith("filter")}
    if {name: settings[name] for name in before} == before:
        return settings
    settled = timedelta(seconds=world.options.filters_settle_seconds)
    if existing.filtered_at and world.now() - existing.filtered_at < settled:
        return {**settings, **before}
    existing.filtered_at = world.now()
    return settings


def _may_take(world: World, invitee: Invitee) -> bool:
    return isinstance(invitee, int) and world.accounts[invitee].confirmed


def _refuse_unknown_sections(server: Server, section_ids: list[int]) -> None:
    if not {*section_ids} <= {section.id for section in server.sections}:
        raise NotFound


def _refuse_owner(world: World, owner: Account, offer: Offer) -> None:
    if owner.restricted:
        raise ManagedUserNotAllowed
    if offer.invitee == owner.id:
        raise Malformed("You cannot share with yourself")
    _refuse_without_pass(world, owner, offer.settings)


def _refuse_without_pass(world: World, owner: Account, settings: SharingSettings) -> None:
    downloads = world.options.downloads_need_plex_pass and settings["allowSync"]
    if (restricts(settings) or downloads) and not owner.subscription:
        raise PlexPassNeeded


def _refuse_invitee(world: World, owner: Account, offer: Offer) -> None:
    existing = shares_between(world, owner.id, offer.invitee)
    if any(share.machine_id == offer.machine_id for share in existing):
        raise AlreadyShared(name_of(world, offer.invitee))
    people = everyone_shared_with(world, owner.id)
    if offer.invitee not in people and len(people) >= world.options.people_limit:
        raise TooManyPeople
