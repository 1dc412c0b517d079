"""Why a body does not have its shape, as a refusal that says what its field takes.

msgspec names the field. What the field takes is read from the shape's schema, never from msgspec's English sentence, so
that the reader learns it in their language. Nothing of this runs for a body that has its shape.
"""

import re
from functools import cache
from typing import Any

import msgspec

from chalicelib.accounts.passwords import LONGEST_PASSWORD, SHORTEST_PASSWORD
from chalicelib.common.refusals import BadInput
from chalicelib.redemptions.joining_locally import LONGEST_USER_NAME

Schema = dict[str, Any]

_PATH = re.compile(r"`\$\.([\w.\[\]]+)`")
_NAME = re.compile(r"field `(\w+)`")

_ABSENT = object()
"""In place of a value that was not sent."""

_TYPES = {"array": list, "boolean": bool, "integer": int, "object": dict, "string": str}


def explain_body(raw: bytes | str, shape: type[msgspec.Struct], error: Exception) -> BadInput:
    """The refusal of a body that msgspec did not take as ``shape``, and why it did not."""
    if not isinstance(error, msgspec.ValidationError):
        return BadInput("not_json")
    field = _find_field(str(error))
    return _explain(field, schema_of(shape), _read(raw), re.findall(r"\w+", field or ""))


@cache
def schema_of(shape: type[msgspec.Struct]) -> Schema:
    """The shape's JSON Schema, with each reference replaced by what it refers to."""
    schema = msgspec.json.schema(shape)
    resolved: Schema = _resolve(schema, schema.get("$defs", {}))
    return resolved


def expect(field: str | None, schema: Schema) -> BadInput:
    """The refusal that says what a field with this schema takes."""
    if "enum" in schema:
        return BadInput("one_of", field=field, choices=", ".join(schema["enum"]))
    return _EXPECT[schema["type"]](field, schema)


# Where it is wrong


def _explain(field: str | None, schema: Schema, value: Any, path: list[str]) -> BadInput:
    """What is wrong at that path of a value that should have this schema."""
    if not path:
        return _explain_fields(field, _choose_alternative(schema, value), value)
    step, *rest = path
    inner = _step_into(schema, step)
    if inner is None:  # the body's own: of an unknown field further within, msgspec names what it is in
        return _expect_other_fields(field, schema)
    sent = _take(value, step)
    return BadInput("missing_field", field=field, name=step) if sent is _ABSENT else _explain(field, inner, sent, rest)


def _explain_fields(field: str | None, schema: Schema, value: Any) -> BadInput:
    if "properties" not in schema or not isinstance(value, dict):
        return expect(field, schema)
    missing = [name for name in schema["required"] if name not in value]
    if missing and value.keys() <= schema["properties"].keys():
        return BadInput("missing_field", field=field, name=missing[0])
    return _expect_other_fields(field, schema)


def _step_into(schema: Schema, step: str) -> Schema | None:
    """The schema of that entry or field; None where there is no such field."""
    inner = [
        each.get("items") if step.isdecimal() else each.get("properties", {}).get(step)
        for each in _alternatives(schema)
    ]
    return next((each for each in inner if each is not None), None)


def _choose_alternative(schema: Schema, value: Any) -> Schema:
    """The one for a value of this type, or the first."""
    alternatives = _alternatives(schema)
    fits = (each for each in alternatives if isinstance(value, _TYPES[each.get("type", "string")]))
    return next(fits, alternatives[0])


def _alternatives(schema: Schema) -> list[Schema]:
    """The alternatives that the schema gives, but for null, which no sentence tells of."""
    return [each for each in schema.get("anyOf", [schema]) if each.get("type") != "null"]


def _take(value: Any, step: str) -> Any:
    """What was sent there; None where that is unknown: of a field that was sent twice, msgspec may mean the other."""
    if isinstance(value, dict):
        return value.get(step, _ABSENT)
    is_there = isinstance(value, list) and step.isdecimal() and int(step) < len(value)
    return value[int(step)] if is_there else None


def _read(raw: bytes | str) -> Any:
    """The body as plain values; None where a number in it is too large for that."""
    try:
        return msgspec.json.decode(raw)
    except (msgspec.DecodeError, RecursionError):
        return None


def _find_field(text: str) -> str | None:
    found = _PATH.search(text) or _NAME.search(text)
    return found[1] if found else None


def _resolve(schema: Any, definitions: Schema) -> Any:
    if isinstance(schema, list):
        return [_resolve(each, definitions) for each in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _resolve(definitions[schema["$ref"].removeprefix("#/$defs/")], definitions)
    return {name: _resolve(each, definitions) for name, each in schema.items() if name != "$defs"}


# What is expected there


def _expect_boolean(field: str | None, _: Schema) -> BadInput:
    return BadInput("boolean", field=field)


def _expect_integer(field: str | None, schema: Schema) -> BadInput:
    if "maximum" not in schema:
        return BadInput("integer_from", field=field, minimum=schema["minimum"])
    return BadInput("integer_range", field=field, minimum=schema["minimum"], maximum=schema["maximum"])


def _expect_list(field: str | None, schema: Schema) -> BadInput:
    if "minItems" not in schema:
        return BadInput("entries_up_to", field=field, most=schema["maxItems"])
    return BadInput("entries_range", field=field, fewest=schema["minItems"], most=schema["maxItems"])


def _expect_object(field: str | None, schema: Schema) -> BadInput:
    if not schema["properties"]:
        return BadInput("no_fields", field=field)
    return BadInput("object", field=field, fields=", ".join(schema["properties"]))


def _expect_other_fields(field: str | None, schema: Schema) -> BadInput:
    if not schema["properties"]:
        return BadInput("no_fields", field=field)
    return BadInput("unknown_field", field=field, fields=", ".join(schema["properties"]))


def _expect_text(field: str | None, schema: Schema) -> BadInput:
    if "format" in schema:
        return BadInput("date_time", field=field)
    if own := _own_sentence(field):
        return own
    if "pattern" in schema:
        return BadInput("pattern", field=field, pattern=schema["pattern"])
    if "minLength" in schema:
        return BadInput("length_range", field=field, shortest=schema["minLength"], longest=schema["maxLength"])
    if "maxLength" in schema:
        return BadInput("length_up_to", field=field, longest=schema["maxLength"])
    return BadInput(field=field)


def _own_sentence(field: str | None) -> BadInput | None:
    """Of the fields for which the catalogue says more than their limits do."""
    match field:
        case "code":
            return BadInput("code", field=field)
        case "email":
            return BadInput("email", field=field)
        case "password" | "new":
            return BadInput("password", field=field, shortest=SHORTEST_PASSWORD, longest=LONGEST_PASSWORD)
        case "username":
            return BadInput("username", field=field, longest=LONGEST_USER_NAME)
    return None


_EXPECT = {
    "array": _expect_list,
    "boolean": _expect_boolean,
    "integer": _expect_integer,
    "object": _expect_object,
    "string": _expect_text,
}
