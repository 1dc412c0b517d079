"""What a member may have is decided anew, after they joined."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from chalicelib.access.deciding.seating import room_of
from chalicelib.access.ending import state_at
from chalicelib.access.entitlement import Entitlement, Rule, Target
from chalicelib.access.model import Access, Decided, Hold, Occasion
from chalicelib.access.ports import AccessStore, Member, Row, Which
from chalicelib.accounts.model import User
from chalicelib.common.pages import Page
from chalicelib.common.people import Permission, Person
from chalicelib.common.ports import NewId, StaleWrite
from chalicelib.common.records import asdict, dataclass, replace
from chalicelib.common.refusals import (
    AccessOutOfDate,
    AccountClosed,
    BadInput,
    NoAccess,
    SetupIncomplete,
    TryAgain,
)
from chalicelib.common.times import iso
from chalicelib.events.model import Entry, Facts, about_user, change_entry
from chalicelib.plex.model import Library
from chalicelib.plex.ports import WorkQueue
from chalicelib.plex.restrictions import Restriction, choose_restrictions, read_restrictions
from chalicelib.settings.model import Settings
from chalicelib.settings.ports import SettingsStore

FEATURES = ("downloads", "live_tv", "plex_home")

Choice = tuple[str, ...] | Literal["all", "default"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessEdit:
    """What is wanted from now on; None: as before. ``libraries`` are global section ids, or a rule; ``restrictions``
    are by kind, and without one nothing of a kind is hidden. ``moves_end``: access ends at
    ``ends_at`` then; None is never.
    """

    libraries: Choice | None = None
    downloads: bool | None = None
    live_tv: bool | None = None
    plex_home: bool | None = None
    restrictions: Mapping[str, Restriction] | None = None
    ends_at: datetime | None = None
    moves_end: bool = False

    def apply(self, was: Entitlement, settings: Settings) -> Entitlement:
        """Raises BadInput, NeedsPlexPass, naming the field."""
        wanted = was
        if self.libraries is not None:
            wanted = replace(wanted, rule=_rule(self.libraries), libraries=_chosen(self.libraries, settings))
        if self.restrictions is not None:
            lacking = settings.lacks_plex_pass
            filters = choose_restrictions(was.filters, self.restrictions, lacks_plex_pass=lacking)
            wanted = replace(wanted, filters=filters)
        given = {name: getattr(self, name) for name in FEATURES if getattr(self, name) is not None}
        return replace(wanted, features=replace(wanted.features, **given))


@dataclass(frozen=True, slots=True)
class EditingAccess:
    accesses: AccessStore
    settings: SettingsStore
    queue: WorkQueue
    new_id: NewId

    def show(self, user_id: str, *, by: User) -> Member:
        """Raises UserNotFound."""
        by.must(Permission.MANAGE_USERS)
        return self.accesses.get_for_decision(user_id)

    def show_own(self, *, by: User) -> Member:
        """The caller's own, which takes no permission."""
        return self.accesses.get_for_decision(by.id)

    def page(
        self, which: Which, *, by: User, after: str | None, limit: int, now: datetime
    ) -> tuple[Page[Access], Settings]:
        """Members by their accounts' ids, and the settings."""
        by.must(Permission.MANAGE_USERS)
        settings = self.settings.get()
        at_present = replace(which, state_of=lambda access: state_at(access, settings, now))
        return self.accesses.page(at_present, after=after, limit=limit), settings

    def edit(
        self, user_id: str, edit: AccessEdit, *, version: int | None, by: User, now: datetime, row: Row | None = None
    ) -> Member:
        """Decide it, and have Plex brought to it. ``version`` is that of the access which the decision was made from;
        None: whichever it is. ``row``: of the batch that it is decided in.

        Raises UserNotFound, AccountClosed, NoAccess, AccessOutOfDate, BadInput, NeedsPlexPass, SeatsTaken,
        SetupIncomplete, TryAgain.
        """
        by.must(Permission.MANAGE_USERS)
        member = self.accesses.get_for_decision(user_id)
        access = must_be_editable(member, version)
        grant = edit.apply(access.decided.grant, member.settings)
        ends = _moved(edit, access.decided, now) if edit.moves_end else access.decided
        if (grant, ends.ends_at) == (access.decided.grant, access.decided.ends_at):
            return member
        target = _present(member.settings)
        decided = replace(ends, grant=grant, target=target, occasion=Occasion.EDITED, by=by.person, reason=None)
        entry = access_entry(self.new_id(), "access changed", access, decided, by=by.person, now=now)
        try:
            decided_access = self._write(access, decided, entry, member.settings, row)
        except StaleWrite as error:
            raise TryAgain from error
        self.queue.align(user_id)
        return replace(member, access=decided_access)

    def _write(self, access: Access, decided: Decided, entry: Entry, settings: Settings, row: Row | None) -> Access:
        """A place in the Home takes its seat in the same transaction. Raises SeatsTaken."""
        deciding = access.deciding(decided)
        if not _takes_a_place(access, decided):
            return self.accesses.decide(deciding, entry, row)
        return self.accesses.resume(deciding.seated, entry, row, over=access, room=room_of(settings))


