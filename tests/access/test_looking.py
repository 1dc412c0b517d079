"""Looking at everybody on Plex: differences are seen, confirmed, shown and mended."""

from datetime import timedelta

import pytest

from chalicelib.access import reasons
from chalicelib.access.deciding.adopting import Adopting
from chalicelib.access.deciding.editing import AccessEdit, EditingAccess
from chalicelib.access.deciding.restoring import Restoring
from chalicelib.access.differences import Difference
from chalicelib.access.entitlement import Rule
from chalicelib.access.looking import MOST_RESTORED, AskingForLooks, Looking, SchedulingLooks
from chalicelib.access.looks import Outcome
from chalicelib.access.model import Hold, Mark, Occasion, Part
from chalicelib.access.ports import Stranger, Which
from chalicelib.accounts.model import new_user
from chalicelib.accounts.trials import SCHEDULE
from chalicelib.common.people import Permission
from chalicelib.common.records import replace
from chalicelib.common.refusals import AccessOutOfDate, NotAllowed, NothingToRetry, SetupIncomplete, TryAgain
from chalicelib.plex.errors import OwnerTokenRefused, TemporaryPlexError
from chalicelib.plex.model import Place
from chalicelib.settings.model import OnDifference, Policy
from tests.fakes.plex import MOVIES, MUSIC, SERIES

APART = timedelta(minutes=10)
OUT = Place.OUT
NO_ANSWER = TemporaryPlexError("no answer")


def joined(scenario, **features):
    redemption = scenario.redeem(**features)
    scenario.drain()
    scenario.later(seconds=1)
    return redemption


@pytest.fixture
def manager(scenario):
    return scenario.user("mona", Permission.MANAGE_USERS)


@pytest.fixture
def member(scenario):
    """One who joined, among others, and whom a look has seen."""
    redemption = joined(scenario)
    for _ in range(4):
        joined(scenario)
    look(scenario)
    return redemption


def look(scenario):
    """The look that went, and what was asked of Plex."""
    scenario.use(AskingForLooks).schedule(now=scenario.now)
    scenario.messages.clear()
    scenario.plex.calls.clear()
    done = scenario.use(Looking).look(deadline=scenario.now + timedelta(seconds=60))
    scenario.later(seconds=1)
    return done


def look_twice(scenario):
    look(scenario)
    scenario.now += APART
    return look(scenario)


def share_of(scenario, member):
    return scenario.plex.share_of(scenario.plex_id(member))


def differs(scenario, member):
    return scenario.access(member).done.differs


def remove(scenario, member):
    scenario.plex.end_shares(scenario.plex_id(member))


def give_more(scenario, member):
    share_of(scenario, member).library_ids |= {SERIES.id}


def give_less(scenario, member):
    share_of(scenario, member).library_ids = frozenset({MUSIC.id})


def give_everything(scenario, member):
    share_of(scenario, member).everything = True


def allow_downloads(scenario, member):
    share_of(scenario, member).downloads = True


def hide(scenario, member):
    share_of(scenario, member).filters = (("filterMovies", "contentRating=PG"),)


BY_HAND = {
    remove: Difference.MISSING,
    give_more: Difference.WIDER,
    give_less: Difference.NARROWER,
    give_everything: Difference.EVERYTHING,
    allow_downloads: Difference.FEATURES,
    hide: Difference.RESTRICTIONS,
}
changes = pytest.mark.parametrize(("change", "kind"), BY_HAND.items(), ids=[each.__name__ for each in BY_HAND])


@changes
def test_what_is_changed_at_plex_counts_after_two_looks_and_another_source(scenario, member, change, kind):
    change(scenario, member)
    first = look(scenario)
    assert (first.outcome, first.confirmed, differs(scenario, member)) == (Outcome.COMPLETE, 0, frozenset())
    assert scenario.plex.calls == ["survey"]
    scenario.now += APART - timedelta(seconds=10)
    look(scenario)
    assert differs(scenario, member) == frozenset()
    scenario.now += timedelta(seconds=20)
    second = look(scenario)
    assert (second.confirmed, differs(scenario, member)) == (1, frozenset({kind}))
    assert scenario.plex.calls == ["survey", "owned_shares"]
    assert list(scenario.accesses.page(Which(differing=True), after=None, limit=9).items) == [scenario.access(member)]


