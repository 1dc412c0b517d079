"""What is hidden, in plex.tv's words and in ours."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.plex.restrictions import NAMES, Restriction, read_restrictions, with_restrictions

KIDS = Restriction(("G", "PG"), ("Kids",))
WORDS = st.lists(st.text("abcGP-/ &=|%é", min_size=1, max_size=6), max_size=3, unique=True).map(tuple)


def test_plex_has_it_as_text_for_each_kind():
    filters = with_restrictions((), {"movies": KIDS, "shows": Restriction(content_ratings=("TV-G",))})
    assert filters == (("filterMovies", "contentRating=G%2CPG|label=Kids"), ("filterTelevision", "contentRating=TV-G"))


def test_what_is_not_hidden_any_more_is_not_said():
    filters = with_restrictions((), {"movies": KIDS, "music": Restriction(labels=("Loud",))})
    assert with_restrictions(filters, {"music": Restriction(labels=("Loud",))}) == (("filterMusic", "label=Loud"),)
    assert with_restrictions(filters, {}) == ()


def test_what_plex_says_besides_is_kept():
    filters = (("filterMovies", "contentRating!=R|label=Kids"), ("filterPhotos", "label=Family"))
    kept = with_restrictions(filters, {"movies": Restriction(content_ratings=("G",))})
    assert kept == (("filterMovies", "contentRating!=R|contentRating=G"), ("filterPhotos", "label=Family"))
    assert read_restrictions(filters) == {"movies": Restriction(labels=("Kids",))}


@given(st.dictionaries(st.sampled_from(sorted(NAMES)), st.builds(Restriction, WORDS, WORDS)))
def test_what_is_written_is_read_again(wanted):
    said = {kind: each for kind, each in wanted.items() if each != Restriction()}
    assert read_restrictions(with_restrictions((), wanted)) == said


@pytest.mark.parametrize("text", ["", "|", "label", "label="])
def test_odd_texts_of_plex_are_read_without_an_error(text):
    read_restrictions((("filterMovies", text),))
