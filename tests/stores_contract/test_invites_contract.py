"""invites.ports.InviteStore."""

from datetime import timedelta
from itertools import product
from typing import Any

import pytest

from chalicelib.accounts.quotas import QuotaGuard
from chalicelib.common.people import Person
from chalicelib.common.ports import StaleWrite
from chalicelib.common.records import replace
from chalicelib.common.refusals import CodeTaken, InviteNotFound
from chalicelib.events.model import about_invite
from chalicelib.invites.model import Status
from chalicelib.invites.searching import InviteSearch
from chalicelib.plex.model import Features
from tests.stores_contract.builders import a_kept_invite, an_entry, an_invite, journal_of, walk

SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)
SOON = timedelta(seconds=20)
"""Soon enough that few invites of other tests expire until then, too late for the stack's own sweep."""


@pytest.fixture
def creator(ports):
    return Person(ports.new_id(), "Cleo")


def edit(ports, code, **changes):
    """As people do, with an edition more."""
    changed = {"updated_at": ports.clock(), **changes}
    return ports.invites.change(
        code, lambda invite, _: (replace(invite, edition=invite.edition + 1, **changed), an_entry(ports))
    )


def find(ports, code):
    return ports.invites.get_with_settings(code)[0]


def test_an_invite_is_read_as_it_was_written(ports, creator, now):
    invite = an_invite(
        ports,
        created_by=creator,
        enabled=False,
        usage_limit=None,
        expires_at=now + HOUR,
        libraries=("11", "12"),
        features=Features(downloads=True, live_tv=True, plex_home=True),
        note="für Oma 👩‍👩‍👧",
        locked=True,
    )
    entry = an_entry(ports, about_invite(invite.code))
    ports.invites.add(invite, entry, None)
    assert ports.invites.get_with_settings(invite.code) == (invite, ports.settings.get())
    assert ports.invites.get_even_deleted(invite.code) == invite
    assert journal_of(ports, about_invite(invite.code)) == [entry]


@pytest.mark.parametrize("libraries", ["default", "all"])
def test_a_choice_of_libraries_stays_what_it_is(ports, libraries):
    invite = a_kept_invite(ports, libraries=libraries, usage_limit=1, expires_at=None, note=None)
    assert find(ports, invite.code) == invite


def test_what_is_not_there_is_not_found(ports):
    code = ports.new_id()[:20]
    assert ports.invites.get_with_settings(code) == (None, ports.settings.get())
    with pytest.raises(InviteNotFound):
        ports.invites.get_even_deleted(code)
    with pytest.raises(InviteNotFound):
        ports.invites.change(code, lambda *_: pytest.fail("there is nothing to decide about"))


def test_a_code_belongs_to_one_invite(ports, creator):
    first = a_kept_invite(ports)
    second = an_invite(ports, code=first.code, created_by=creator)
    entry = an_entry(ports, about_invite(first.code))
    with pytest.raises(CodeTaken) as refused:
        ports.invites.add(second, entry, None)
    assert refused.value.field == "code"
    assert find(ports, first.code) == first
    assert journal_of(ports, about_invite(first.code)) == []
    assert ports.accounts.quota_basis(creator.id).made == 0
    assert ports.accounts.created_since(creator.id, first.created_at - HOUR) == ()


def test_a_code_that_is_the_same_but_for_its_capital_letters_is_known(ports, now):
    invite = a_kept_invite(ports, code=f"Ab{ports.new_id()[:12]}")
    assert ports.invites.has_other_case(invite.code.swapcase())
    assert not ports.invites.has_other_case(f"Cd{ports.new_id()[:12]}")
    edit(ports, invite.code, deleted_at=now)
    assert not ports.invites.has_other_case(invite.code.swapcase())


def test_the_code_of_a_deleted_invite_is_never_given_again(ports, now):
    invite = a_kept_invite(ports)
    edit(ports, invite.code, deleted_at=now)
    with pytest.raises(CodeTaken):
        ports.invites.add(an_invite(ports, code=invite.code), an_entry(ports), None)