@changes
def test_what_is_put_right_at_plex_is_no_difference_any_more(scenario, member, change, kind):
    share = replace(share_of(scenario, member))
    change(scenario, member)
    look_twice(scenario)
    assert differs(scenario, member) == {kind}
    scenario.plex.end_shares(share.account_id)
    scenario.plex.shares[share.id] = share
    look(scenario)
    assert differs(scenario, member) == frozenset()
    assert not scenario.accesses.page(Which(differing=True), after=None, limit=9).items


def test_of_whom_nothing_changed_nothing_is_written(scenario, member):
    before = scenario.access(member)
    for _ in range(3):
        done = look_twice(scenario)
        assert (done.outcome, done.changed) == (Outcome.COMPLETE, 0)
        assert scenario.plex.calls == ["survey"]
    assert scenario.access(member) == before


def test_the_number_of_calls_does_not_depend_on_the_number_of_people(scenario):
    members = [joined(scenario) for _ in range(12)]
    look(scenario)
    for each in members:
        give_more(scenario, each)
    done = look_twice(scenario)
    assert done.confirmed == 12
    assert scenario.plex.calls == ["survey", "owned_shares"]


def test_what_the_other_source_does_not_say_is_no_difference(scenario, member):
    real = share_of(scenario, member)
    seen_elsewhere = {real.account_id: scenario.plex_owner.find_share(real.account_id, real.machine_id)}
    remove(scenario, member)
    look(scenario)
    scenario.now += APART
    scenario.plex.elsewhere = seen_elsewhere
    look(scenario)
    assert differs(scenario, member) == frozenset()
    scenario.plex.elsewhere = None
    look(scenario)
    assert differs(scenario, member) == {Difference.MISSING}


def test_while_the_other_source_does_not_answer_nobody_is_marked(scenario, member):
    remove(scenario, member)
    look(scenario)
    scenario.now += APART
    scenario.plex.fail("owned_shares", NO_ANSWER)
    assert look(scenario).outcome is Outcome.COMPLETE
    assert differs(scenario, member) == frozenset()
    look(scenario)
    assert differs(scenario, member) == {Difference.MISSING}


def test_an_answer_that_is_not_complete_marks_nobody(scenario, member):
    remove(scenario, member)
    for _ in range(3):
        scenario.plex.fail("survey", NO_ANSWER)
        assert look(scenario).outcome is Outcome.INCOMPLETE
        scenario.now += APART
    assert scenario.access(member).done.doubts == ()


def test_while_many_are_missing_the_answer_is_not_believed_at_once(scenario):
    members = [joined(scenario) for _ in range(4)]
    look(scenario)
    for each in members[:2]:
        remove(scenario, each)
    assert look(scenario).outcome is Outcome.SUSPECT
    assert scenario.access(members[0]).done.doubts == ()
    scenario.now += APART
    assert look(scenario).outcome is Outcome.COMPLETE
    scenario.now += APART
    look(scenario)
    assert [bool(differs(scenario, each)) for each in members] == [True, True, False, False]


def test_an_empty_answer_that_was_wrong_leaves_nothing_behind(scenario):
    member = joined(scenario)
    look(scenario)
    share = share_of(scenario, member)
    remove(scenario, member)
    assert look(scenario).outcome is Outcome.SUSPECT
    scenario.plex.shares[share.id] = share
    scenario.now += APART
    assert look(scenario).outcome is Outcome.COMPLETE
    assert scenario.access(member).done.doubts == ()


def test_an_access_that_is_being_worked_on_is_passed_over(scenario, member):
    access = scenario.access(member)
    scenario.accesses.save(access.taken("a worker", scenario.now + timedelta(minutes=1), scenario.now))
    before = scenario.access(member)
    remove(scenario, member)
    look_twice(scenario)
    assert scenario.access(member) == before


def test_a_person_who_has_not_accepted_for_days_is_pending(scenario):
    member = joined(scenario)
    share_of(scenario, member).accepted = False
    look_twice(scenario)
    assert differs(scenario, member) == frozenset()
    scenario.now += timedelta(days=3)
    look(scenario)
    assert differs(scenario, member) == {Difference.PENDING}


def test_a_member_who_left_the_home_is_not_in_it(scenario):
    member = joined(scenario, plex_home=True)
    look(scenario)
    scenario.plex.home.remove(scenario.plex_id(member))
    look_twice(scenario)
    assert differs(scenario, member) == {Difference.NOT_IN_HOME}


# What plex.tv does not tell, or tells in one place only


