from chalicelib.access import reasons
from chalicelib.access.reasons import Reason, libraries_gone
from tests.fakes.plex import MOVIES, MUSIC


def test_libraries_that_are_gone_are_named():
    assert libraries_gone([MOVIES, MUSIC]) == Reason("LibraryGone", {"libraries": "Movies, Music"})


def test_every_reason_has_a_code_of_its_own():
    codes = [each.code for each in vars(reasons).values() if isinstance(each, Reason)]
    assert len(codes) == len(set(codes))
    assert {"LinkPlex", "AcceptOnPlex", "Stuck"} <= set(codes)