def test_an_invite_is_written_only_while_its_creator_has_made_fewer_than_the_guard_says(ports, creator):
    ports.invites.add(an_invite(ports, created_by=creator), an_entry(ports), QuotaGuard(1))
    one_too_many = an_invite(ports, created_by=creator)
    with pytest.raises(StaleWrite):
        ports.invites.add(one_too_many, an_entry(ports), QuotaGuard(1))
    assert find(ports, one_too_many.code) is None
    assert ports.accounts.quota_basis(creator.id).made == 1
    ports.invites.add(one_too_many, an_entry(ports), QuotaGuard(2))
    assert ports.accounts.quota_basis(creator.id).made == 2


def test_a_quota_that_is_reached_comes_before_a_code_that_is_taken(ports, creator):
    first = a_kept_invite(ports, created_by=creator)
    with pytest.raises(StaleWrite):
        ports.invites.add(an_invite(ports, code=first.code, created_by=creator), an_entry(ports), QuotaGuard(1))


def test_a_quota_is_its_creator_s_own(ports, creator):
    a_kept_invite(ports)
    ports.invites.add(an_invite(ports, created_by=creator), an_entry(ports), QuotaGuard(1))


def test_a_change_is_decided_on_what_is_there_and_written_with_its_entry(ports, now):
    invite = a_kept_invite(ports)
    changes = {
        "usage_limit": 3,
        "expires_at": now + HOUR,
        "libraries": ("11",),
        "features": Features(live_tv=True),
        "filters": (("filterMovies", "contentRating=G"),),
        "note": "hello",
        "enabled": False,
        "locked": True,
        "edition": 2,
        "updated_at": now + SECOND,
    }
    entry, seen = an_entry(ports, about_invite(invite.code)), []

    def decide(found, settings):
        seen.append((found, settings))
        return replace(found, **changes), entry

    changed = ports.invites.change(invite.code, decide)
    assert seen == [(invite, ports.settings.get())]
    assert changed == find(ports, invite.code) == replace(invite, **changes)
    assert journal_of(ports, about_invite(invite.code)) == [entry]


def test_what_was_given_can_be_taken_off(ports, now):
    invite = a_kept_invite(ports, usage_limit=2, expires_at=now + HOUR, note="hello")
    edit(ports, invite.code, usage_limit=None, expires_at=None, note=None)
    found = find(ports, invite.code)
    assert (found.usage_limit, found.expires_at, found.note) == (None, None, None)


def test_a_decision_for_nothing_changes_nothing(ports):
    invite = a_kept_invite(ports)
    assert ports.invites.change(invite.code, lambda *_: None) == invite
    assert find(ports, invite.code) == invite


def test_a_change_that_meets_another_is_not_written(ports):
    invite = a_kept_invite(ports)
    entry = an_entry(ports, about_invite(invite.code))

    def decide_slowly(found, _):
        edit(ports, invite.code, note="theirs")
        return replace(found, usage_limit=3, edition=found.edition + 1), entry

    with pytest.raises(StaleWrite):
        ports.invites.change(invite.code, decide_slowly)
    assert (find(ports, invite.code).note, find(ports, invite.code).usage_limit) == ("theirs", 1)
    assert journal_of(ports, about_invite(invite.code)) == []


def test_a_deleted_invite_is_there_for_its_history_only(ports, creator, now):
    invite = a_kept_invite(ports, created_by=creator)
    deleted = edit(ports, invite.code, deleted_at=now)
    assert find(ports, invite.code) is None
    assert ports.invites.get_even_deleted(invite.code) == deleted
    with pytest.raises(InviteNotFound):
        edit(ports, invite.code, note="too late")
    assert ports.invites.page(InviteSearch(creator_id=creator.id), after=None, limit=9, now=now).items == ()