@pytest.fixture
def invited(scenario):
    """One who is to be in the Home, and has not accepted: plex.tv lists the invitation among the invites alone."""
    maya = scenario.plex.add_person("maya", confirmed=False).id
    scenario.plex.marks_home_invites = False
    redemption = scenario.redeem(account_id=maya, plex_home=True)
    for _ in range(3):
        scenario.deliver()
    access = scenario.access(redemption)
    assert access.done.need
    scenario.accesses.save(access.in_need(access.done.need, None, scenario.now))
    scenario.later(seconds=1)
    return redemption


def test_one_who_is_invited_into_the_home_is_not_nudged_by_each_look(scenario, invited):
    look(scenario)
    before = scenario.access(invited)
    scenario.messages.clear()
    for _ in range(3):
        assert look(scenario).outcome is Outcome.COMPLETE
        assert scenario.plex.calls == ["survey", "home_invites"]
    assert (scenario.messages, scenario.access(invited)) == ([], before)


def test_where_the_invites_do_not_answer_nothing_is_concluded_of_the_home(scenario, invited):
    look(scenario)
    before = scenario.access(invited)
    scenario.plex.fail("home_invites", NO_ANSWER, times=None)
    look(scenario)
    assert (scenario.messages, scenario.access(invited)) == ([], before)


def test_one_who_declined_the_home_is_found_out_and_asked_for_anew(scenario, invited):
    look(scenario)
    scenario.plex.home_invites.clear()
    look(scenario)
    assert [message.id for message in scenario.messages] == [invited.user.id]


def test_the_list_of_invites_is_not_asked_for_while_nobody_waits_for_the_home(scenario):
    joined(scenario, plex_home=True)
    joined(scenario)
    look(scenario)
    look(scenario)
    assert scenario.plex.calls == ["survey"]


def test_a_member_whom_the_home_s_list_lacks_once_or_twice_is_still_in_it(scenario):
    """The people's list marks them as of the Home, which members and invited are, and nobody is invited."""
    member = joined(scenario, plex_home=True)
    look(scenario)
    before, plex_id = scenario.access(member), scenario.plex_id(member)
    scenario.plex.home.remove(plex_id)
    scenario.plex.home_invites[plex_id] = scenario.now
    scenario.plex.shows_home_invites = False
    look_twice(scenario)
    assert scenario.access(member) == before


def test_while_the_home_is_not_told_a_member_is_neither_out_of_it_nor_proven_in_it(scenario):
    member = joined(scenario, plex_home=True)
    look(scenario)
    scenario.plex.tells_home = False
    look_twice(scenario)
    assert differs(scenario, member) == frozenset()
    scenario.plex.tells_home = True
    scenario.plex.home.remove(scenario.plex_id(member))
    look(scenario)
    scenario.plex.tells_home = False
    scenario.now += APART
    look(scenario)
    assert differs(scenario, member) == frozenset()
    scenario.plex.tells_home = True
    look(scenario)
    assert differs(scenario, member) == {Difference.NOT_IN_HOME}
    scenario.plex.tells_home = False
    look(scenario)
    assert differs(scenario, member) == {Difference.NOT_IN_HOME}


def test_a_row_that_cannot_be_read_costs_what_it_says_and_no_more(scenario, member):
    other = joined(scenario)
    look(scenario)
    scenario.plex.unread = frozenset({scenario.plex_id(member)})
    give_more(scenario, other)
    look_twice(scenario)
    assert (differs(scenario, member), differs(scenario, other)) == (frozenset(), {Difference.WIDER})


def test_where_it_is_not_said_whose_a_row_is_nobody_is_missing_and_the_rest_is_seen(scenario, member):
    other = joined(scenario)
    stranger = scenario.plex.add_person("fred").id
    scenario.plex.share_by_hand(stranger, MOVIES)
    look(scenario)
    remove(scenario, member)
    scenario.plex.end_shares(stranger)
    give_less(scenario, other)
    scenario.plex.is_whole = False
    assert look_twice(scenario).outcome is Outcome.INCOMPLETE
    assert (differs(scenario, member), differs(scenario, other)) == (frozenset(), {Difference.NARROWER})
    assert stranger in scenario.database.strangers
    scenario.plex.is_whole = True
    look_twice(scenario)
    assert differs(scenario, member) == {Difference.MISSING}
    assert stranger not in scenario.database.strangers


