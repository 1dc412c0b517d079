"""What a newer version of the program stored, read by this one: without AWS."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from enum import Enum
from typing import Any, Literal, get_args, get_origin, get_type_hints

import pytest
from chalicelib.redemptions.steps import StepName, StepState

from chalicelib.access.model import Ending
from chalicelib.access.reasons import REFUSED_BY_PLEX
from chalicelib.accounts.model import AccountState, Kind, Tombstone, Why
from chalicelib.accounts.sessions import Purpose
from chalicelib.common.ports import UNWRITABLE
from chalicelib.plex.model import Features, Grant, Share
from chalicelib.redemptions.model import Redemption, State, new_redemption
from chalicelib.stores.database.attributes import Typed, Versioned
from chalicelib.stores.database.newer import SAFE, UnknownValue, known
from chalicelib.stores.tables import MODELS
from testing.invite_builders import a_user

NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)
GRANT = Grant("m", 1, (), Features())
REDEMPTION = replace(
    new_redemption("r1", code="AbCdEfGh", user=a_user("guest"), creator_id="ruth", grant=GRANT, now=NOW),
    found=Share("1", 7, frozenset({"b", "a", "c"}), everything=False, accepted=True, filters=(("a", "b"),)),
    giving_up=REFUSED_BY_PLEX,
    libraries=("1", "2"),
    over=Tombstone(user_id="u", why=Why.LEFT, closed_at=NOW),
    version=7,
)
RECORD = Versioned[Redemption](Redemption)


def stored(**changes):
    """The redemption as a newer version stored it."""
    return json.dumps(json.loads(RECORD.serialize(REDEMPTION)) | changes)


def with_a_part(name, **more):
    return {name: json.loads(RECORD.serialize(REDEMPTION))[name] | more}


def test_what_this_version_stored_is_read_as_it_was():
    assert RECORD.deserialize(RECORD.serialize(REDEMPTION)) == REDEMPTION


def test_what_an_older_version_stored_can_be_written_over():
    older = json.loads(RECORD.serialize(REDEMPTION))
    del older["without_downloads"], older["giving_up"]
    assert RECORD.deserialize(json.dumps(older)) == replace(REDEMPTION, giving_up=None)


@pytest.mark.parametrize("nothing", [None, False, 0, "", [], {}])
def test_a_new_field_that_says_nothing_may_be_lost(nothing):
    assert RECORD.deserialize(stored(new_field=nothing)) == REDEMPTION


@pytest.mark.parametrize(
    "changes",
    [
        {"new_field": "matters"},
        with_a_part("grant", restrictions={"ratings": ["PG"]}),
        with_a_part("found", since="2027"),
        {"steps": [{"name": "share", "state": "waiting", "at": None, "note": "new"}]},
    ],
    ids=["of the record", "of its grant", "of an optional part", "of one of several"],
)
def test_a_record_with_a_field_that_would_be_lost_is_not_written_over(changes):
    read = RECORD.deserialize(stored(**changes))
    assert (read.version, read.id, read.rests) == (UNWRITABLE, "r1", True)


def test_an_unknown_state_is_in_progress_and_not_acted_upon():
    read = RECORD.deserialize(stored(state="resting"))
    assert (read.state, read.in_progress, read.rests, read.version) == (State.PENDING, True, True, UNWRITABLE)


def test_an_unknown_step_is_left_out_and_one_in_an_unknown_state_is_at_work():
    steps = [{"name": "account", "state": "done"}, {"name": "badge"}, {"name": "share", "state": "on hold"}]
    read = RECORD.deserialize(stored(steps=steps))
    assert [(step.name, step.state) for step in read.steps] == [
        (StepName.ACCOUNT, StepState.DONE),
        (StepName.SHARE, StepState.WORKING),
    ]
    assert read.version == UNWRITABLE


def test_for_an_unknown_reason_an_account_was_closed_no_older_link_admits():
    read = RECORD.deserialize(stored(**with_a_part("over", why="banned")))
    assert read.over == Tombstone(user_id="u", why=Why.CLOSED, closed_at=NOW)


def test_an_unknown_choice_of_libraries_chooses_none():
    choice = Typed[Any](tuple[str, ...] | Literal["default", "all"])
    assert choice.deserialize('"newest"') == ()
    assert choice.deserialize('"default"') == "default"
    assert choice.deserialize('["1"]') == ("1",)
    read = RECORD.deserialize(stored(libraries="newest"))
    assert (read.libraries, read.version) == ((), UNWRITABLE)


def test_an_ending_with_a_field_that_would_be_lost_is_not_written_over():
    record = Versioned[Ending](Ending)
    ending = Ending(user_id="u", begun_at=NOW, given=None, version=3)
    assert record.deserialize(record.serialize(ending)) == ending
    read = record.deserialize(json.dumps(json.loads(record.serialize(ending)) | {"again_at": "2027"}))
    assert read == replace(ending, version=UNWRITABLE)


@pytest.mark.parametrize(
    ("of", "safe"), [(AccountState, AccountState.CLOSED), (Kind, Kind.PLEX), (State, State.PENDING)]
)
def test_an_unknown_value_has_its_safe_reading(of, safe):
    assert known(of, "new") is safe
    assert [known(of, each.value) for each in of] == list(of)


def test_a_sign_in_of_an_unknown_purpose_has_none():
    with pytest.raises(UnknownValue):
        known(Purpose, "new")


def test_what_is_no_json_of_this_type_at_all_is_an_error():
    with pytest.raises(ValueError, match="Expected `str`"):
        RECORD.deserialize(stored(id=7))


def _enums_in(of: Any) -> set[type[Enum]]:
    if isinstance(of, type) and issubclass(of, Enum):
        return {of}
    parts = get_type_hints(of).values() if hasattr(of, "__dataclass_fields__") else get_args(of)
    return set() if get_origin(of) is Literal else {found for part in parts for found in _enums_in(part)}


def test_every_enum_that_is_stored_has_a_safe_reading():
    typed = [each for model in MODELS for each in model.get_attributes().values() if isinstance(each, Typed)]
    stored_as_text: set[type[Enum]] = {Kind, AccountState, Purpose, State}
    assert SAFE.keys() == {found for each in typed for found in _enums_in(each._of)} | stored_as_text
