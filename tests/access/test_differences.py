"""How what plex.tv said differs from what is wanted."""

from datetime import timedelta

import pytest

from chalicelib.access.differences import PENDING_FOR, Difference, Doubt, differences, ripe, still_doubted
from chalicelib.access.entitlement import Observed, Rule, SeenPlace, SeenShare
from chalicelib.common.records import replace
from chalicelib.plex.model import Features, Place, Share
from tests.access.builders import an_entitlement
from tests.fakes.plex import MOVIES, MUSIC, SERIES
from tests.fakes.ports import NOW

APART = timedelta(minutes=10)
AS_WANTED = Share("s1", 41, frozenset({MOVIES.id, MUSIC.id}), False, True, downloads=False, live_tv=False)
HIDDEN = (("filterMovies", "label=Kids"),)


def seen(share, place=Place.OUT):
    return Observed(SeenShare(share, NOW), SeenPlace(place, NOW))


def test_what_was_never_read_is_no_difference():
    assert differences(an_entitlement(), Observed()) == frozenset()


@pytest.mark.parametrize(
    ("changes", "kinds"),
    [
        ({}, set()),
        ({"library_ids": frozenset({MOVIES.id})}, {Difference.NARROWER}),
        ({"library_ids": frozenset({MOVIES.id, MUSIC.id, SERIES.id})}, {Difference.WIDER}),
        ({"library_ids": frozenset({MOVIES.id, SERIES.id})}, {Difference.NARROWER, Difference.WIDER}),
        ({"everything": True}, {Difference.EVERYTHING}),
        ({"downloads": True}, {Difference.FEATURES}),
        ({"live_tv": True, "accepted": False}, {Difference.FEATURES, Difference.PENDING}),
        ({"filters": HIDDEN}, {Difference.RESTRICTIONS}),
        ({"downloads": None, "live_tv": None, "filters": None}, set()),
    ],
)
def test_each_kind_is_told(changes, kinds):
    assert differences(an_entitlement(), seen(replace(AS_WANTED, **changes))) == kinds


def test_nothing_shared_is_missing_and_something_where_nothing_is_wanted_is_wider():
    assert differences(an_entitlement(), seen(None)) == {Difference.MISSING}
    assert differences(None, seen(AS_WANTED)) == {Difference.WIDER}
    assert differences(None, seen(None)) == frozenset()


def test_who_was_given_everything_has_it_with_plex_s_own_flag_only():
    everything = an_entitlement(rule=Rule.EVERYTHING)
    assert differences(everything, seen(replace(AS_WANTED, everything=True))) == frozenset()
    assert differences(everything, seen(AS_WANTED)) == {Difference.NARROWER}


@pytest.mark.parametrize(
    ("place", "kinds"),
    [(Place.MEMBER, set()), (Place.INVITED, {Difference.NOT_IN_HOME}), (Place.OUT, {Difference.NOT_IN_HOME})],
)
def test_a_place_in_the_home_is_told_where_it_is_wanted(place, kinds):
    wanted = an_entitlement(features=Features(plex_home=True))
    assert differences(wanted, seen(AS_WANTED, place)) == kinds
    assert differences(an_entitlement(), seen(AS_WANTED, place)) == frozenset()


def test_a_doubt_keeps_the_moment_at_which_it_was_seen_first():
    first = still_doubted(frozenset({Difference.WIDER}), frozenset(), (), now=NOW)
    later = still_doubted(frozenset({Difference.WIDER, Difference.FEATURES}), frozenset(), first, now=NOW + APART)
    assert later == (Doubt(Difference.FEATURES, NOW + APART), Doubt(Difference.WIDER, NOW))
    assert still_doubted(frozenset({Difference.WIDER}), frozenset({Difference.WIDER}), later, now=NOW) == ()


def test_a_doubt_is_ripe_after_so_long_and_one_about_accepting_after_days():
    doubts = (Doubt(Difference.WIDER, NOW), Doubt(Difference.PENDING, NOW))
    assert ripe(doubts, apart=APART, now=NOW + APART - timedelta(seconds=1)) == frozenset()
    assert ripe(doubts, apart=APART, now=NOW + APART) == {Difference.WIDER}
    assert ripe(doubts, apart=APART, now=NOW + PENDING_FOR) == {Difference.WIDER, Difference.PENDING}


def test_a_digest_is_another_for_anything_else_that_was_said_and_not_for_when():
    digests = {
        seen(share, place).digest
        for share in (None, AS_WANTED, replace(AS_WANTED, accepted=False), replace(AS_WANTED, filters=HIDDEN))
        for place in Place
    }
    assert len(digests) == 4 * len(Place)
    later = Observed(SeenShare(AS_WANTED, NOW + APART), SeenPlace(Place.OUT, NOW + APART))
    assert later.digest == seen(AS_WANTED).digest != Observed().digest
