"""What differs is mended, or taken for what is wanted: by hand, or by itself where the settings say so."""

from datetime import datetime

from chalicelib.access.deciding.editing import access_entry, must_be_editable
from chalicelib.access.differences import Difference
from chalicelib.access.entitlement import Entitlement, Observed, Rule
from chalicelib.access.model import Access, Decided, Entry, Mark, Occasion, Part
from chalicelib.access.ports import AccessStore, Member, Row
from chalicelib.accounts.model import User
from chalicelib.accounts.trials import SCHEDULE
from chalicelib.common.people import Permission, Person
from chalicelib.common.ports import NewId, StaleWrite
from chalicelib.common.records import dataclass, replace
from chalicelib.common.refusals import NothingToRetry, TryAgain
from chalicelib.plex.model import Library, Place, Share
from chalicelib.plex.ports import WorkQueue
from chalicelib.settings.model import Policy, Settings


@dataclass(frozen=True, slots=True)
class Restoring:
    accesses: AccessStore
    queue: WorkQueue
    new_id: NewId

    def restore(self, user_id: str, *, version: int | None, by: User, now: datetime, row: Row | None = None) -> Member:
        """Bring Plex back to what is wanted. Raises as ``EditingAccess.edit`` does."""
        by.must(Permission.MANAGE_USERS)
        member = self.accesses.get_for_decision(user_id)
        access = must_be_editable(member, version)
        decided = replace(access.decided, occasion=Occasion.RESTORED, by=by.person)
        return replace(member, access=self._restore(access, decided, by.person, now, row))

    def accept(self, user_id: str, *, version: int | None, by: User, now: datetime, row: Row | None = None) -> Member:
        """Have what Plex has now be what is wanted. Nothing changes on Plex. Raises NothingToRetry as well."""
        by.must(Permission.MANAGE_USERS)
        member = self.accesses.get_for_decision(user_id)
        access = must_be_editable(member, version)
        return replace(member, access=self._accept(access, member.settings, by.person, by.person, now, row))

    def by_itself(self, access: Access, kinds: frozenset[Difference], settings: Settings, *, now: datetime) -> bool:
        """Whether something is done because the settings say so: once for each kind until a person decides again."""
        fresh = kinds - access.done.mended
        policies = {_policy(settings, kind) for kind in fresh} - {Policy.REPORT}
        if not policies:
            return False
        try:
            noted = self.accesses.save(access.doing(mended=access.done.mended | fresh))
            if Policy.RESTORE in policies:
                self._restore(noted, replace(noted.decided, occasion=Occasion.RESTORED, by=None), SCHEDULE, now)
            else:
                self._accept(noted, settings, None, SCHEDULE, now)
        except (StaleWrite, TryAgain, NothingToRetry):
            return False  # the next look sees it again
        return True

    def _accept(
        self,
        access: Access,
        settings: Settings,
        by: Person | None,
        named: Person,
        now: datetime,
        row: Row | None = None,
    ) -> Access:
        seen = access.done.observed.share
        if not access.is_settled or access.wanted is None or seen is None or seen.share is None:
            raise NothingToRetry("accept")
        grant = as_observed(access.decided.grant, access.done.observed, settings)
        decided = replace(access.decided, grant=grant, occasion=Occasion.ACCEPTED, by=by)
        entry = access_entry(self.new_id(), "access accepted", access, decided, by=named, now=now)
        try:
            accepted = accepting(access, decided, seen.share, now).seated
            return self.accesses.accept(accepted, entry, row, seats_before=access.done.seats)
        except StaleWrite as error:
            raise TryAgain from error

    def _restore(self, access: Access, decided: Decided, by: Person, now: datetime, row: Row | None = None) -> Access:
        entry = access_entry(self.new_id(), "access restored", access, decided, by=by, now=now)
        noted = replace(entry, after={"difference": sorted(access.done.differs)})
        try:
            restored = self.accesses.decide(access.deciding(decided), noted, row)
        except StaleWrite as error:
            raise TryAgain from error
        self.queue.align(access.user_id)
        return restored


def _policy(settings: Settings, kind: Difference) -> Policy:
    """What is not among the settings is only reported."""
    return getattr(settings.on_difference, kind.value, Policy.REPORT)


def as_observed(was: Entitlement, observed: Observed, settings: Settings) -> Entitlement:
    """What plex.tv said, as an entitlement. What it did not tell stays as it was."""
    share = observed.share.share if observed.share else None
    if share is None:
        raise AssertionError("only what is shared can be wanted")
    features = replace(
        was.features,
        downloads=was.features.downloads if share.downloads is None else share.downloads,
        live_tv=was.features.live_tv if share.live_tv is None else share.live_tv,
        plex_home=was.features.plex_home if observed.home is None else observed.home.place is Place.MEMBER,
    )
    rule = Rule.EVERYTHING if share.everything else Rule.SPECIFIC
    libraries = known_libraries(share, was.libraries + settings.libraries)
    return replace(
        was,
        rule=rule,
        libraries=libraries,
        features=features,
        filters=was.filters if share.filters is None else share.filters,
    )


def known_libraries(share: Share, known: tuple[Library, ...]) -> tuple[Library, ...]:
    """Those of the share, by the titles that are known of them."""
    titles = {library.id: library for library in known}
    return tuple(titles.get(id_, Library(id_, "", id_, "")) for id_ in sorted(share.library_ids))


def accepting(access: Access, decided: Decided, share: Share, now: datetime) -> Access:
    """With that decision, which a look has confirmed already."""
    entry = access.entry(Part.SHARE)
    is_ours = entry is not None and entry.made and entry.share_id == share.id
    standing = Entry(
        part=Part.SHARE,
        plex_id=access.plex_id,
        machine_id=access.machine_id,
        mark=Mark.STANDING,
        made=is_ours,
        share_id=share.id,
        asked=access.decided.edition + 1,
    )
    home = access.done.observed.home
    there = access.marked(Part.HOME, Mark.GONE) if home and home.place is Place.OUT else access
    taken_over = there.with_entry(standing).deciding(decided).renewed(now)
    return taken_over.settled(now)
