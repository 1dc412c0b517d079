"""People who were there before: they become members, with what they have now. Nothing changes on Plex."""

from datetime import datetime

from chalicelib.access.deciding.editing import grant_facts
from chalicelib.access.deciding.restoring import accepting, as_observed
from chalicelib.access.entitlement import Entitlement, Identity, Observed, Rule, SeenPlace, SeenShare, Target
from chalicelib.access.model import WATCHED_FOR, Access, Decided, Done, Occasion
from chalicelib.access.ports import AccessStore, Stranger
from chalicelib.accounts.model import User, new_user
from chalicelib.accounts.ports import AccountStore
from chalicelib.accounts.trials import SCHEDULE
from chalicelib.common.people import Permission, Person
from chalicelib.common.ports import NewId
from chalicelib.common.records import dataclass
from chalicelib.common.refusals import AccessEnding, AlreadyHasAccess, NotFound, Refusal, SetupIncomplete
from chalicelib.events.model import Entry, about_user
from chalicelib.plex.model import Features
from chalicelib.settings.model import Settings
from chalicelib.settings.ports import SettingsStore


@dataclass(frozen=True, slots=True)
class Adopted:
    """What became of one of them: an account, or why not."""

    plex_id: int
    user: User | None = None
    refusal: Refusal | None = None


@dataclass(frozen=True, slots=True)
class Adopting:
    accesses: AccessStore
    accounts: AccountStore
    settings: SettingsStore
    new_id: NewId

    def strangers(self, *, by: User) -> tuple[Stranger, ...]:
        """People on Plex who have no account here, as the last look saw them."""
        by.must(Permission.MANAGE_USERS)
        return self.accesses.list_strangers()

    def adopt(self, plex_ids: tuple[int, ...], *, by: User, now: datetime) -> list[Adopted]:
        """Each by itself: one that cannot be adopted stops no other. Raises SetupIncomplete."""
        by.must(Permission.MANAGE_USERS)
        settings = self.settings.get()
        if settings.server is None:
            raise SetupIncomplete
        target = Target(settings.server.machine_id, settings.server.owner_id)
        known = {each.plex_id: each for each in self.accesses.list_strangers()}
        return [
            self._adopt(id_, known.get(id_), target, settings, by.person, by.person, now)
            for id_ in dict.fromkeys(plex_ids)
        ]

    def adopt_account(self, stranger: Stranger, settings: Settings, *, now: datetime) -> bool:
        """Whether the person has an account here. One that was never given anything, for they signed in with what they
        had, has that from now on.
        """
        user_id = self.accounts.id_of_plex_account(stranger.plex_id)
        if user_id is None or settings.server is None:
            return False
        member = self.accesses.get_for_decision(user_id)
        if member.access:
            return True
        target = Target(settings.server.machine_id, settings.server.owner_id)
        access = adopted_access(member.user, stranger, target, settings, by=None, now=now)
        self.accesses.adopt_account(member.user, access, self._entry(access, SCHEDULE, now))
        return True

    def adopt_by_itself(self, stranger: Stranger, settings: Settings, *, now: datetime) -> bool:
        """Whether they have an account now, because the settings say so."""
        if settings.server is None:
            return False
        target = Target(settings.server.machine_id, settings.server.owner_id)
        return self._adopt(stranger.plex_id, stranger, target, settings, SCHEDULE, None, now).user is not None

    def _entry(self, access: Access, by: Person, now: datetime) -> Entry:
        return Entry(
            id=self.new_id(),
            subject=about_user(access.user_id),
            action="adopted",
            by=by,
            at=now,
            before={},
            after=grant_facts(access.decided),
        )

    def _adopt(
        self,
        plex_id: int,
        stranger: Stranger | None,
        target: Target,
        settings: Settings,
        named: Person,
        by: Person | None,
        now: datetime,
    ) -> Adopted:
        if stranger is None:
            return Adopted(plex_id, refusal=NotFound())
        over = self.accounts.tombstone_of(plex_id)
        if over and not over.ended_at:
            return Adopted(plex_id, refusal=AccessEnding())
        user = new_user(
            self.new_id(), stranger.name, None, permissions=settings.default_permissions, now=now, plex_id=plex_id
        )
        access = adopted_access(user, stranger, target, settings, by=by, now=now)
        try:
            self.accesses.adopt(user, access, self._entry(access, named, now), over=over)
        except AlreadyHasAccess as refusal:
            return Adopted(plex_id, refusal=refusal)
        return Adopted(plex_id, user)


def adopted_access(
    user: User, stranger: Stranger, target: Target, settings: Settings, *, by: Person | None, now: datetime
) -> Access:
    """What they have is what is wanted, and was found: it is not taken for a share of ours."""
    observed = Observed(SeenShare(stranger.share, now), SeenPlace(stranger.place, now))
    nothing = Entitlement(rule=Rule.SPECIFIC, libraries=(), features=Features())
    decided = Decided(
        grant=as_observed(nothing, observed, settings),
        identity=Identity(name=stranger.name, plex_id=stranger.plex_id, managed=False),
        target=target,
        occasion=Occasion.ADOPTED,
        by=by,
        edition=0,
    )
    done = Done(observed=observed, watched_until=now + WATCHED_FOR)
    before = Access(user_id=user.id, decided=decided, done=done, written_at=now)
    return accepting(before, decided, stranger.share, now).seated
