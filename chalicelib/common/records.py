"""Values with named fields. To a reader and to mypy they are dataclasses; what runs are msgspec's structs, which behave
alike, and whose classes cost a fortieth to make: each start of the API makes 160 (docs/decisions/0046-records.md).

A class that has bases is a dataclass indeed. ``asdict`` does not look into fields that are records themselves.
"""

import dataclasses
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable
    from dataclasses import asdict, dataclass, field, replace

    _Repr = Callable[[Any], str]
else:
    from msgspec.structs import asdict

    field = dataclasses.field

    def dataclass(**options: bool) -> "Callable[[type], type]":
        """As ``dataclasses.dataclass``; there are slots in any case."""

        def make(cls: type) -> type:
            if cls.__bases__ != (object,):
                return dataclasses.dataclass(**options)(cls)
            chosen = {name: value for name, value in options.items() if name != "slots"}
            return type(msgspec.Struct)(cls.__name__, (msgspec.Struct,), _members(cls), **chosen)

        return make

    def replace(value: Any, /, **changes: Any) -> Any:
        """As ``dataclasses.replace``."""
        kind = msgspec.structs if isinstance(value, msgspec.Struct) else dataclasses
        return kind.replace(value, **changes)


__all__ = ["asdict", "dataclass", "field", "field_names", "is_record", "replace"]

_OF_THE_CLASS = frozenset({"__dict__", "__weakref__"})


def field_names(of: Any) -> tuple[str, ...]:
    """The names of the fields of a record or of its class, in order."""
    names: tuple[str, ...] = getattr(of, "__struct_fields__", None) or tuple(of.__dataclass_fields__)
    return names


def is_record(of: Any) -> bool:
    """Whether it is such a class, or one of its records."""
    return hasattr(of, "__struct_fields__") or dataclasses.is_dataclass(of)


def _members(cls: type) -> dict[str, Any]:
    """What stands in the class, with its fields as msgspec has them. Fields that are not to be shown are left out of
    ``repr``: they are secrets.
    """
    members = {name: value for name, value in vars(cls).items() if name not in _OF_THE_CLASS}
    fields = {name: value for name, value in members.items() if isinstance(value, dataclasses.Field)}
    members |= {name: _field_of_a_struct(each) for name, each in fields.items()}
    if hidden := frozenset(name for name, each in fields.items() if not each.repr):
        members["__repr__"] = _repr_without(hidden)
    return members


def _field_of_a_struct(each: "dataclasses.Field[Any]") -> Any:
    given: dict[str, Any] = {"default": each.default, "default_factory": each.default_factory}
    return msgspec.field(**{name: value for name, value in given.items() if value is not dataclasses.MISSING})


def _repr_without(hidden: frozenset[str]) -> "_Repr":
    def shown(record: Any) -> str:
        fields = (f"{name}={getattr(record, name)!r}" for name in field_names(record) if name not in hidden)
        return f"{type(record).__name__}({', '.join(fields)})"

    return shown