@pytest.mark.parametrize("untold", [{"is_whole": False}, {"tells_home": False}, {"unread": frozenset({7})}])
def test_seats_of_people_without_an_account_are_counted_by_what_tells_all(scenario, untold):
    stranger = scenario.plex.add_person("fred").id
    scenario.plex.share_by_hand(stranger, MOVIES)
    look(scenario)
    assert scenario.looks.gate().others == 1
    scenario.plex.share_by_hand(scenario.plex.add_person("gina").id, MOVIES)
    for name, value in untold.items():
        setattr(scenario.plex, name, value)
    look(scenario)
    assert scenario.looks.gate().others == 1
    scenario.plex.is_whole, scenario.plex.tells_home, scenario.plex.unread = True, True, frozenset()
    look(scenario)
    assert scenario.looks.gate().others == 2


def test_a_stranger_in_the_home_stays_in_it_while_that_is_not_told(scenario):
    fred = scenario.plex.add_person("fred").id
    scenario.plex.share_by_hand(fred, MOVIES)
    scenario.plex.join_home_by_hand(fred)
    look(scenario)
    scenario.plex.tells_home = False
    look(scenario)
    assert scenario.database.strangers[fred].place is Place.MEMBER


def test_a_missing_share_is_not_confirmed_by_a_list_in_which_it_may_be(scenario, member):
    remove(scenario, member)
    look(scenario)
    scenario.now += APART
    scenario.plex.before_call = lambda: setattr(scenario.plex, "is_whole", scenario.plex.calls[-1] == "survey")
    look(scenario)
    assert scenario.plex.calls == ["survey", "owned_shares"]
    assert differs(scenario, member) == frozenset()


def test_a_filter_that_is_written_otherwise_is_no_difference_and_no_news(scenario, member, manager):
    share_of(scenario, member).filters = HIDDEN
    look_twice(scenario)
    accept(scenario, member, manager)
    before = scenario.access(member)
    share_of(scenario, member).filters = (("filterMovies", "label=Kids&contentRating=PG,G"),)
    assert look_twice(scenario).changed == 0
    assert scenario.access(member) == before


def test_the_engine_takes_no_share_for_gone_that_it_could_not_read(scenario, member):
    access = scenario.access(member)
    scenario.accesses.decide(access.deciding(access.decided.held(Hold.SUSPENDED)))
    scenario.plex.unread = frozenset({scenario.plex_id(member)})
    scenario.queue.align(member.user.id)
    scenario.deliver()
    assert not scenario.access(member).is_settled
    scenario.plex.unread = frozenset()
    scenario.drain()
    assert (scenario.access(member).is_settled, share_of(scenario, member)) == (True, None)


def test_what_is_shared_by_hand_with_a_suspended_member_is_wider(scenario, member):
    access = scenario.access(member)
    scenario.accesses.decide(access.deciding(access.decided.held(Hold.SUSPENDED)))
    scenario.queue.align(member.user.id)
    scenario.drain()
    scenario.later(seconds=1)
    look(scenario)
    scenario.plex.share_by_hand(scenario.plex_id(member), MOVIES)
    look_twice(scenario)
    assert differs(scenario, member) == {Difference.WIDER}


def test_one_who_waits_for_a_person_goes_on_once_plex_says_otherwise(scenario):
    maya = scenario.plex.add_person("maya", confirmed=False).id
    redemption = scenario.redeem(account_id=maya)
    for _ in range(3):
        scenario.deliver()
    access = scenario.access(redemption)
    assert access.done.need
    scenario.accesses.save(access.in_need(access.done.need, None, scenario.now))
    scenario.later(seconds=1)
    look(scenario)
    scenario.messages.clear()
    scenario.plex.accept_by_hand(maya)
    scenario.use(AskingForLooks).schedule(now=scenario.now)
    scenario.messages.clear()
    scenario.use(Looking).look(deadline=scenario.now + timedelta(seconds=60))
    scenario.drain()
    assert scenario.access(redemption).is_settled


# The owner's token, the server, and two at once


def test_while_plex_refuses_the_owner_it_waits_with_everything_else(scenario, member):
    scenario.plex.fail("survey", OwnerTokenRefused("the owner's token"))
    assert look(scenario).outcome is Outcome.PAUSED
    assert scenario.database.pause
    assert look(scenario).outcome is Outcome.PAUSED
    assert scenario.plex.calls == []


def test_without_a_server_there_is_nothing_to_look_at(scenario, member):
    scenario.change_settings(server=None)
    assert look(scenario).outcome is Outcome.NO_SERVER