@pytest.mark.parametrize("limit", [1, 3, 100])
def test_a_search_finds_what_the_facts_say_newest_first(ports, creator, now, limit):
    kinds = ({"uses": 1}, {"expires_at": now + HOUR}, {"enabled": False}, {"usage_limit": None})
    invites = [
        a_kept_invite(
            ports,
            created_by=creator,
            created_at=now - number * SECOND,
            note="even" if number % 2 else "odd",
            **kinds[number % 4],
        )
        for number in range(8)
    ]
    later = now + HOUR
    dates: Any = ({}, {"since": now - 5 * SECOND, "until": now - SECOND})
    for status, text, dated in product((None, *Status), ("", "EVEN"), dates):
        search = InviteSearch(status=status, creator_id=creator.id, text=text, **dated)
        expected = [invite.code for invite in invites if search.matches(invite, later)]
        walked = walk(
            lambda after, limit, search=search: ports.invites.page(search, after=after, limit=limit, now=later), limit
        )
        assert [invite.code for invite in walked] == expected, search


@pytest.mark.parametrize("limit", [1, 2, 100])
def test_a_code_in_full_comes_first_and_once(ports, creator, now, limit):
    oldest = a_kept_invite(ports, created_by=creator, created_at=now - HOUR)
    others = [
        a_kept_invite(ports, created_by=creator, created_at=now - number * SECOND, note=f"as {oldest.code}")
        for number in range(3)
    ]
    search = InviteSearch(creator_id=creator.id, text=oldest.code)
    walked = walk(lambda after, limit: ports.invites.page(search, after=after, limit=limit, now=now), limit)
    assert [invite.code for invite in walked] == [oldest.code, *(invite.code for invite in others)]


def test_a_code_in_full_is_not_found_where_the_rest_of_the_search_does_not_hold(ports, creator, now):
    invite = a_kept_invite(ports, created_by=creator)
    for search in (InviteSearch(creator_id="other", text=invite.code), InviteSearch(status=Status.EXPIRED)):
        page = ports.invites.page(replace(search, text=invite.code), after=None, limit=9, now=now)
        assert page.items == ()


def test_what_expired_is_moved_once_so_many_at_a_time(ports, creator, now):
    expiring = [a_kept_invite(ports, created_by=creator, expires_at=now + SOON) for _ in range(5)]
    a_kept_invite(ports, created_by=creator, expires_at=now + SOON + SECOND)
    a_kept_invite(ports, created_by=creator)

    def listed():
        search = InviteSearch(status=Status.EXPIRED, creator_id=creator.id)
        page = ports.invites.page(search, after=None, limit=9, now=now + SOON)
        return {invite.code for invite in page.items}

    assert listed() == {invite.code for invite in expiring}
    moved = list(ports.invites.move_expired(now + SOON, 2))
    assert max(moved) == 2
    assert sum(moved) >= 5
    assert sum(ports.invites.move_expired(now + SOON, 2)) == 0
    assert listed() == {invite.code for invite in expiring}


def test_what_was_revived_is_moved_again_when_it_expires_again(ports, creator, now):
    invite = a_kept_invite(ports, created_by=creator, expires_at=now + SOON)
    assert sum(ports.invites.move_expired(now + SOON, 40)) >= 1
    edit(ports, invite.code, expires_at=now + SOON + SECOND, updated_at=now + SOON)
    active = InviteSearch(status=Status.ACTIVE, creator_id=creator.id)
    assert len(ports.invites.page(active, after=None, limit=9, now=now + SOON).items) == 1
    assert sum(ports.invites.move_expired(now + SOON + SECOND, 40)) >= 1


def test_an_invite_edited_after_its_expiry_need_not_be_moved(ports, creator, now):
    assert sum(ports.invites.move_expired(now + SOON, 40)) >= 0  # what other tests left
    invite = a_kept_invite(ports, created_by=creator, expires_at=now + SOON)
    edit(ports, invite.code, note="too late", updated_at=now + SOON)
    assert sum(ports.invites.move_expired(now + SOON, 40)) == 0
    expired = InviteSearch(status=Status.EXPIRED, creator_id=creator.id)
    assert len(ports.invites.page(expired, after=None, limit=9, now=now + SOON).items) == 1
