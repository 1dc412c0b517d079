import pytest

from chalicelib.access.progress import State
from chalicelib.common.people import Permission
from chalicelib.common.records import replace
from chalicelib.common.refusals import InviteNotFound, NotAllowed
from chalicelib.events.model import about_invite, change_entry
from chalicelib.invites.searching import InviteSearch
from chalicelib.redemptions.history import ReadingInvites
from tests.redemptions.scenario import RUTH


@pytest.fixture
def reading(scenario):
    return scenario.use(ReadingInvites)


@pytest.fixture
def ruth(scenario):
    return scenario.user("ruth", Permission.CREATE_INVITES)


@pytest.fixture
def noah(scenario):
    return scenario.user("noah", Permission.CREATE_INVITES)


@pytest.fixture
def viewer(scenario):
    return scenario.user("vera", Permission.VIEW_INVITES)


def find(scenario, reading, by, **search):
    return reading.find(InviteSearch(**search), by=by, after=None, limit=10, now=scenario.now)


def redeem(scenario, invite, times=1):
    return [scenario.redeem(invite, scenario.plex.add_person(scenario.new_id()).id) for _ in range(times)]


def test_a_list_tells_how_far_those_are_who_redeemed_its_invites(scenario, reading, ruth):
    invite = scenario.invite(limit=2)
    (done,) = redeem(scenario, invite)
    scenario.drain()
    (pending,) = redeem(scenario, invite)
    found = find(scenario, reading, ruth)
    assert [each.code for each in found.page.items] == [invite.code]
    assert found.states == {done.id: State.DONE, pending.id: State.PENDING}


def test_a_list_without_redeemers_has_no_states(scenario, reading, ruth):
    scenario.invite()
    assert find(scenario, reading, ruth).states == {}


def test_a_list_goes_on_where_its_page_ended(scenario, reading, ruth):
    older = scenario.invite()
    scenario.later(minutes=1)
    scenario.invite()
    first = reading.find(InviteSearch(), by=ruth, after=None, limit=1, now=scenario.now)
    rest = reading.find(InviteSearch(), by=ruth, after=first.page.next, limit=1, now=scenario.now)
    assert rest.page.items == (older,)


def test_people_find_their_own_invites_and_viewers_everyone_s(scenario, reading, noah, viewer):
    scenario.invite()
    assert find(scenario, reading, noah).page.items == ()
    assert len(find(scenario, reading, viewer).page.items) == 1
    with pytest.raises(NotAllowed):
        find(scenario, reading, noah, creator_id="ruth")


def test_an_invite_is_shown_with_the_latest_of_its_history(scenario, reading, ruth):
    invite = scenario.invite(limit=2)
    redemption = redeem(scenario, invite)[0]
    about = about_invite(invite.code)
    entry = change_entry("e1", about, "changed", by=RUTH, now=scenario.now, before={}, after={"note": "x"})
    other = change_entry("e2", about_invite("another"), "changed", by=RUTH, now=scenario.now, before={}, after={})
    scenario.database.journal += [entry, other]
    details = reading.show(invite.code, by=ruth)
    assert details.invite == scenario.database.invites[invite.code]
    assert (details.settings, details.redemptions, details.entries) == (
        scenario.database.settings,
        (redemption,),
        (entry,),
    )


def test_a_history_shows_a_hundred_redemptions_and_fifty_entries(scenario, reading, ruth):
    scenario.change_settings(seat_limit=101)
    invite = scenario.invite(limit=None)
    redeem(scenario, invite, times=101)
    about = about_invite(invite.code)
    scenario.database.journal += [
        change_entry(f"e{number}", about, "changed", by=RUTH, now=scenario.now, before={}, after={})
        for number in range(51)
    ]
    details = reading.show(invite.code, by=ruth)
    assert (len(details.redemptions), len(details.entries)) == (100, 50)


def test_an_invite_is_shown_to_its_creator_and_to_those_who_see_all(scenario, reading, noah, viewer):
    invite = scenario.invite()
    assert reading.show(invite.code, by=viewer).invite == invite
    with pytest.raises(NotAllowed):
        reading.show(invite.code, by=noah)


def test_an_invite_that_is_not_there_is_not_shown(scenario, reading, viewer):
    deleted = scenario.invite(deleted_at=scenario.now)
    for code in ("AbCdEfGh", deleted.code, "no code"):
        with pytest.raises(InviteNotFound):
            reading.show(code, by=viewer)


def test_what_is_no_code_is_not_looked_up(scenario, reading, viewer):
    scenario.invite(code="short")
    with pytest.raises(InviteNotFound):
        reading.show("short", by=viewer)
    with pytest.raises(InviteNotFound):
        reading.list_redemptions("short", by=viewer, after=None, limit=1)


def test_who_redeemed_an_invite_is_told_after_it_was_deleted_as_well(scenario, reading, ruth, noah):
    invite = scenario.invite(limit=3)
    older = redeem(scenario, invite)
    scenario.later(minutes=1)
    newer = redeem(scenario, invite)
    used = scenario.database.invites[invite.code]
    scenario.database.invites[invite.code] = replace(used, deleted_at=scenario.now, edition=2)
    first = reading.list_redemptions(invite.code, by=ruth, after=None, limit=1)
    assert list(first.items) == newer
    rest = reading.list_redemptions(invite.code, by=ruth, after=first.next, limit=1)
    assert (list(rest.items), rest.next) == (older, None)
    with pytest.raises(NotAllowed):
        reading.list_redemptions(invite.code, by=noah, after=None, limit=1)
    with pytest.raises(InviteNotFound):
        reading.list_redemptions("AbCdEfGh", by=ruth, after=None, limit=1)