def test_a_second_request_gets_the_look_that_runs(scenario, manager):
    asking = scenario.use(AskingForLooks)
    first = asking.ask(by=manager, now=scenario.now)
    assert asking.ask(by=manager, now=scenario.now).id == first.id
    assert [message.kind for message in scenario.messages] == ["look"]
    scenario.later(seconds=301)
    assert asking.ask(by=manager, now=scenario.now).id != first.id


def test_a_look_is_looked_once(scenario, member):
    assert look(scenario).finished_at
    scenario.plex.calls.clear()
    scenario.use(Looking).look(deadline=scenario.now)
    assert scenario.plex.calls == []


def test_of_two_workers_one_looks(scenario, member):
    scenario.use(AskingForLooks).schedule(now=scenario.now)
    looking = scenario.use(Looking)
    deadline = scenario.now + timedelta(seconds=60)
    scenario.database.let_come_first(lambda: looking.look(deadline=deadline))
    scenario.plex.calls.clear()
    looking.look(deadline=deadline)
    assert scenario.plex.calls == ["survey"]


def test_the_sweep_has_one_begun_every_quarter_of_an_hour(scenario):
    scheduling = scenario.use(SchedulingLooks)
    assert len(list(scheduling.sweep(now=scenario.now))) == 1
    assert list(scheduling.sweep(now=scenario.now + scenario.look_every - timedelta(seconds=1))) == []
    assert len(list(scheduling.sweep(now=scenario.now + scenario.look_every))) == 1


def test_only_those_who_manage_users_ask(scenario):
    with pytest.raises(NotAllowed):
        scenario.use(AskingForLooks).ask(by=scenario.user("ina"), now=scenario.now)
    with pytest.raises(NotAllowed):
        scenario.use(AskingForLooks).latest(by=scenario.user("ina"))


# By hand


def bring_on(scenario, member):
    """The queue brings it, and the person accepts at Plex."""
    while scenario.messages:
        scenario.deliver()
        scenario.plex.accept_by_hand(scenario.plex_id(member))


def restore(scenario, member, manager):
    version = scenario.access(member).decided.edition
    return scenario.use(Restoring).restore(member.user.id, version=version, by=manager, now=scenario.now)


def accept(scenario, member, manager):
    version = scenario.access(member).decided.edition
    return scenario.use(Restoring).accept(member.user.id, version=version, by=manager, now=scenario.now)


@pytest.mark.parametrize("change", [each for each in BY_HAND if each is not hide])
def test_restoring_brings_plex_back_to_what_is_wanted(scenario, member, manager, change):
    change(scenario, member)
    look_twice(scenario)
    restore(scenario, member, manager)
    bring_on(scenario, member)
    share = share_of(scenario, member)
    assert (share.library_ids, share.everything, share.downloads) == ({MOVIES.id, MUSIC.id}, False, False)
    assert (scenario.access(member).is_settled, differs(scenario, member)) == (True, frozenset())
    entry = scenario.database.journal[-1]
    assert (entry.action, entry.after["difference"]) == ("access restored", [BY_HAND[change].value])


@pytest.mark.parametrize("change", [each for each in BY_HAND if each is not remove])
def test_accepting_makes_what_plex_has_what_is_wanted(scenario, member, manager, change):
    change(scenario, member)
    look_twice(scenario)
    before = replace(share_of(scenario, member))
    scenario.plex.calls.clear()
    accept(scenario, member, manager)
    access = scenario.access(member)
    assert (access.is_settled, access.done.differs, access.decided.occasion) == (True, frozenset(), Occasion.ACCEPTED)
    assert access.decided.grant.rule is (Rule.EVERYTHING if change is give_everything else Rule.SPECIFIC)
    assert scenario.plex.calls == []
    assert share_of(scenario, member) == before
    assert look_twice(scenario).confirmed == 0
    assert differs(scenario, member) == frozenset()


def test_what_is_missing_cannot_be_accepted(scenario, member, manager):
    remove(scenario, member)
    look_twice(scenario)
    with pytest.raises(NothingToRetry):
        accept(scenario, member, manager)


def test_both_are_decided_against_the_version_that_was_seen(scenario, member, manager):
    restoring = scenario.use(Restoring)
    for decide in (restoring.restore, restoring.accept):
        with pytest.raises(AccessOutOfDate):
            decide(member.user.id, version=9, by=manager, now=scenario.now)
        with pytest.raises(NotAllowed):
            decide(member.user.id, version=1, by=scenario.user("ina"), now=scenario.now)


