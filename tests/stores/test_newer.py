"""What a newer version of the program stored, read by this one: without AWS."""

import json
from enum import Enum
from typing import Any, Literal, get_args, get_origin, get_type_hints

import pytest

from chalicelib.access.model import Decided, Done, Hold
from chalicelib.access.progress import Progress, State, StepName, StepState
from chalicelib.accounts.model import AccountState, Kind, Tombstone, Why
from chalicelib.accounts.sessions import Purpose
from chalicelib.common.ports import UNWRITABLE
from chalicelib.common.records import is_record, replace
from chalicelib.stores.access.records import AccessModel, access_record, read_access
from chalicelib.stores.database.attributes import Typed, Versioned
from chalicelib.stores.database.newer import SAFE, UnknownValue, known
from chalicelib.stores.tables import MODELS
from tests.access.builders import an_access
from tests.fakes.ports import NOW

OVER = Tombstone(user_id="u", why=Why.LEFT, closed_at=NOW)
ACCESS = replace(an_access(), decided=replace(an_access().decided, over=OVER, edition=7), revision=9)
DECIDED, DONE = Versioned[Decided](Decided, by="edition"), Versioned[Done](Done, by="edition")


def stored(**changes):
    """The decision as a newer version stored it."""
    return json.dumps(json.loads(DECIDED.serialize(ACCESS.decided)) | changes)


def with_a_part(name, **more):
    return {name: json.loads(DECIDED.serialize(ACCESS.decided))[name] | more}


def an_access_with(*, decided=None, done=None):
    record = access_record(ACCESS)
    return read_access(
        AccessModel(
            user_id="u1",
            decided=DECIDED.deserialize(decided or DECIDED.serialize(record.decided)),
            done=DONE.deserialize(done or DONE.serialize(record.done)),
            revision=9,
            written_at=NOW,
        )
    )


def test_what_this_version_stored_is_read_as_it_was():
    assert DECIDED.deserialize(DECIDED.serialize(ACCESS.decided)) == ACCESS.decided
    assert an_access_with() == ACCESS


def test_what_an_older_version_stored_can_be_written_over():
    older = json.loads(DECIDED.serialize(ACCESS.decided))
    del older["removes_all"], older["over"]
    assert DECIDED.deserialize(json.dumps(older)) == replace(ACCESS.decided, over=None)


@pytest.mark.parametrize("nothing", [None, False, 0, "", [], {}])
def test_a_new_field_that_says_nothing_may_be_lost(nothing):
    assert DECIDED.deserialize(stored(new_field=nothing)) == ACCESS.decided


@pytest.mark.parametrize(
    "changes",
    [
        {"new_field": "matters"},
        with_a_part("grant", restrictions={"ratings": ["PG"]}),
        with_a_part("over", since="2027"),
    ],
    ids=["of the record", "of its grant", "of an optional part"],
)
def test_a_decision_with_a_field_that_would_be_lost_is_not_written_over_and_rests(changes):
    access = an_access_with(decided=stored(**changes))
    assert (access.decided.edition, access.revision, access.rests, access.due_at) == (
        UNWRITABLE,
        UNWRITABLE,
        True,
        None,
    )


def test_so_is_what_was_done():
    done = json.loads(DONE.serialize(ACCESS.done)) | {"seen_twice": True}
    access = an_access_with(done=json.dumps(done))
    assert (access.decided, access.revision, access.rests) == (ACCESS.decided, UNWRITABLE, True)


def test_for_an_unknown_hold_nothing_is_wanted():
    access = an_access_with(decided=stored(hold="on loan"))
    assert (access.decided.hold, access.wanted, access.rests) == (Hold.CLOSED, None, True)


def test_an_unknown_step_is_left_out_and_one_in_an_unknown_state_is_at_work():
    progress = json.loads(DONE.serialize(ACCESS.done))["progress"]
    steps = [{"name": "account", "state": "done"}, {"name": "badge"}, {"name": "share", "state": "on hold"}]
    read = Typed[Progress](Progress).deserialize(json.dumps(progress | {"steps": steps, "state": "resting"}))
    assert read.state is State.PENDING
    assert [(step.name, step.state) for step in read.steps] == [
        (StepName.ACCOUNT, StepState.DONE),
        (StepName.SHARE, StepState.WORKING),
    ]


def test_for_an_unknown_reason_an_account_was_closed_no_older_link_admits():
    read = DECIDED.deserialize(stored(**with_a_part("over", why="banned")))
    assert read.over == Tombstone(user_id="u", why=Why.CLOSED, closed_at=NOW)


def test_an_unknown_choice_of_libraries_chooses_none():
    choice = Typed[Any](tuple[str, ...] | Literal["default", "all"])
    assert choice.deserialize('"newest"') == ()
    assert choice.deserialize('"default"') == "default"
    assert choice.deserialize('["1"]') == ("1",)


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
    with pytest.raises(ValueError, match=r"Expected `str \| null`"):
        DECIDED.deserialize(stored(joining=7))


def _enums_in(of: Any) -> set[type[Enum]]:
    if isinstance(of, type) and issubclass(of, Enum):
        return {of}
    parts = get_type_hints(of).values() if is_record(of) else get_args(of)
    return set() if get_origin(of) is Literal else {found for part in parts for found in _enums_in(part)}


def test_every_enum_that_is_stored_has_a_safe_reading():
    typed = [each for model in MODELS for each in model.get_attributes().values() if isinstance(each, Typed)]
    stored_as_text: set[type[Enum]] = {Kind, AccountState, Purpose, State}
    assert SAFE.keys() == {found for each in typed for found in _enums_in(each._of)} | stored_as_text
