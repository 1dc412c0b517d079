"""What v1 calls an invite: everything that waits between two people, friendship, Home and shares together."""

from dataclasses import dataclass, field
from datetime import datetime

from local.plex.errors import EmailNotConfirmed, Gone, NotFound
from local.plex.rules import homes, sharing
from local.plex.rules.model import Account, Invitee, Share
from local.plex.rules.people import befriend
from local.plex.world import Pair, World


@dataclass(frozen=True)
class Parts:
    """Which parts of an invite a call is about."""

    friend: bool
    home: bool
    server: bool


@dataclass
class Invitation:
    inviter_id: int
    invitee: Invitee
    friend: bool = False
    home: bool = False
    shares: list[Share] = field(default_factory=list)
    since: list[datetime] = field(default_factory=list)

    @property
    def created_at(self) -> datetime:
        return min(self.since)


def sent_by(world: World, inviter: Account) -> list[Invitation]:
    pending = [share for share in world.shares.values() if share.pending]
    return [invitation for invitation in _gather(world, pending) if invitation.inviter_id == inviter.id]


def received_by(world: World, invitee: Account) -> list[Invitation]:
    gathered = _gather(world, sharing.pending_for(world, invitee))
    mine = [invitation for invitation in gathered if invitation.invitee == invitee.id]
    return [invitation for invitation in mine if invitation.shares or not _is_hidden(world, invitation)]


def accept(world: World, invitee: Account, inviter_id: int, parts: Parts) -> None:
    """Accept those parts; naming none is answered as well as any, and leaves everything waiting."""
    received = received_by(world, invitee)
    invitation = next((one for one in received if one.inviter_id == inviter_id), None)
    if invitation is None:
        raise NotFound
    if not invitee.confirmed:
        raise EmailNotConfirmed
    if parts.server:
        sharing.accept(world, invitee, invitation.shares)
    if parts.friend and invitation.friend:
        befriend(world, inviter_id, invitee.id)
    if parts.home and invitation.home:
        homes.join(world, inviter_id, invitee)


def cancel(world: World, inviter: Account, invitee: Invitee, parts: Parts) -> None:
    invitation = next((one for one in sent_by(world, inviter) if one.invitee == invitee), None)
    if invitation is None:
        raise NotFound
    if parts.server:
        _withdraw(world, invitation.shares)
    if parts.friend:
        world.friend_requests.pop((inviter.id, invitee), None)
    if parts.home:
        world.home_invites.pop((inviter.id, invitee), None)


def refuse_if_gone(world: World) -> None:
    if world.options.v1_invites_gone:
        raise Gone


def _withdraw(world: World, shares: list[Share]) -> None:
    for share in shares:
        if world.options.cancel_leaves_share_row:
            share.cancelled = True
        else:
            sharing.end(world, share)


def _gather(world: World, shares: list[Share]) -> list[Invitation]:
    found: dict[Pair, Invitation] = {}

    def between(pair: Pair, at: datetime) -> Invitation:
        invitation = found.setdefault(pair, Invitation(*pair))
        invitation.since.append(at)
        return invitation

    for share in shares:
        between((share.owner_id, share.invitee), share.invited_at).shares.append(share)
    for pair, at in world.friend_requests.items():
        between(pair, at).friend = True
    for pair, at in world.home_invites.items():
        between(pair, at).home = True
    return list(found.values())


def _is_hidden(world: World, invitation: Invitation) -> bool:
    age = world.now() - invitation.created_at
    return age.total_seconds() < world.options.invites_visible_after_seconds