# By itself


def test_nothing_is_mended_unless_the_settings_say_so(scenario, member):
    remove(scenario, member)
    assert look_twice(scenario).restored == 0
    assert scenario.messages == []


def test_it_is_restored_by_itself_once_until_a_person_decides(scenario, member, manager):
    scenario.change_settings(on_difference=OnDifference(missing=Policy.RESTORE))
    for expected in (1, 0):
        remove(scenario, member)
        look(scenario)
        scenario.now += APART
        assert look(scenario).restored == expected
        scenario.queue.align(member.user.id)
        bring_on(scenario, member)
        scenario.later(seconds=1)
        look(scenario)
    assert differs(scenario, member) == {Difference.MISSING}
    assert scenario.database.journal[-1].by == SCHEDULE
    restore(scenario, member, manager)
    scenario.use(Looking)
    scenario.queue.align(member.user.id)
    scenario.deliver()
    assert scenario.access(member).done.mended == frozenset()


def test_it_is_accepted_by_itself_where_the_settings_say_so(scenario, member):
    scenario.change_settings(on_difference=OnDifference(wider=Policy.ACCEPT))
    give_more(scenario, member)
    assert look_twice(scenario).restored == 1
    assert scenario.access(member).decided.grant.section_ids == {MOVIES.id, MUSIC.id, SERIES.id}
    assert scenario.access(member).is_settled


def test_of_many_only_so_many_are_restored_in_one_look(scenario):
    scenario.change_settings(on_difference=OnDifference(narrower=Policy.RESTORE))
    members = [joined(scenario) for _ in range(MOST_RESTORED + 3)]
    look(scenario)
    for each in members:
        give_less(scenario, each)
    done = look_twice(scenario)
    assert (done.confirmed, done.restored) == (MOST_RESTORED + 3, MOST_RESTORED)


# People who have no account here


@pytest.fixture
def stranger(scenario):
    """Shared to by hand, before there was this installation."""
    scenario.plex.add_person("fred")
    fred = next(account for account in scenario.plex.accounts.values() if account.name == "fred")
    scenario.plex.share_by_hand(fred.id, MOVIES, downloads=True)
    look(scenario)
    return fred


def test_people_without_an_account_here_are_listed_with_what_they_have(scenario, stranger, manager):
    (listed,) = scenario.use(Adopting).strangers(by=manager)
    assert (listed.plex_id, listed.name, listed.share.library_ids) == (stranger.id, "fred", {MOVIES.id})
    assert look(scenario).changed == 0
    scenario.plex.share_of(stranger.id).library_ids = frozenset({SERIES.id})
    look(scenario)
    assert scenario.database.strangers[stranger.id].share.library_ids == {SERIES.id}
    scenario.plex.end_shares(stranger.id)
    scenario.plex.share_by_hand(scenario.plex.add_person("gina").id, MOVIES)
    look(scenario)
    assert stranger.id not in scenario.database.strangers


def test_adopting_changes_nothing_on_plex_and_wants_what_is_there(scenario, stranger, manager):
    before = replace(scenario.plex.share_of(stranger.id))
    scenario.plex.calls.clear()
    (adopted,) = scenario.use(Adopting).adopt((stranger.id, stranger.id), by=manager, now=scenario.now)
    access = scenario.database.accesses[adopted.user.id]
    assert (access.wanted.section_ids, access.wanted.features.downloads) == ({MOVIES.id}, True)
    assert (access.is_settled, access.decided.occasion, access.decided.edition) == (True, Occasion.ADOPTED, 1)
    assert (scenario.plex.calls, scenario.messages) == ([], [])
    scenario.later(seconds=1)
    assert look_twice(scenario).changed <= 1
    assert scenario.plex.share_of(stranger.id) == before
    assert scenario.database.strangers == {}
    assert scenario.database.journal[-1].action == "adopted"


def test_everything_is_adopted_as_that_and_never_asked_of_plex(scenario, manager):
    gina = scenario.plex.add_person("gina").id
    scenario.plex.share_by_hand(gina)
    look(scenario)
    (adopted,) = scenario.use(Adopting).adopt((gina,), by=manager, now=scenario.now)
    assert scenario.database.accesses[adopted.user.id].wanted.rule is Rule.EVERYTHING
    scenario.later(seconds=1)
    look_twice(scenario)
    assert not scenario.database.accesses[adopted.user.id].done.differs


