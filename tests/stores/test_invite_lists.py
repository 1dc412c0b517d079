"""Lists of invites on real DynamoDB semantics: exact before and after the sweep, at a cost that does not grow."""

from contextlib import ExitStack
from datetime import timedelta
from itertools import product
from typing import Any

import pytest

from chalicelib.common.records import replace
from chalicelib.common.times import order_key
from chalicelib.invites.model import Status
from chalicelib.invites.searching import InviteSearch
from testing.planting import a_mixture, planted, some_invites

SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)
DUE_AND_NOT_MOVED = 60
MORE_THAN_ARE_READ_BESIDE = 150


@pytest.fixture
def now(stack):
    from chalicelib import wiring

    return wiring.now()


def page_of(search, now, after=None, limit=25):
    from chalicelib import wiring

    return wiring.ports.invites.page(search, after=after, limit=limit, now=now)


def everything(search, now, limit=25):
    """The codes on all pages, in order."""
    codes, after = [], None
    while True:
        page = page_of(search, now, after, limit)
        assert len(page.items) <= limit
        codes += [invite.code for invite in page.items]
        after = page.next
        if after is None:
            return codes


@pytest.mark.parametrize("limit", [1, 7, 100])
def test_every_combination_of_filters_finds_what_the_facts_say_newest_first(now, creator, limit):
    invites = a_mixture(40, creator, now, now)
    since, until = now - 30 * SECOND, now - 4 * SECOND
    with planted(invites, now):
        for status, dated, text in product((None, *Status), (False, True), ("", "00001")):
            dates = {"since": since, "until": until} if dated else {}
            search = InviteSearch(status=status, creator_id=creator.id, text=text, **dates)
            expected = [invite.code for invite in invites if search.matches(invite, now)]
            assert everything(search, now, limit) == expected, search


def test_dates_include_their_beginning_and_not_their_end(now, creator):
    invites = some_invites(3, creator, now)
    with planted(invites, now):
        found = everything(InviteSearch(creator_id=creator.id, since=now - 2 * SECOND, until=now), now)
        assert found == [invites[1].code, invites[2].code]
        assert everything(InviteSearch(creator_id=creator.id, since=now, until=now), now) == []


@pytest.mark.parametrize("due", [DUE_AND_NOT_MOVED, MORE_THAN_ARE_READ_BESIDE])
@pytest.mark.parametrize("of_all_creators", [True, False])
def test_what_expired_is_listed_so_at_once_however_late_the_sweep(now, creator, due, of_all_creators):
    expiry = now + HOUR
    invites = some_invites(
        due + 40,
        creator,
        now + DAY,  # newer than all others, so that lists of all invites begin with these
        expires_at=lambda number: expiry if number < due or number % 2 else None,
        enabled=lambda number: number % 3 != 0,
    )
    creator_id = None if of_all_creators else creator.id
    with planted(invites, now):
        for at in (expiry - SECOND, expiry):
            for status in Status:
                search = InviteSearch(status=status, creator_id=creator_id, since=now + HOUR)
                expected = [invite.code for invite in invites if search.matches(invite, at)]
                assert everything(search, at) == expected, (status, at)


def test_a_page_without_the_sweep_is_short_rather_than_expensive(now, creator, metered):
    invites = some_invites(1000, creator, now, expires_at=lambda number: now + HOUR if number < 900 else None)
    later = now + HOUR
    with planted(invites, now):
        for status in (Status.ACTIVE, Status.EXPIRED):
            with metered() as reads:
                page = page_of(InviteSearch(status=status, creator_id=creator.id), later)
            assert len(reads) <= 5
            assert sum(units for *_, units in reads) < 100
            assert page.next
        active = InviteSearch(status=Status.ACTIVE, creator_id=creator.id)
        assert everything(active, later) == [invite.code for invite in invites[900:]]


def test_the_sweep_moves_what_expired_and_nothing_else(now, creator):
    from chalicelib import wiring
    from chalicelib.stores.invites.records import InviteModel

    store = wiring.ports.invites
    invites = some_invites(
        100, creator, now, expires_at=lambda number: now - SECOND if number % 2 else now + DAY, enabled=lambda _: True
    )
    with planted(invites, now - HOUR):
        moved = sum(store.move_expired(now, 40))
        assert moved <= 50  # the stack's own sweep is at it as well
        hints = {record.code: record.status_hint for record in InviteModel.batch_get([each.code for each in invites])}
        assert hints == {invite.code: invite.status(now).value for invite in invites}
        assert not [each for each in InviteModel.due.query("expiry") if each.code in hints and each.expires_at <= now]


def test_an_invite_edited_meanwhile_is_not_moved(now, creator):
    from chalicelib import wiring
    from chalicelib.stores.database.transactions import ConditionsFailed
    from chalicelib.stores.invites.indexes import places
    from chalicelib.stores.invites.lists import _move
    from chalicelib.stores.invites.records import InviteModel

    (invite,) = some_invites(1, creator, now, expires_at=now + HOUR)
    with planted([invite], now):
        read = InviteModel.get(invite.code)
        revived = replace(invite, expires_at=now + DAY)
        InviteModel(code=invite.code).update([InviteModel.due_at.set(places(revived, Status.ACTIVE)["due_at"])])
        with pytest.raises(ConditionsFailed) as refusal:
            _move(wiring.ports.connection, [read])
        assert refusal.value.names == {invite.code}
        assert InviteModel.get(invite.code).status_hint == "active"


