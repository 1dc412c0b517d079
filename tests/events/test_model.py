"""What an entry of the journal tells."""

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.common.people import Person
from chalicelib.events.model import about_invite, about_user, change_entry
from testing.invite_builders import NOW

JO = Person("jo", "Jo")
FACTS = st.dictionaries(st.sampled_from("abcd"), st.none() | st.integers(0, 2))


def an_entry(before, after):
    return change_entry("id", "settings", "changed", by=JO, now=NOW, before=before, after=after)


def test_an_entry_says_who_changed_what_and_when():
    entry = an_entry({"a": 1}, {"a": 2})
    assert (entry.id, entry.subject, entry.action, entry.by, entry.at) == ("id", "settings", "changed", JO, NOW)


def test_an_entry_has_only_what_differs():
    entry = an_entry({"same": 1, "other": 1, "none": None}, {"same": 1, "other": 2, "none": 0})
    assert (entry.before, entry.after) == ({"other": 1, "none": None}, {"other": 2, "none": 0})


def test_what_was_not_there_before_or_is_not_there_after_is_on_one_side_alone():
    assert an_entry({}, {"new": None}).after == {"new": None}
    gone = an_entry({"gone": None}, {})
    assert (gone.before, gone.after) == ({"gone": None}, {})


@given(FACTS, FACTS)
def test_what_is_left_out_was_the_same_before_and_after(before, after):
    entry = an_entry(before, after)
    assert before | entry.after == before | after
    assert after | entry.before == after | before
    assert all(before.get(name, "-") != after.get(name, "-") for name in entry.before | entry.after)


def test_subjects_name_what_they_are_about():
    assert (about_invite("AbCdEfGh"), about_user("u1")) == ("invite#AbCdEfGh", "user#u1")
