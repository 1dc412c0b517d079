"""Looking at everybody on Plex, whatever was done here: what differs from what is wanted is seen, and then confirmed.

Nothing is concluded from an answer that is not complete. A difference counts once two looks saw it some time apart, and
another part of plex.tv says the same.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from chalicelib.access.deciding.adopting import Adopting
from chalicelib.access.deciding.restoring import Restoring
from chalicelib.access.differences import Difference, differences, ripe, still_doubted
from chalicelib.access.entitlement import Observed
from chalicelib.access.looks import Look, Outcome, Reading
from chalicelib.access.model import Access
from chalicelib.access.pausing import Pausing
from chalicelib.access.ports import AccessStore, LookStore, MemberRow, Stranger
from chalicelib.common.people import Actor, Permission
from chalicelib.common.ports import UNWRITABLE, Clock, NewId, StaleWrite
from chalicelib.common.records import dataclass, replace
from chalicelib.common.sweeping import Batch
from chalicelib.plex.errors import OwnerTokenRefused, PlexError
from chalicelib.plex.model import Place, Survey
from chalicelib.plex.ports import PlexOwner, WorkQueue
from chalicelib.settings.model import Policy
from chalicelib.settings.ports import SettingsStore

MOST_RESTORED = 20
"""Accesses that one look has restored by itself: what is wrong about many is for a person to see first."""

SEEN_IN_THE_HOME = frozenset({Difference.NOT_IN_HOME})
"""Each look asks several lists of plex.tv about it: two looks must do."""


@dataclass(frozen=True, slots=True)
class AskingForLooks:
    looks: LookStore
    queue: WorkQueue
    new_id: NewId

    def ask(self, *, by: Actor, now: datetime) -> Look:
        """Have one begun; gives the one that runs already, where one does."""
        by.must(Permission.MANAGE_USERS)
        return self.schedule(now=now)

    def schedule(self, *, now: datetime) -> Look:
        latest = self.looks.get()
        if latest and latest.is_running(now):
            return latest
        asked = latest.asked_again(self.new_id(), now) if latest else Look(id=self.new_id(), asked_at=now)
        try:
            saved = self.looks.save(asked)
        except StaleWrite:
            return self.looks.get() or asked
        self.queue.look()
        return saved

    def latest(self, *, by: Actor) -> Look | None:
        by.must(Permission.MANAGE_USERS)
        return self.looks.get()


@dataclass(frozen=True, slots=True)
class SchedulingLooks:
    looks: LookStore
    queue: WorkQueue
    new_id: NewId
    look_every: timedelta

    def sweep(self, *, now: datetime) -> Iterator[Batch]:
        """Have one begun where the last was asked for long enough ago."""
        latest = self.looks.get()
        if latest is None or now - latest.asked_at >= self.look_every:
            asking = AskingForLooks(self.looks, self.queue, self.new_id)
            asking.schedule(now=now)
            yield Batch(1)


@dataclass(frozen=True, slots=True)
class Looking:
    looks: LookStore
    accesses: AccessStore
    settings: SettingsStore
    plex_owner: PlexOwner
    pausing: Pausing
    restoring: Restoring
    adopting: Adopting
    queue: WorkQueue
    clock: Clock
    look_apart: timedelta

    def look(self, *, deadline: datetime) -> Look | None:
        """Look once, if one was asked for. Repeatable: what it judged is written before it is over."""
        now, latest = self.clock(), self.looks.get()
        if latest is None or latest.finished_at or (latest.lease_until and latest.lease_until > now):
            return latest
        try:
            look = self.looks.save(latest.begun(now, deadline))
        except StaleWrite:
            return self.looks.get()
        return self.looks.save(self._look(look, now).finished_now(self.clock()))

    def _look(self, begun: Look, now: datetime) -> "_Result":
        look = begun if begun.is_seated else replace(begun, is_seated=self._seat_members())
        settings, pause = self.settings.get(), self.accesses.pause()
        if settings.server is None:
            return _Result(look, Outcome.NO_SERVER)
        if pause and self.pausing.holds(pause, now=now):
            return _Result(look, Outcome.PAUSED)
        try:
            survey = self.plex_owner.survey(settings.server.machine_id)
        except OwnerTokenRefused:
            self.pausing.note_refusal(pause, now=now)
            return _Result(look, Outcome.PAUSED)
        except PlexError:
            return _Result(look, Outcome.INCOMPLETE)
        weighed = self._weighed(look, survey, now)
        gate = self.looks.gate()
        return self._judge_all(Reading(weighed, settings, settings.server, now, survey, self.plex_owner, gate))

    def _seat_members(self) -> bool:
        """Whether each member's seats are counted now: once, after the version that began to count them."""
        accesses = [access for row in self.accesses.members() if (access := self.accesses.get(row.user_id))]
        unseated = [access for access in accesses if access.seated != access and access.revision != UNWRITABLE]
        try:
            for access in unseated:
                self.accesses.save_seated(access.seated, seats_before=access.done.seats)
        except StaleWrite:
            return False  # the next look goes on
        return True

    def _weighed(self, look: Look, survey: Survey, now: datetime) -> Look:
        """Against the last complete one."""
        if not survey.shares.is_whole:
            return replace(look, outcome=Outcome.INCOMPLETE)
        return look.weighed(len(survey.shares.by_account), now, apart=self.look_apart)

    def _judge_all(self, reading: Reading) -> "_Result":
        for row in self.accesses.members():
            if row.plex_id is not None:
                reading.seen.add(row.plex_id)
                if row.machine_id == reading.server.machine_id:
                    self._compare(reading, row, row.plex_id)
        self._note_strangers(reading)
        look = reading.look
        counted = replace(
            look,
            pending=reading.pending,
            changed=reading.changed,
            confirmed=reading.confirmed,
            restored=reading.restored,
        )
        return _Result(counted, look.outcome or Outcome.COMPLETE)

    def _compare(self, reading: Reading, row: MemberRow, plex_id: int) -> None:
        """Nothing is read and nothing written for whom plex.tv says what it said before."""
        observed = reading.observed(plex_id)
        if row.seen == observed.digest or not reading.tells_of(plex_id):
            return
        access = self.accesses.get(row.user_id)
        if access is None or not access.can_be_looked_at or access.written_at >= reading.began:
            return
        known = reading.with_home_invite(observed, plex_id) if access.awaits_home else observed
        self._judge(reading, access, known, plex_id)

    def _judge(self, reading: Reading, access: Access, observed: Observed, plex_id: int) -> None:
        seen = observed.or_else(access.done.observed)
        if not access.is_settled:
            self._wake(access, seen)
            return
        found, known = differences(access.wanted, seen), access.done.differs
        doubts = still_doubted(found, known, access.done.doubts, now=reading.began)
        asked = ripe(doubts, apart=self.look_apart, now=reading.began) & differences(access.wanted, observed)
        confirmed = self._confirmed(reading, access, observed, asked, plex_id) if asked else frozenset()
        left = tuple(doubt for doubt in doubts if doubt.kind not in confirmed)
        differs = (known & found) | confirmed
        if (seen.digest, left, differs) == (access.done.observed.digest, access.done.doubts, known):
            return
        try:
            looked = access.looked_at(seen, left, differs).seated
            saved = self.accesses.save_seated(looked, seats_before=access.done.seats)
        except StaleWrite:
            return  # the next look sees what it has become
        reading.changed += 1
        reading.confirmed += bool(confirmed)
        if confirmed and reading.restored < MOST_RESTORED:
            reading.restored += self.restoring.by_itself(saved, confirmed, reading.settings, now=reading.began)

    def _wake(self, access: Access, observed: Observed) -> None:
        """It waits for a person, who may have done at Plex what they were asked for."""
        if observed.digest == access.done.observed.digest:
            return
        seen = access.looked_at(observed, (), access.done.differs).seated
        is_news = access.done.observed.contradicts(observed)
        try:
            noted = seen.nudged(self.clock()) if is_news else seen
            self.accesses.save_seated(noted, seats_before=access.done.seats)
        except StaleWrite:
            return  # a worker has it by now
        if is_news:
            self.queue.align(access.user_id)

    def _confirmed(
        self, reading: Reading, access: Access, observed: Observed, asked: frozenset[Difference], plex_id: int
    ) -> frozenset[Difference]:
        """Those of which another part of plex.tv says the same; none while it does not answer."""
        here = asked & SEEN_IN_THE_HOME
        other = reading.elsewhere(observed, plex_id)
        return here if other is None else here | (asked & differences(access.wanted, other))

    def _note_strangers(self, reading: Reading) -> None:
        """People on Plex who have no account here: noted, and forgotten once they are gone."""
        known = self.accesses.strangers()
        there = {person.account_id: person for person in reading.strangers() if person.share}
        self._count_others(reading, len(there))
        for id_, person in there.items():
            if person.share and (person.place or id_ not in known):
                stranger = Stranger(id_, person.name, person.share, person.place or Place.OUT)
                self._note_stranger(reading, stranger, known)
        for id_ in known.keys() - there.keys():
            if id_ in reading.seen or reading.tells_of(id_):
                self.accesses.forget_stranger(id_)
                reading.changed += 1

    def _note_stranger(self, reading: Reading, stranger: Stranger, known: Mapping[int, str]) -> None:
        if known.get(stranger.plex_id) == stranger.digest:
            if reading.settings.on_difference.unknown_person is Policy.ACCEPT:
                self._adopt_by_itself(reading, stranger)
            return
        reading.changed += 1
        if not self.adopting.adopt_account(stranger, reading.settings, now=reading.began):
            self.accesses.note_stranger(stranger)

    def _adopt_by_itself(self, reading: Reading, stranger: Stranger) -> None:
        """As the settings say, once a second look saw the same; some each look."""
        if reading.restored < MOST_RESTORED:
            reading.restored += self.adopting.adopt_by_itself(stranger, reading.settings, now=reading.began)

    def _count_others(self, reading: Reading, others: int) -> None:
        """Seats that people without an account here take; in the Home, the owner's, too. Adopting them moves these."""
        if not reading.tells_all:
            return
        home_others = 1 + sum(each.place is not Place.OUT for each in reading.strangers())
        gate = reading.gate
        if (gate.others, gate.home_others) == (others, home_others):
            return
        try:
            self.looks.count_others(others, home_others, was=gate)
        except StaleWrite:
            return  # people were adopted meanwhile: the next look counts


@dataclass(frozen=True, slots=True)
class _Result:
    look: Look
    outcome: Outcome

    def finished_now(self, now: datetime) -> Look:
        return self.look.finished(self.outcome, now)
