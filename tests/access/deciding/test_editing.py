"""What a member may have, decided anew."""

import pytest

from chalicelib.access.deciding.editing import AccessEdit, EditingAccess
from chalicelib.access.entitlement import Rule
from chalicelib.access.model import Hold, Occasion
from chalicelib.access.nudging import Nudging
from chalicelib.common.people import Permission
from chalicelib.common.refusals import (
    AccessOutOfDate,
    AccountClosed,
    BadInput,
    NoAccess,
    NotAllowed,
    SeatsTaken,
    SetupIncomplete,
    TryAgain,
    UserNotFound,
)
from chalicelib.plex.restrictions import Restriction
from chalicelib.settings.model import Refresh
from tests.fakes.plex import MOVIES, MUSIC, SERIES


@pytest.fixture
def manager(scenario):
    return scenario.user("mona", Permission.MANAGE_USERS)


@pytest.fixture
def member(scenario):
    """A redemption that is done."""
    redemption = scenario.redeem()
    scenario.drain()
    return redemption


@pytest.fixture
def edit(scenario, manager, member):
    """Decides, against the version that is there."""

    def decide(version=None, by=manager, **changes):
        seen = scenario.access(member).decided.edition if version is None else version
        editing = scenario.use(EditingAccess)
        return editing.edit(member.user.id, AccessEdit(**changes), version=seen, by=by, now=scenario.now)

    return decide


def shared(scenario, member):
    share = scenario.plex.share_of(scenario.plex_id(member))
    return share and (share.library_ids, share.downloads, share.live_tv, share.accepted)


def test_plex_has_what_was_decided_moments_later_and_nothing_has_to_be_accepted_anew(scenario, member, edit):
    decided = edit(libraries=(SERIES.id, SERIES.id), downloads=True)
    assert (decided.access.wanted.libraries, decided.access.is_settled) == ((SERIES,), False)
    scenario.drain()
    assert shared(scenario, member) == ({SERIES.id}, True, False, True)
    assert scenario.access(member).is_settled


def test_what_is_left_out_stays(scenario, member, edit):
    edit(live_tv=True)
    scenario.drain()
    assert shared(scenario, member) == ({MOVIES.id, MUSIC.id}, False, True, True)


@pytest.mark.parametrize(
    ("libraries", "rule", "given"),
    [("all", Rule.ALL, (MOVIES, SERIES, MUSIC)), ("default", Rule.DEFAULT, (MOVIES, MUSIC))],
)
def test_a_rule_means_what_it_means_now(scenario, edit, libraries, rule, given):
    grant = edit(libraries=libraries).access.decided.grant
    assert (grant.rule, grant.libraries) == (rule, given)


def test_what_is_as_it_was_is_no_decision(scenario, member, edit):
    before = scenario.access(member)
    assert edit(downloads=False).access == before
    assert scenario.messages == []
    assert [entry for entry in scenario.database.journal if entry.subject.startswith("user#")] == []


def test_the_journal_has_what_differs(scenario, member, edit, manager):
    edit(libraries=(SERIES.id,), live_tv=True)
    (entry,) = [each for each in scenario.database.journal if each.subject.startswith("user#")]
    assert (entry.subject, entry.action, entry.by) == (f"user#{member.user.id}", "access changed", manager.person)
    assert entry.before == {"libraries": "default", "live_tv": False}
    assert entry.after == {"libraries": [SERIES.title], "live_tv": True}
    decided = scenario.access(member).decided
    assert (decided.occasion, decided.by) == (Occasion.EDITED, manager.person)


def test_it_is_decided_against_the_version_that_was_seen(scenario, member, edit):
    edit(downloads=True)
    with pytest.raises(AccessOutOfDate) as refused:
        edit(version=1, live_tv=True)
    assert (refused.value.field, refused.value.facts) == ("version", {"version": 2})


def test_of_two_who_decide_at_once_the_second_is_asked_again(scenario, member, edit):
    scenario.database.let_come_first(lambda: edit(downloads=True))
    with pytest.raises(TryAgain):
        edit(live_tv=True)
    assert not scenario.access(member).decided.grant.features.live_tv


@pytest.mark.parametrize(
    ("libraries", "key"), [((), "BadInput.no_library_chosen"), (("999",), "BadInput.library_not_enabled")]
)
def test_libraries_that_cannot_be_given_are_refused(scenario, edit, libraries, key):
    with pytest.raises(BadInput) as refused:
        edit(libraries=libraries)
    assert (refused.value.key, refused.value.field) == (key, "libraries")