@pytest.mark.parametrize("email", ["fred@example.org", None])
def test_who_was_adopted_is_invited_into_the_home_again_by_the_address_that_plex_says(scenario, manager, email):
    fred = scenario.plex.add_person("fred").id
    scenario.plex.share_by_hand(fred, MOVIES)
    scenario.plex.join_home_by_hand(fred)
    look(scenario)
    (adopted,) = scenario.use(Adopting).adopt((fred,), by=manager, now=scenario.now)
    scenario.later(seconds=1)
    scenario.plex.home.remove(fred)
    scenario.plex.change_person(fred, email=email)
    look_twice(scenario)
    access = scenario.database.accesses[adopted.user.id]
    assert access.done.differs == {Difference.NOT_IN_HOME}
    scenario.use(Restoring).restore(adopted.user.id, version=access.decided.edition, by=manager, now=scenario.now)
    scenario.deliver()
    need = reasons.ACCEPT_HOME if email else reasons.NOT_TAKEN_INTO_HOME
    assert scenario.database.accesses[adopted.user.id].done.need == need
    assert (fred in scenario.plex.home_invites) is bool(email)


def test_closing_an_adopted_account_leaves_what_was_there(scenario, stranger, manager):
    (adopted,) = scenario.use(Adopting).adopt((stranger.id,), by=manager, now=scenario.now)
    entry = scenario.database.accesses[adopted.user.id].entry(Part.SHARE)
    assert (entry.made, entry.mark) == (False, Mark.STANDING)


def test_one_that_cannot_be_adopted_stops_no_other(scenario, stranger, member, manager):
    plex_id = scenario.plex_id(member)
    unknown, adopted = scenario.use(Adopting).adopt((plex_id, stranger.id), by=manager, now=scenario.now)
    assert (unknown.refusal.code, unknown.user) == ("NotFound", None)
    assert adopted.user.plex_id == stranger.id


def test_whose_access_is_being_ended_is_not_adopted_yet(scenario, manager):
    member = joined(scenario)
    plex_id = scenario.plex_id(member)
    scenario.close_account(member)
    access = scenario.access(member)
    scenario.accesses.decide(access.deciding(access.decided.held(Hold.CLOSED)))
    scenario.messages.clear()
    look(scenario)
    (refused,) = scenario.use(Adopting).adopt((plex_id,), by=manager, now=scenario.now)
    assert refused.refusal.code == "AccessEnding"


def test_who_signed_in_with_what_they_had_is_adopted_by_the_next_look(scenario, stranger):
    user = new_user("fred", "fred", None, permissions=frozenset(), now=scenario.now, plex_id=stranger.id)
    scenario.database.users["fred"] = user
    scenario.database.identities[f"plex#{stranger.id}"] = "fred"
    scenario.database.strangers.clear()
    look(scenario)
    access = scenario.database.accesses["fred"]
    assert (access.is_settled, access.wanted.section_ids) == (True, {MOVIES.id})
    assert scenario.database.strangers == {}


def test_adopting_needs_a_server_and_the_permission(scenario, stranger, manager):
    with pytest.raises(NotAllowed):
        scenario.use(Adopting).adopt((stranger.id,), by=scenario.user("ina"), now=scenario.now)
    scenario.change_settings(server=None)
    with pytest.raises(SetupIncomplete):
        scenario.use(Adopting).adopt((stranger.id,), by=manager, now=scenario.now)


# Others at the same time


def decide_again(scenario, member):
    access = scenario.access(member)
    scenario.accesses.decide(access.deciding(access.decided))


def test_of_two_who_ask_at_once_both_get_the_same_look(scenario, manager):
    asking, others = scenario.use(AskingForLooks), []
    scenario.database.let_come_first(lambda: others.append(asking.ask(by=manager, now=scenario.now)))
    assert asking.ask(by=manager, now=scenario.now) == others[0] == asking.latest(by=manager)
    assert [message.kind for message in scenario.messages] == ["look"]


@pytest.mark.parametrize("decide", [restore, accept])
def test_where_another_decision_comes_first_the_person_is_asked_again(scenario, member, manager, decide):
    give_more(scenario, member)
    look_twice(scenario)
    scenario.database.let_come_first(lambda: decide_again(scenario, member))
    with pytest.raises(TryAgain):
        decide(scenario, member, manager)


