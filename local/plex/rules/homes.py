"""Plex Home: one household, its managed users, and existing accounts invited into it."""

from local.plex.errors import (
    AlreadyInAHome,
    HomeFull,
    Malformed,
    ManagedUserNotAllowed,
    NotFound,
    PlexPassNeeded,
    TooManyPeople,
)
from local.plex.rules.model import Account, Home, Invitee
from local.plex.rules.people import everyone_shared_with, same_home
from local.plex.world import World


def create_managed_user(world: World, admin: Account, title: str) -> Account:
    """Add a managed user, every time it is asked: the same title twice makes two."""
    if not title.strip():
        raise Malformed("A managed user needs a title")
    home = _home_with_room(world, admin)
    user = world.add_account("", "", title=title, restricted=True)
    home.member_ids.append(user.id)
    return user


def invite(world: World, admin: Account, invitee: Invitee) -> None:
    """Invite an existing account, or an e-mail address; it joins when it accepts."""
    if not admin.subscription:
        raise PlexPassNeeded
    if isinstance(invitee, int) and world.home_of(invitee) is not None:
        raise AlreadyInAHome
    if (admin.id, invitee) in world.home_invites:
        raise AlreadyInAHome("This person is already invited")
    _home_with_room(world, admin, invitee)
    world.home_invites[admin.id, invitee] = world.now()


def join(world: World, admin_id: int, invitee: Account) -> None:
    if world.home_of(invitee.id) is not None:
        raise AlreadyInAHome
    del world.home_invites[admin_id, invitee.id]
    world.homes.setdefault(admin_id, Home(admin_id, [admin_id])).member_ids.append(invitee.id)


def remove(world: World, admin: Account, user_id: int) -> None:
    """Remove a member or a pending invite; a managed user ceases to exist with its shares."""
    _refuse_all_but_admin(world, admin)
    if world.home_invites.pop((admin.id, user_id), None):
        return
    home = world.homes.get(admin.id)
    if home is None or user_id not in home.member_ids or user_id == admin.id:
        raise NotFound
    home.member_ids.remove(user_id)
    if world.accounts[user_id].restricted:
        world.remove_account(user_id)


def members(world: World, account: Account) -> list[Account]:
    home = world.home_of(account.id)
    return [world.accounts[member] for member in home.member_ids] if home else [account]


def shown_at_home(world: World, viewer: Account, person: Account) -> bool:
    """Tell whether `/api/users/` says home="1", which it does for pending Home invitees, too."""
    is_invited = world.options.users_list_home_invites and (viewer.id, person.id) in world.home_invites
    return same_home(world, viewer.id, person.id) or is_invited


def _home_with_room(world: World, admin: Account, newcomer: Invitee | None = None) -> Home:
    _refuse_all_but_admin(world, admin)
    home = world.homes.get(admin.id) or Home(admin.id, [admin.id])
    invited = sum(inviter == admin.id for inviter, _ in world.home_invites)
    if len(home.member_ids) + invited >= world.options.home_limit:
        raise HomeFull
    people = everyone_shared_with(world, admin.id)
    if newcomer not in people and len(people) >= world.options.people_limit:
        raise TooManyPeople
    return world.homes.setdefault(admin.id, home)


def _refuse_all_but_admin(world: World, account: Account) -> None:
    home = world.home_of(account.id)
    if account.restricted or (home is not None and home.admin_id != account.id):
        raise ManagedUserNotAllowed("Only the admin of a Plex Home may do this")
