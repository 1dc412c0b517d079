"""Who is who to whom."""

import re

from local.plex.errors import UnknownPerson
from local.plex.rules.model import Account, Invitee, Share
from local.plex.world import World

EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def invitee_named(world: World, username_or_email: str) -> Invitee:
    """Find whom a name means: an account, or else an e-mail address that may get one some day."""
    account = world.account_named(username_or_email)
    if account and not account.restricted:
        return account.id
    if EMAIL.fullmatch(username_or_email.strip()):
        return username_or_email.strip().lower()
    raise UnknownPerson


def invitee_with_id(world: World, inviter: Account, account_id: int) -> Invitee:
    """Check an account id; managed users are known in their own Home only."""
    account = world.accounts.get(account_id)
    if account is None or (account.restricted and not same_home(world, inviter.id, account.id)):
        raise UnknownPerson
    return account.id


def name_of(world: World, invitee: Invitee) -> str:
    if isinstance(invitee, str):
        return invitee
    account = world.accounts[invitee]
    return account.username or account.title


def same_home(world: World, one: int, other: int) -> bool:
    home = world.home_of(one)
    return home is not None and other in home.member_ids


def connected(world: World, inviter_id: int, invitee: Invitee) -> bool:
    """Tell whether new shares need no accepting: for friends, in a Home, and after a first accepted share."""
    if isinstance(invitee, str):
        return False
    if frozenset((inviter_id, invitee)) in world.friendships or same_home(world, inviter_id, invitee):
        return True
    return any(share.accepted_at for share in shares_between(world, inviter_id, invitee))


def shares_between(world: World, owner_id: int, invitee: Invitee) -> list[Share]:
    return [share for share in world.shares.values() if (share.owner_id, share.invitee) == (owner_id, invitee)]


def befriend(world: World, one: int, other: int) -> None:
    world.friendships.add(frozenset((one, other)))
    world.friend_requests.pop((one, other), None)


def everyone_shared_with(world: World, owner_id: int) -> set[Invitee]:
    """Count all who hold or were offered a share, and the Home with those invited into it."""
    people = {share.invitee for share in world.shares.values() if share.owner_id == owner_id}
    people |= {invitee for inviter, invitee in world.home_invites if inviter == owner_id}
    home = world.home_of(owner_id)
    people |= set(home.member_ids) if home else set()
    return people - {owner_id}


def people_listed(world: World, account: Account) -> list[Account]:
    """List whom `/api/users/` shows: friends, sharers both ways, the Home and those invited to it."""
    people: set[Invitee] = {person for pair in world.friendships if account.id in pair for person in pair}
    people |= {person for person in everyone_shared_with(world, account.id) if _is_listed(world, account, person)}
    people |= {share.owner_id for share in world.shares.values() if share.invitee == account.id and share.accepted_at}
    return [who for who in world.accounts.values() if who.id in people - {account.id}]


def _is_listed(world: World, account: Account, person: Invitee) -> bool:
    is_invited = world.options.users_list_home_invites and (account.id, person) in world.home_invites
    if is_invited or connected(world, account.id, person):
        return True
    shares = shares_between(world, account.id, person)
    return world.options.users_list_pending and any(share.pending for share in shares)