@pytest.mark.parametrize("policy", [Policy.RESTORE, Policy.ACCEPT])
def test_what_is_done_by_itself_gives_way_to_a_decision_by_a_person(scenario, member, policy):
    scenario.change_settings(on_difference=OnDifference(wider=policy))
    give_more(scenario, member)
    look(scenario)
    scenario.now += APART
    written = [lambda: None, lambda: None, lambda: decide_again(scenario, member)]  # the look's lease, what it saw
    scenario.database.let_come_first(*written)
    assert look(scenario).restored == 0
    assert scenario.access(member).decided.occasion is not Occasion.RESTORED


def test_an_access_that_was_saved_meanwhile_is_left_to_the_next_look(scenario, member):
    give_more(scenario, member)
    scenario.use(AskingForLooks).schedule(now=scenario.now)
    scenario.database.let_come_first(lambda: None, lambda: decide_again(scenario, member))
    scenario.use(Looking).look(deadline=scenario.now + timedelta(seconds=60))
    assert scenario.access(member).done.doubts == ()


def test_an_access_of_another_server_is_passed_over(scenario, member):
    access = scenario.access(member)
    elsewhere = replace(access.decided, target=replace(access.decided.target, machine_id="another"))
    scenario.database.accesses[access.user_id] = replace(access, decided=elsewhere)
    give_more(scenario, member)
    look_twice(scenario)
    assert scenario.access(member).done.doubts == ()


def test_what_an_account_here_was_given_is_not_adopted_over(scenario, member):
    plex_id = scenario.plex_id(member)
    look(scenario)
    stranger = Stranger(plex_id, "maya", scenario.plex_owner.find_share(plex_id, scenario.plex.server.machine_id), OUT)
    before = scenario.access(member)
    assert scenario.use(Adopting).adopt_account(stranger, scenario.database.settings, now=scenario.now)
    assert scenario.access(member) == before


def test_a_person_whose_account_is_made_meanwhile_is_not_adopted(scenario, stranger, manager):
    scenario.database.let_come_first(lambda: scenario.database.identities.update({f"plex#{stranger.id}": "another"}))
    (refused,) = scenario.use(Adopting).adopt((stranger.id,), by=manager, now=scenario.now)
    assert refused.refusal.code == "AlreadyHasAccess"


def test_members_are_paged_for_those_who_manage_users(scenario, member, manager):
    editing = scenario.use(EditingAccess)
    page, settings = editing.page(Which(), by=manager, after=None, limit=3, now=scenario.now)
    assert (len(page.items), settings) == (3, scenario.database.settings)
    with pytest.raises(NotAllowed):
        editing.page(Which(), by=scenario.user("ina"), after=None, limit=3, now=scenario.now)


# What is hidden


HIDDEN = (("filterMovies", "contentRating=G%2CPG|label=Kids"),)


def test_what_was_hidden_by_hand_and_accepted_stays_hidden_when_libraries_change(scenario, member, manager):
    share_of(scenario, member).filters = HIDDEN
    look_twice(scenario)
    accept(scenario, member, manager)
    version = scenario.access(member).decided.edition
    edit = AccessEdit(libraries=(SERIES.id,))
    scenario.use(EditingAccess).edit(member.user.id, edit, version=version, by=manager, now=scenario.now)
    bring_on(scenario, member)
    assert (share_of(scenario, member).library_ids, share_of(scenario, member).filters) == ({SERIES.id}, HIDDEN)
    assert scenario.access(member).is_settled


def test_what_was_hidden_by_hand_is_shown_again_when_it_is_restored(scenario, member, manager):
    share_of(scenario, member).filters = HIDDEN
    look_twice(scenario)
    restore(scenario, member, manager)
    bring_on(scenario, member)
    assert share_of(scenario, member).filters == ()


def test_what_is_to_be_hidden_is_never_left_out(scenario, member, manager):
    share_of(scenario, member).filters = HIDDEN
    look_twice(scenario)
    accept(scenario, member, manager)
    scenario.plex.plex_pass = False
    version = scenario.access(member).decided.edition
    edit = AccessEdit(libraries=(SERIES.id,), downloads=True)
    scenario.use(EditingAccess).edit(member.user.id, edit, version=version, by=manager, now=scenario.now)
    scenario.deliver()
    assert scenario.access(member).done.need == reasons.HIDING_NEEDS_PLEX_PASS
    assert (share_of(scenario, member).library_ids, share_of(scenario, member).filters) == (
        {MOVIES.id, MUSIC.id},
        HIDDEN,
    )