def test_new_invites_between_two_pages_neither_shift_nor_repeat_anything(now, creator):
    newer = some_invites(50, creator, now + HOUR, code=lambda number: f"newer{number:07}")
    invites, search, seen, after = some_invites(50, creator, now), InviteSearch(creator_id=creator.id), [], None
    with planted(invites, now), ExitStack() as arrivals:
        for number in range(5):
            page = page_of(search, now, after, limit=10)
            seen += [invite.code for invite in page.items]
            after = page.next
            arrivals.enter_context(planted(newer[number * 10 : number * 10 + 10], now))
    assert seen == [invite.code for invite in invites]
    assert after is None


def test_a_code_given_in_full_is_found_at_once_and_comes_first(now, creator, metered):
    invites = some_invites(1200, creator, now)
    oldest = invites[-1].code
    with planted(invites, now):
        with metered() as reads:
            page = page_of(InviteSearch(creator_id=creator.id, text=oldest), now)
        assert [invite.code for invite in page.items] == [oldest]
        assert [operation for operation, *_ in reads] == ["GetItem", "Query"]
        for limit in (1, 25):
            assert everything(InviteSearch(creator_id=creator.id, text=oldest), now, limit) == [oldest]


def test_a_code_of_another_creator_is_not_found(now, creator):
    (invite,) = some_invites(1, creator, now)
    with planted([invite], now):
        assert everything(InviteSearch(creator_id="other", text=invite.code), now) == []


def test_text_is_found_in_codes_and_notes_in_upper_and_lower_case(now, creator):
    notes = ["Für Oma", "FÜR opa", None, "Straße"]
    invites = some_invites(4, creator, now, note=lambda number: notes[number])
    with planted(invites, now):
        for text, expected in {"für": [0, 1], "STRASSE": [3], invites[2].code.lower(): [2]}.items():
            found = everything(InviteSearch(creator_id=creator.id, text=text), now)
            assert found == [invites[number].code for number in expected]


FILTERS: dict[str, dict[str, Any]] = {
    "none": {},
    **{status.value: {"status": status} for status in Status},
    "dates": {"since": timedelta(days=-1), "until": timedelta(days=+2)},
    "text": {"text": "000"},
}


def test_a_page_among_five_thousand_costs_what_it_costs_among_a_hundred(now, creator, metered):
    from chalicelib import wiring

    sum(wiring.ports.invites.move_expired(now, 40))  # what other tests left to the sweep would be read as well
    made_at = now + DAY  # newer than all others, so that lists of all invites begin with these
    few, many = (a_mixture(count, creator, made_at, now) for count in (100, 5000))

    def costs():
        found: dict[tuple[Any, ...], Any] = {}
        for (name, named), creator_id in product(FILTERS.items(), (None, creator.id)):
            dates = {key: now + value for key, value in named.items() if isinstance(value, timedelta)}
            search = InviteSearch(**named | dates, creator_id=creator_id)
            for limit in (10, 20):
                with metered() as reads:
                    page = page_of(search, now, limit=limit)
                assert len(page.items) == limit
                found[name, creator_id is None, limit] = reads
                last = order_key(page.items[-1].created_at, page.items[-1].code)
                with metered() as reads:
                    page_of(search, now, after=last, limit=1)
                found[name, creator_id is None, limit, "second"] = reads
        return found

    with planted(few, now):
        among_few = costs()
    with planted(many, now):
        among_many = costs()
    for filters, reads in among_few.items():
        if filters[0] == "text":  # looks through 500 at most, which is more than the hundred there were
            assert len(among_many[filters]) == 1
            assert among_many[filters][0][2] < 75
        else:
            assert among_many[filters] == reads, filters
    assert max(len(reads) for reads in among_many.values()) <= 2


def test_the_sweep_and_the_statistics_read_what_is_due_and_not_what_there_is(now, creator, metered):
    from chalicelib import wiring

    later = now + HOUR  # which the stack's own sweep does not reach

    def costs(count):
        expiry = [later] * 50 + [now + 2 * DAY] * (count - 50)
        invites = some_invites(count, creator, now, expires_at=lambda number: expiry[number])
        with planted(invites, now):
            with metered() as counting:
                wiring.ports.redemptions.count(now=later, since=later.date())
            with metered() as sweeping:
                assert sum(wiring.ports.invites.move_expired(later, 40)) == 50
        return sum(units for *_, units in counting), sweeping

    sum(wiring.ports.invites.move_expired(later, 40))  # what other tests left
    (counting_few, sweeping_few), (counting_many, sweeping_many) = costs(100), costs(3000)
    assert counting_many <= 1.2 * counting_few
    assert sweeping_many == sweeping_few
