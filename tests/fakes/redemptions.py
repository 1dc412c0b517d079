"""Redemptions and claims in memory, on the conditions of chalicelib/stores/redemptions."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from chalicelib.access.model import Access
from chalicelib.access.progress import State
from chalicelib.access.seats import NO_SEATS, Room, Seats
from chalicelib.accounts.model import Former, Tombstone, User
from chalicelib.accounts.sessions import SignIn
from chalicelib.common.pages import Page
from chalicelib.common.ports import StaleWrite
from chalicelib.common.records import replace
from chalicelib.common.refusals import (
    AddressTaken,
    AlreadyHasAccess,
    InviteNotActive,
    RedemptionNotFound,
    UserNameTaken,
)
from chalicelib.common.times import order_key
from chalicelib.events.model import Entry
from chalicelib.invites.model import MAY_INVITE, Invite, Redeemer, Status
from chalicelib.redemptions.journal import claimed_entry
from chalicelib.redemptions.model import Redemption
from chalicelib.redemptions.ports import MOST_COUNTED, Claim, Numbers
from chalicelib.settings.model import Settings
from tests.fakes.accounts import (
    email_identity,
    held,
    is_open,
    may_be_put,
    plex_identity,
    put_account,
    put_session,
    taken_identities,
)
from tests.fakes.database import Database
from tests.fakes.paging import page_of

REDEEMERS_SHOWN = 5


class FakeRedemptions:
    """redemptions.ports.RedemptionStore."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def get(self, redemption_id: str) -> Redemption:
        if redemption_id not in self.database.redemptions:
            raise RedemptionNotFound
        return self.database.redemptions[redemption_id]

    def page(self, states: frozenset[State], *, after: str | None, limit: int) -> Page[Redemption]:
        return page_of((one for one in self._all() if one.state in states), order=_order, after=after, limit=limit)

    def of_invite(self, code: str, *, after: str | None, limit: int) -> Page[Redemption]:
        return page_of((one for one in self._all() if one.code == code), order=_order, after=after, limit=limit)

    def states(self, redemption_ids: Iterable[str]) -> dict[str, State]:
        wanted = set(redemption_ids)
        return {one.id: one.state for one in self._all() if one.id in wanted}

    def count(self, *, now: datetime, since: date) -> Numbers:
        living = [invite for invite in self.database.invites.values() if invite.deleted_at is None]
        statuses = Counter(invite.status(now) for invite in living)
        begun = Counter(one.created_at.date() for one in self._all())
        days = [since + timedelta(days=number) for number in range((now.date() - since).days + 1)]
        return Numbers(
            invites={status: statuses[status] for status in Status},
            redemptions={day: begun[day] for day in days},
            users=min(MOST_COUNTED, sum(user.is_open for user in self.database.users.values())),
            needs_attention=min(MOST_COUNTED, sum(one.state is State.NEEDS_ATTENTION for one in self._all())),
            most_counted=MOST_COUNTED,
            paused_since=self.database.pause.since if self.database.pause else None,
        )

    def _all(self) -> list[Redemption]:
        return list(self.database.redemptions.values())