def test_only_those_who_manage_users_decide_and_see(scenario, member, edit):
    inviter = scenario.user("ina", Permission.MANAGE_INVITES)
    with pytest.raises(NotAllowed):
        edit(by=inviter, downloads=True)
    with pytest.raises(NotAllowed):
        scenario.use(EditingAccess).show(member.user.id, by=inviter)


def test_each_sees_their_own(scenario, member):
    user = scenario.database.users[member.user.id]
    shown = scenario.use(EditingAccess).show_own(by=user)
    assert shown.access == scenario.access(member)


def test_a_person_who_is_still_joining_has_nothing_to_edit(scenario, manager):
    redemption = scenario.redeem()
    with pytest.raises(NoAccess) as refused:
        scenario.use(EditingAccess).edit(redemption.user.id, AccessEdit(), version=1, by=manager, now=scenario.now)
    assert refused.value.key == "NoAccess.joining"


def test_nor_has_one_who_was_never_given_anything(scenario, manager):
    with pytest.raises(NoAccess):
        scenario.use(EditingAccess).edit("mona", AccessEdit(), version=0, by=manager, now=scenario.now)
    assert scenario.use(EditingAccess).show("mona", by=manager).access is None
    with pytest.raises(UserNotFound):
        scenario.use(EditingAccess).show("unknown", by=manager)


def test_a_closed_account_has_nothing_to_edit(scenario, member, edit):
    scenario.close_account(member)
    with pytest.raises(AccountClosed):
        edit(downloads=True)
    scenario.drain()
    with pytest.raises(AccountClosed):
        edit(downloads=True)


def test_without_a_server_there_is_nothing_to_give(scenario, edit):
    scenario.change_settings(server=None)
    with pytest.raises(SetupIncomplete):
        edit(downloads=True)


def test_a_suspended_member_s_grant_may_be_edited_and_counts_once_they_are_back(scenario, member, edit):
    access = scenario.access(member)
    scenario.accesses.decide(access.deciding(access.decided.held(Hold.SUSPENDED)))
    scenario.drain()
    edit(libraries=(SERIES.id,))
    scenario.queue.align(member.user.id)
    scenario.drain()
    assert shared(scenario, member) is None
    assert scenario.access(member).decided.grant.libraries == (SERIES,)


def test_what_is_hidden_is_decided_by_kind_and_comes_to_plex(scenario, member, edit):
    edit(restrictions={"movies": Restriction(content_ratings=("G", "PG"))})
    scenario.drain()
    assert scenario.plex.share_of(scenario.plex_id(member)).filters == (("filterMovies", "contentRating=G%2CPG"),)
    edit(downloads=True)
    scenario.drain()
    assert scenario.plex.share_of(scenario.plex_id(member)).filters == (("filterMovies", "contentRating=G%2CPG"),)
    edit(restrictions={})
    scenario.drain()
    assert scenario.plex.share_of(scenario.plex_id(member)).filters == ()
    assert scenario.access(member).is_settled


# A place in the Home


def at_home(scenario, member):
    return scenario.plex_id(member) in scenario.plex.home


def test_a_place_in_the_home_is_given_and_taken_by_an_edit(scenario, member, edit):
    edit(plex_home=True)
    assert scenario.database.gate.home == 1
    scenario.drain()
    scenario.plex.join_home_by_hand(scenario.plex_id(member))
    scenario.use(Nudging).nudge(member.user.id, now=scenario.now)
    scenario.drain()
    assert (at_home(scenario, member), scenario.access(member).is_settled) == (True, True)
    edit(plex_home=False)
    scenario.drain()
    access = scenario.access(member)
    assert (at_home(scenario, member), access.is_settled, scenario.database.gate.home) == (False, True, 0)
    assert shared(scenario, member)[0] == {MOVIES.id, MUSIC.id}


def test_an_invitation_into_the_home_is_taken_back_by_an_edit(scenario, member, edit):
    edit(plex_home=True)
    scenario.drain()
    assert scenario.plex.home_invites
    edit(plex_home=False)
    scenario.drain()
    assert (scenario.plex.home_invites, scenario.database.gate.home) == ({}, 0)
    assert scenario.access(member).is_settled


def test_without_a_place_in_the_home_none_is_given(scenario, member, edit):
    scenario.change_settings(libraries_refresh=Refresh(home_limit=1))
    scenario.looks.count_others(0, 1, was=scenario.looks.gate())
    with pytest.raises(SeatsTaken):
        edit(plex_home=True)
    assert scenario.access(member).decided.edition == 1


def test_a_place_that_came_by_another_hand_is_left_alone(scenario, member, edit):
    scenario.plex.join_home_by_hand(scenario.plex_id(member))
    edit(plex_home=False, live_tv=True)
    scenario.drain()
    assert (at_home(scenario, member), scenario.access(member).is_settled) == (True, True)
