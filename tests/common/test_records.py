"""Records are what dataclasses are."""

import dataclasses
from datetime import UTC, datetime

import msgspec
import pytest

from chalicelib.common.records import asdict, dataclass, field, field_names, is_record, replace


@dataclass(frozen=True, slots=True)
class Point:
    """A place."""

    x: int
    y: int = 0
    names: tuple[str, ...] = field(default_factory=tuple)

    @property
    def sum(self) -> int:
        return self.x + self.y


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    at: datetime
    name: str
    token: str | None = field(default=None, repr=False)


@dataclasses.dataclass(frozen=True, slots=True)
class Base:
    x: int


@dataclass(frozen=True, slots=True)
class Derived(Base):
    y: int = 1


def test_equal_fields_make_equal_records_of_one_hash():
    assert Point(1) == Point(1, 0) != Point(1, 1)
    assert len({Point(1), Point(1, 0)}) == 1
    assert Point(1).sum == 1
    assert Point.__doc__ == "A place."


def test_nothing_is_assigned_to_a_frozen_one():
    for record in (Point(1), Derived(1)):
        with pytest.raises(AttributeError):
            record.x = 2  # type: ignore[misc]


def test_only_what_changes_is_replaced():
    assert replace(Point(1, 2), y=3) == Point(1, 3)
    assert replace(Derived(1), x=3) == Derived(3)
    with pytest.raises(TypeError):
        replace(Point(1), z=1)  # type: ignore[call-arg]


def test_secrets_are_not_shown():
    named = Named(at=datetime(2026, 1, 1, tzinfo=UTC), name="Maya", token="secret")
    assert "Maya" in repr(named)
    assert "secret" not in repr(named)
    assert "secret" not in str([named])


def test_fields_are_told_by_name():
    assert field_names(Point) == field_names(Point(1)) == ("x", "y", "names")
    assert field_names(Derived) == ("x", "y")
    assert asdict(Point(1)) == {"x": 1, "y": 0, "names": ()}
    assert [is_record(each) for each in (Point, Derived, Point(1), str)] == [True, True, True, False]


def test_they_are_read_from_json_and_written_to_it():
    assert msgspec.json.decode(msgspec.json.encode(Point(1, 2, ("a",))), type=Point) == Point(1, 2, ("a",))


def test_a_frozen_record_of_keywords_takes_no_others():
    with pytest.raises(TypeError):
        Named(datetime(2026, 1, 1, tzinfo=UTC), "Maya")  # type: ignore[call-arg]
