"""A member asks for more time; whoever manages users gives it, or says why not."""

from datetime import datetime

from chalicelib.access.deciding.membership import DecidingMembership
from chalicelib.access.model import Hold
from chalicelib.access.ports import AccessStore, Answer, ExtensionRequest, Member
from chalicelib.accounts.model import User
from chalicelib.common.people import Permission
from chalicelib.common.ports import NewId, StaleWrite
from chalicelib.common.records import dataclass
from chalicelib.common.refusals import NotFound, NothingToRetry
from chalicelib.common.terms import Term
from chalicelib.events.model import Entry, Facts, about_user


@dataclass(frozen=True, slots=True)
class AskingForMoreTime:
    accesses: AccessStore
    new_id: NewId

    def ask(self, message: str, *, by: User, now: datetime) -> ExtensionRequest:
        """Ask once; until that is answered there is no second one. Raises NothingToRetry, also where access has no
        end.
        """
        access = self.accesses.get_for_decision(by.id).access
        ends = access is not None and access.decided.hold in (None, Hold.ENDED) and access.decided.ends_at is not None
        if not ends:
            raise NothingToRetry("no_end")
        request = ExtensionRequest(by.id, by.name, message.strip(), now)
        try:
            self.accesses.ask_for_more(request, self._entry(by.id, "asked for more time", by, now, {}))
        except StaleWrite as error:
            raise NothingToRetry("asked") from error
        return request

    def list(self, *, by: User) -> tuple[ExtensionRequest, ...]:
        """Those that wait for an answer, the oldest first."""
        by.must(Permission.MANAGE_USERS)
        return tuple(sorted(self.accesses.requests_for_more(), key=lambda each: each.asked_at))

    def refuse(self, user_id: str, message: str, *, by: User, now: datetime) -> None:
        """Say no, with a sentence. Raises NotFound where nothing is asked (any more)."""
        by.must(Permission.MANAGE_USERS)
        entry = self._entry(user_id, "more time refused", by, now, {"message": message.strip()})
        try:
            self.accesses.refuse_more(Answer(user_id), entry)
        except StaleWrite as error:
            raise NotFound from error

    def _entry(self, user_id: str, action: str, by: User, now: datetime, after: Facts) -> Entry:
        subject = about_user(user_id)
        return Entry(id=self.new_id(), subject=subject, action=action, by=by.person, at=now, before={}, after=after)


@dataclass(frozen=True, slots=True)
class GivingMoreTime:
    accesses: AccessStore
    deciding_membership: DecidingMembership

    def approve(self, user_id: str, term: Term, *, by: User, now: datetime) -> Member:
        """Extend, and have that answer the request, all or nothing. Raises NotFound where nothing is asked (any more),
        and as ``DecidingMembership.extend`` does.
        """
        by.must(Permission.MANAGE_USERS)
        if user_id not in {each.user_id for each in self.accesses.requests_for_more()}:
            raise NotFound
        return self.deciding_membership.extend(user_id, term, version=None, by=by, now=now, row=Answer(user_id))
