"""Suspending, resuming, and another end: what people decide about how long a member has access."""

from datetime import datetime

from chalicelib.access.deciding.editing import access_entry, must_be_editable
from chalicelib.access.deciding.seating import room_of
from chalicelib.access.model import Access, Decided, Hold, Occasion
from chalicelib.access.ports import AccessStore, Beside, Member
from chalicelib.accounts.model import User
from chalicelib.common.people import Permission
from chalicelib.common.ports import NewId, StaleWrite
from chalicelib.common.records import dataclass, replace
from chalicelib.common.refusals import BadInput, NothingToRetry, OwnerProtected, TryAgain
from chalicelib.common.terms import Term
from chalicelib.plex.ports import WorkQueue


@dataclass(frozen=True, slots=True)
class DecidingMembership:
    accesses: AccessStore
    queue: WorkQueue
    new_id: NewId

    def suspend(
        self, user_id: str, *, version: int | None, by: User, now: datetime, row: Beside | None = None
    ) -> Member:
        """Have nothing shared with them; the account stays. They may have to accept at Plex once more after resuming.

        Raises as ``EditingAccess.edit`` does, OwnerProtected for an admin, and NothingToRetry where it is so already.
        """
        member, access = self._read(user_id, version, by)
        if member.user.may(Permission.ADMIN):
            raise OwnerProtected
        if access.decided.hold:
            raise NothingToRetry("held")
        held = replace(access.decided.held(Hold.SUSPENDED), by=by.person)
        return self._decide(member, access, held, "access suspended", by, now, row)

    def resume(
        self, user_id: str, *, version: int | None, by: User, now: datetime, row: Beside | None = None
    ) -> Member:
        """Share again what was wanted. Raises likewise, SeatsTaken, and NothingToRetry where nothing is suspended, or
        where the end has passed: then it takes another end.
        """
        member, access = self._read(user_id, version, by)
        if access.decided.hold is not Hold.SUSPENDED:
            raise NothingToRetry("resume")
        if access.decided.ends_at and access.decided.ends_at <= now:
            raise NothingToRetry("over")
        return self._decide(member, access, _resumed(access.decided), "access resumed", by, now, row)

    def extend(
        self, user_id: str, term: Term, *, version: int | None, by: User, now: datetime, row: Beside | None = None
    ) -> Member:
        """Another end: so long after the later of now and the present end, or at the end of a day. What ended is shared
        again. Raises likewise, and BadInput for an end that has passed.
        """
        member, access = self._read(user_id, version, by)
        begun = max(now, access.decided.ends_at or now)
        ends_at = term.ends(begun, member.settings.zone, field="until" if term.until else "by")
        if ends_at <= now:
            raise BadInput("past", field="until")
        decided = _resumed(access.decided) if access.decided.hold is Hold.ENDED else access.decided
        extended = replace(decided, ends_at=ends_at, term=None, by=by.person)
        return self._decide(member, access, extended, "access extended", by, now, row)

    def _read(self, user_id: str, version: int | None, by: User) -> tuple[Member, Access]:
        by.must(Permission.MANAGE_USERS)
        member = self.accesses.get_for_decision(user_id)
        return member, must_be_editable(member, version)

    def _decide(
        self,
        member: Member,
        access: Access,
        decided: Decided,
        action: str,
        by: User,
        now: datetime,
        row: Beside | None,
    ) -> Member:
        """What is wanted again takes its seat in the same transaction."""
        entry = access_entry(self.new_id(), action, access, decided, by=by.person, now=now)
        deciding = access.deciding(decided)
        try:
            if access.decided.hold and decided.hold is None:
                written = self.accesses.resume(deciding.seated, entry, row, over=access, room=room_of(member.settings))
            else:
                written = self.accesses.decide(deciding, entry, row)
        except StaleWrite as error:
            raise TryAgain from error
        self.queue.align(access.user_id)
        return replace(member, access=written)


def _resumed(decided: Decided) -> Decided:
    return replace(decided, hold=None, reason=None, occasion=Occasion.RESUMED)
