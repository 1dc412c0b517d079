"""A managed profile that stayed in the owner's Home when its account was closed goes once a person says so."""

from datetime import datetime

from chalicelib.access.deciding.editing import access_entry
from chalicelib.access.model import Hold
from chalicelib.access.ports import AccessStore, Member
from chalicelib.accounts.model import User
from chalicelib.common.people import Permission
from chalicelib.common.ports import NewId, StaleWrite
from chalicelib.common.records import dataclass, replace
from chalicelib.common.refusals import AccessOutOfDate, NoAccess, TryAgain
from chalicelib.plex.ports import WorkQueue


@dataclass(frozen=True, slots=True)
class DeletingProfiles:
    accesses: AccessStore
    queue: WorkQueue
    new_id: NewId

    def delete(self, user_id: str, *, version: int, by: User, now: datetime) -> Member:
        """Have it deleted, with what was watched and rated in it: Plex cannot bring that back.

        Raises UserNotFound, AccessOutOfDate, TryAgain, and NoAccess where the account is open or has no such profile.
        """
        by.must(Permission.MANAGE_USERS)
        member = self.accesses.get_for_decision(user_id)
        access = member.access
        if access is None or access.decided.hold is not Hold.CLOSED or not access.has_profile:
            raise NoAccess("profile")
        if access.decided.edition != version:
            raise AccessOutOfDate(field="version", version=access.decided.edition)
        decided = replace(access.decided, deletes_profile=True, by=by.person)
        entry = access_entry(self.new_id(), "profile deleted", access, decided, by=by.person, now=now)
        try:
            deciding = self.accesses.decide(access.deciding(decided), entry)
        except StaleWrite as error:
            raise TryAgain from error
        self.queue.align(user_id)
        return replace(member, access=deciding)
