"""Which invites a list shows, and to which reader."""

from datetime import timedelta

import pytest

from chalicelib.common.people import Permission, Person
from chalicelib.common.refusals import NotAllowed
from chalicelib.invites.model import Status
from chalicelib.invites.searching import InviteSearch, must_see
from testing.invite_builders import NOW, a_user, an_invite

SECOND = timedelta(seconds=1)
SEES_ALL = {Permission.ADMIN, Permission.MANAGE_INVITES, Permission.VIEW_INVITES}


@pytest.mark.parametrize("permission", Permission)
def test_a_reader_finds_their_own_invites_unless_they_may_see_all(permission):
    reader, search = a_user("ruth", permission), InviteSearch(text="x")
    expected = search if permission in SEES_ALL else InviteSearch(text="x", creator_id="ruth")
    assert search.visible_to(reader) == expected


def test_a_search_for_one_s_own_takes_no_permission():
    mine = InviteSearch(creator_id="ruth")
    assert mine.visible_to(a_user("ruth")) == mine


def test_a_search_for_another_s_is_refused():
    theirs = InviteSearch(creator_id="mona")
    with pytest.raises(NotAllowed) as refused:
        theirs.visible_to(a_user("ruth", Permission.CREATE_INVITES))
    assert refused.value.field == "creator"
    assert theirs.visible_to(a_user("ruth", Permission.VIEW_INVITES)) == theirs


@pytest.mark.parametrize("permission", Permission)
def test_an_invite_is_for_its_creator_and_for_those_who_see_all(permission):
    must_see(an_invite(), a_user("ruth"))
    other = a_user("other", permission)
    if permission in SEES_ALL:
        must_see(an_invite(), other)
        return
    with pytest.raises(NotAllowed):
        must_see(an_invite(), other)


@pytest.mark.parametrize("status", Status)
def test_a_status_is_what_the_facts_say_now(status):
    by_status = {
        Status.REDEEMED: an_invite(uses=1),
        Status.EXPIRED: an_invite(expires_at=NOW),
        Status.INACTIVE: an_invite(enabled=False),
        Status.ACTIVE: an_invite(),
    }
    search = InviteSearch(status=status)
    assert [each for each, invite in by_status.items() if search.matches(invite, NOW)] == [status]
    assert all(InviteSearch().matches(invite, NOW) for invite in by_status.values())


@pytest.mark.parametrize(
    ("search", "matches"),
    [
        (InviteSearch(creator_id="ruth"), True),
        (InviteSearch(creator_id="mona"), False),
        (InviteSearch(since=NOW), True),
        (InviteSearch(since=NOW + SECOND), False),
        (InviteSearch(until=NOW + SECOND), True),
        (InviteSearch(until=NOW), False),
        (InviteSearch(text="bcdE"), True),
        (InviteSearch(text="OMA"), True),
        (InviteSearch(text="GROSSMUTTER"), True),
        (InviteSearch(text="nothing"), False),
        (InviteSearch(creator_id="ruth", text="oma", since=NOW, until=NOW + SECOND, status=Status.ACTIVE), True),
        (InviteSearch(creator_id="ruth", text="oma", since=NOW, until=NOW, status=Status.ACTIVE), False),
    ],
)
def test_every_condition_must_hold(search, matches):
    invite = an_invite(created_by=Person("ruth", "Ruth"), note="für Oma, die Großmutter")
    assert search.matches(invite, NOW) is matches


def test_without_a_note_the_code_alone_is_searched():
    assert InviteSearch(text="abcd").matches(an_invite(), NOW)
    assert not InviteSearch(text="none").matches(an_invite(), NOW)
