"""However plex.tv writes a filter, what it hides is the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.plex.filters import conditions, in_one_form, same_filters, values_of

HIDDEN = (("filterMovies", "contentRating=G%2CPG|label=Kids"),)
ALIKE = [
    "contentRating=G%2CPG|label=Kids",
    "contentRating=G%2CPG&label=Kids",
    "label=Kids&contentRating=PG,G",
    "label=Kids|contentRating=PG%2CG",
    "|label=Kids&&contentRating=G,PG,G|",
    "label=Kids|contentRating=G%2CPG|studio=",
]
OTHERS = [
    "",
    "contentRating=G%2CPG",
    "contentRating=G|label=Kids",
    "contentRating!=G%2CPG|label=Kids",
    "contentRating=Kids|label=G%2CPG",
    "contentRating=G%2CPG|label=Kids|label=Family",
]
WORDS = st.lists(st.text("ab&|= %,é", min_size=1).filter(lambda word: "," not in word), min_size=1, max_size=3)


@pytest.mark.parametrize("text", ALIKE)
def test_filters_that_hide_the_same_are_the_same(text):
    other = (("filterMovies", text), ("filterMusic", ""))
    assert same_filters(HIDDEN, other)
    assert in_one_form(other) == HIDDEN


@pytest.mark.parametrize("text", OTHERS)
def test_filters_that_hide_something_else_are_others(text):
    assert not same_filters(HIDDEN, (("filterMovies", text),))


def test_what_is_hidden_of_another_kind_is_something_else():
    assert not same_filters(HIDDEN, (("filterTelevision", HIDDEN[0][1]),))


def test_a_sign_in_a_value_that_is_not_quoted_parts_nothing():
    text = "label=Tom & Jerry&contentRating=G"
    assert [values_of(part) for part in conditions(text)] == [("Tom & Jerry",), ("G",)]
    assert same_filters((("filterMovies", text),), (("filterMovies", "contentRating=G|label=Tom%20%26%20Jerry"),))


@given(WORDS, WORDS)
def test_the_one_form_hides_the_same_as_what_it_was_made_of(ratings, labels):
    from chalicelib.plex.restrictions import Restriction, read_restrictions, with_restrictions

    wanted = {"movies": Restriction(tuple(sorted(set(ratings))), tuple(sorted(set(labels))))}
    assert read_restrictions(in_one_form(with_restrictions((), wanted))) == wanted
