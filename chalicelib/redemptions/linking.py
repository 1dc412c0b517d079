"""A local account gets its Plex account, and with it what its invite promised."""

from datetime import datetime

from chalicelib.access.deciding.seating import room_of
from chalicelib.access.model import Access, Occasion
from chalicelib.access.ports import AccessStore
from chalicelib.access.seats import NO_SEATS
from chalicelib.accounts.journal import account_entry
from chalicelib.accounts.model import Kind, Tombstone, User
from chalicelib.accounts.ports import AccountStore
from chalicelib.accounts.tokens import HoldingTokens
from chalicelib.common.emails import parse_email
from chalicelib.common.ports import NewId, StaleWrite
from chalicelib.common.records import dataclass, replace
from chalicelib.common.refusals import HasHomeProfile, NotForYou, TryAgain
from chalicelib.events.model import Entry
from chalicelib.invites.ports import InviteStore
from chalicelib.plex.model import PlexAccount
from chalicelib.plex.ports import WorkQueue
from chalicelib.redemptions.ports import Claims
from chalicelib.settings.model import Settings


@dataclass(frozen=True, slots=True)
class LinkingPlex:
    accounts: AccountStore
    claims: Claims
    accesses: AccessStore
    invites: InviteStore
    holding_tokens: HoldingTokens
    queue: WorkQueue
    new_id: NewId

    def link(self, account: PlexAccount, plex_token: str, *, now: datetime) -> tuple[User, bool] | None:
        """Link the local account of the same e-mail address, which plex.tv must have verified, and provide what it
        was granted; gives the account, and whether the token is held for that; None where there is none to link.

        The address was not verified when the account was made, so its password and its sessions may be a stranger's:
        both end with the link, and Plex is the way in from then on.

        Raises AlreadyHasAccess when another account here holds that Plex account, HasHomeProfile, AccessEnding and
        NotForYou (as for a redeemer of the invite that the local account came by), SeatsTaken, TryAgain.
        """
        user = self._find_local_account(account)
        if user is None:
            return None
        access, settings = self._find_access(user)
        over = self._may_come_back(account, user)
        linked = _linked(access, account, over, now) if access and access.is_joining else None
        if linked:
            self.holding_tokens.hold(linked.token_key, plex_token, now=now)
        try:
            self.claims.link(
                user,
                account.id,
                linked,
                entry=self._entry(user, account, now),
                over=over,
                seats_before=access.done.seats if access else NO_SEATS,
                room=room_of(settings),
            )
        except StaleWrite as error:
            raise TryAgain from error
        if linked:
            self.queue.align(user.id)
        return replace(user, plex_id=account.id, epoch=user.epoch + 1), linked is not None

    def _find_local_account(self, account: PlexAccount) -> User | None:
        """An address that plex.tv did not verify proves nothing: anyone may enter it there. Equal addresses prove, and
        none that merely come to the same when they are folded.
        """
        address = parse_email(account.email) if account.email and account.confirmed else None
        if address is None or account.restricted:
            return None
        credential, _ = self.accounts.find_credential(address)
        user = self.accounts.get(credential.user_id) if credential else None
        if user is None or not user.is_open or user.kind is not Kind.LOCAL or user.plex_id or user.email != address:
            return None
        return user

    def _entry(self, user: User, account: PlexAccount, now: datetime) -> Entry:
        facts = {"plex_id": account.id}
        return account_entry(user, "linked", by=user.person, new_id=self.new_id, now=now, after=facts)

    def _find_access(self, user: User) -> tuple[Access | None, Settings]:
        member = self.accesses.get_for_decision(user.id)
        if member.access and member.access.decided.identity.managed:
            raise HasHomeProfile
        return member.access, member.settings

    def _may_come_back(self, account: PlexAccount, user: User) -> Tombstone | None:
        """What is remembered of the Plex account, if it does not stand against the link."""
        tombstone = self.accounts.tombstone_of(account.id)
        if tombstone and user.came_by:
            tombstone.must_admit_by_invite(self.invites.get_even_deleted(user.came_by).created_at)
        elif tombstone:
            raise NotForYou
        return tombstone


def _linked(access: Access, account: PlexAccount, over: Tombstone | None, now: datetime) -> Access:
    """The account has a Plex account now, and what it was granted can be given."""
    identity = replace(access.decided.identity, plex_id=account.id, invited_as=account.email)
    decided = replace(access.decided, identity=identity, over=over, occasion=Occasion.LINKED)
    progress = access.done.progress and access.done.progress.resumed(now)
    return replace(access.doing(progress=progress).deciding(decided), written_at=now).seated
