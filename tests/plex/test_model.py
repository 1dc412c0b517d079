import pytest

from chalicelib.common.records import replace
from chalicelib.plex.model import Features, Grant, Share
from tests.fakes.plex import MOVIES, MUSIC, SERIES

GRANT = Grant("machine", 7, (MOVIES, MUSIC), Features(downloads=True))
EXACT = Share(
    id="1",
    account_id=41,
    library_ids=frozenset({MOVIES.id, MUSIC.id}),
    everything=False,
    accepted=False,
    downloads=True,
    live_tv=False,
)


def test_a_grant_names_its_libraries_by_their_global_ids():
    assert GRANT.section_ids == (MOVIES.id, MUSIC.id)


def test_a_share_of_the_granted_libraries_and_features_is_exactly_the_grant():
    assert EXACT.is_exactly(GRANT)
    assert replace(EXACT, accepted=True).is_exactly(GRANT)


def test_features_that_the_answer_does_not_tell_are_believed():
    assert replace(EXACT, downloads=None, live_tv=None).is_exactly(GRANT)


@pytest.mark.parametrize(
    "different",
    [
        {"everything": True},
        {"library_ids": frozenset({MOVIES.id})},
        {"library_ids": frozenset({MOVIES.id, MUSIC.id, SERIES.id})},
        {"downloads": False},
        {"live_tv": True},
    ],
    ids=["everything", "narrower", "wider", "downloads", "live tv"],
)
def test_a_share_that_gives_more_or_less_is_not(different):
    assert not replace(EXACT, **different).is_exactly(GRANT)


def test_nothing_is_given_beside_libraries_unless_it_is_said():
    assert Features() == Features(downloads=False, live_tv=False, plex_home=False)