def _moved(edit: AccessEdit, decided: Decided, now: datetime) -> Decided:
    if edit.ends_at is not None and edit.ends_at <= now:
        raise BadInput("past", field="ends_at")
    if decided.hold is Hold.ENDED:
        raise BadInput("ended", field="ends_at")
    return replace(decided, ends_at=edit.ends_at, term=None)


def _takes_a_place(access: Access, decided: Decided) -> bool:
    """Whether there is to be a place in the Home that there was not."""
    return decided.hold is None and decided.grant.features.plex_home and not access.decided.grant.features.plex_home


def access_entry(id_: str, action: str, access: Access, decided: Decided, *, by: Person, now: datetime) -> Entry:
    """What the journal tells of a decision."""
    before, after = grant_facts(access.decided), grant_facts(decided)
    return change_entry(id_, about_user(access.user_id), action, by=by, now=now, before=before, after=after)


def grant_facts(decided: Decided) -> Facts:
    """What is decided, as the history shows it."""
    grant = decided.grant
    chosen = grant.rule.value if grant.rule is not Rule.SPECIFIC else [library.title for library in grant.libraries]
    features = grant.features
    return {
        "libraries": chosen,
        "downloads": features.downloads,
        "live_tv": features.live_tv,
        "plex_home": features.plex_home,
        "restrictions": {kind: asdict(each) for kind, each in read_restrictions(grant.filters).items()},
        "hold": decided.hold and decided.hold.value,
        "ends_at": iso(decided.ends_at) if decided.ends_at else None,
    }


def must_be_editable(member: Member, version: int | None) -> Access:
    """Raises AccountClosed, NoAccess, AccessOutOfDate."""
    access = member.access
    if not member.user.is_open or (access and access.decided.hold is Hold.CLOSED):
        raise AccountClosed
    if access is None or access.decided.hold is Hold.FAILED:
        raise NoAccess
    if access.is_joining:
        raise NoAccess("joining")
    if version is not None and access.decided.edition != version:
        raise AccessOutOfDate(field="version", version=access.decided.edition)
    return access


def _present(settings: Settings) -> Target:
    if settings.server is None:
        raise SetupIncomplete
    return Target(settings.server.machine_id, settings.server.owner_id)


def _rule(choice: Choice) -> Rule:
    return Rule(choice) if isinstance(choice, str) else Rule.SPECIFIC


def _chosen(choice: Choice, settings: Settings) -> tuple[Library, ...]:
    """Never none: to Plex, no library means every library. Raises BadInput."""
    if choice == "all":
        chosen = settings.enabled()
    elif choice == "default":
        chosen = settings.shared_by_default()
    else:
        enabled = {library.id: library for library in settings.enabled()}
        if unknown := [id_ for id_ in choice if id_ not in enabled]:
            raise BadInput("library_not_enabled", field="libraries", library=unknown[0])
        chosen = tuple(enabled[id_] for id_ in dict.fromkeys(choice))
    if not chosen:
        raise BadInput("no_library_chosen", field="libraries")
    return chosen