class FakeClaims:
    """redemptions.ports.Claims."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def get_sign_in(self, sign_in_id: str, code: str) -> tuple[SignIn | None, Invite | None, Settings]:
        invite = self.database.invites.get(code)
        living = invite if invite and invite.deleted_at is None else None
        return self.database.sign_ins.get(sign_in_id), living, self.database.settings

    def claim(self, claim: Claim) -> None:
        self.database.before_write()
        if not self._holds(claim):
            raise StaleWrite
        if not self._may_invite(claim.invite.created_by.id):
            raise InviteNotActive
        if taken := self._taken(claim):
            if taken == {email_identity(claim.user.email or "")} and claim.user.plex_id is not None:
                raise AddressTaken
            raise UserNameTaken(field="username") if _are_names(taken) else AlreadyHasAccess()
        self.database.move_seats(claim.seats_before, claim.access.done.seats, claim.room)
        self._write(claim)

    def of_plex_account(self, plex_id: int) -> tuple[User, Redemption | None] | None:
        return self._redemption_under(plex_identity(plex_id))

    def of_email(self, email: str) -> tuple[User, Redemption | None] | None:
        return self._redemption_under(email_identity(email))

    def former_account(self, plex_id: int) -> Former | None:
        tombstone = self.database.tombstones.get(plex_identity(plex_id))
        return Former(self.database.users[tombstone.user_id], tombstone) if tombstone else None

    def link(
        self,
        user: User,
        plex_id: int,
        access: Access | None,
        *,
        entry: Entry,
        over: Tombstone | None = None,
        seats_before: Seats = NO_SEATS,
        room: Room | None = None,
    ) -> None:
        self.database.before_write()
        database, identity, address = self.database, plex_identity(plex_id), email_identity(user.email or "")
        stored = database.users.get(user.id)
        if (
            stored is None
            or not stored.is_open
            or stored.plex_id is not None
            or stored.epoch != user.epoch
            or (user.email and database.identities.get(address) != user.id)
            or (access and not self._is_as_read(access))
        ):
            raise StaleWrite
        if identity in database.identities or database.tombstones.get(identity) != over:
            raise AlreadyHasAccess
        if access:
            database.move_seats(seats_before, access.done.seats, room)
        database.tombstones.pop(identity, None)
        database.identities[identity] = user.id
        database.users[user.id] = replace(stored, plex_id=plex_id, epoch=user.epoch + 1)
        database.password_hashes.pop(address, None)
        database.resets.pop(address, None)
        database.journal.append(entry)
        if access:
            database.accesses[user.id] = replace(access, revision=access.revision + 1)
            joining, progress = access.decided.joining, access.done.progress
            if joining and progress:
                database.redemptions[joining] = database.redemptions[joining].with_progress(progress)

    def _holds(self, claim: Claim) -> bool:
        database = self.database
        return (
            _has_use(database.invites.get(claim.invite.code), claim)
            and self._may_be_written(claim)
            and claim.settings_version == database.settings.version
            and claim.redemption.id not in database.redemptions
            and self._is_as_read(claim.access)
            and (claim.sign_in is None or is_open(database, claim.sign_in))
        )

    def _write(self, claim: Claim) -> None:
        database, redemption, user = self.database, claim.redemption, claim.user
        database.invites[redemption.code] = _used(database.invites[redemption.code], claim)
        if claim.renews:
            self._renew(claim.renews, user)
        else:
            put_account(database, user, password_hash=claim.password_hash)
        database.redemptions[redemption.id] = redemption
        database.journal.append(claimed_entry(redemption))
        database.accesses[user.id] = replace(claim.access, revision=claim.access.revision + 1)
        put_session(database, claim.session, claim.sign_in)
        if claim.plex_token is not None and claim.token_expires_at:
            database.tokens[redemption.id] = held((claim.plex_token,), claim.token_expires_at)

    def _is_as_read(self, access: Access) -> bool:
        """A new one, or the next decision over one that no worker has."""
        stored = self.database.accesses.get(access.user_id)
        if access.decided.edition == 1:
            return stored is None
        return stored is not None and stored.revision == access.revision and stored.lease is None

    def _taken(self, claim: Claim) -> set[str]:
        taken = taken_identities(self.database, claim.user, claim.access.decided.over)
        return {identity for identity in taken if claim.renews is None or self._is_of_another(identity, claim.renews)}

    def _is_of_another(self, identity: str, user: User) -> bool:
        return self.database.identities.get(identity) != user.id

    def _may_be_written(self, claim: Claim) -> bool:
        was = claim.renews
        if was is None:
            return may_be_put(self.database, claim.user, claim.access.decided.over)
        stored = self.database.users.get(was.id)
        if stored is None or not stored.is_open:
            return False
        read = (was.plex_id, was.redemption_id, was.epoch)
        return (stored.plex_id, stored.redemption_id, stored.epoch) == read

    def _renew(self, was: User, becomes: User) -> None:
        renewed = {name: getattr(becomes, name) for name in ("plex_id", "redemption_id", "epoch")}
        self.database.users[was.id] = replace(self.database.users[was.id], **renewed)
        self.database.identities.pop(plex_identity(was.plex_id), None)
        self.database.tombstones.pop(plex_identity(becomes.plex_id), None)
        self.database.identities[plex_identity(becomes.plex_id)] = was.id

    def _may_invite(self, user_id: str) -> bool:
        user = self.database.users.get(user_id)
        return user is not None and user.is_open and not user.permissions.isdisjoint(MAY_INVITE)

    def _redemption_under(self, identity: str) -> tuple[User, Redemption | None] | None:
        user = self.database.users.get(self.database.identities.get(identity, ""))
        return (user, self.database.redemptions.get(user.redemption_id or "")) if user else None


def _has_use(stored: Invite | None, claim: Claim) -> bool:
    """Whether a use is to be had, of the edition that the grant was resolved from (stores/invites/uses.py)."""
    read, now = claim.invite, claim.redemption.created_at
    if stored is None or stored.edition != read.edition or not stored.enabled or stored.is_over(now):
        return False
    if read.usage_limit is None:
        return True
    is_last = read.uses + 1 >= read.usage_limit
    return stored.uses == read.usage_limit - 1 if is_last else stored.uses < read.usage_limit - 1


def _used(stored: Invite, claim: Claim) -> Invite:
    redemption, shown = claim.redemption, stored.redeemers
    if claim.invite.uses < REDEEMERS_SHOWN:
        shown = (Redeemer(redemption.id, redemption.user, redemption.created_at), *shown)
    latest = sorted(shown, key=lambda each: each.at, reverse=True)[:REDEEMERS_SHOWN]
    return replace(stored, uses=stored.uses + 1, redeemers=tuple(latest))


def _are_names(identities: set[str]) -> bool:
    return all(identity.startswith("name#") for identity in identities)


def _order(redemption: Redemption) -> str:
    return order_key(redemption.created_at, redemption.id)
