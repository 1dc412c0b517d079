"""Why a body does not have its shape, as a refusal that says what its field takes.

msgspec names the field. What the field takes is read from the shape's schema, never from msgspec's English sentence, so
that the reader learns it in their language. Nothing of this runs for a body that has its shape.
"""

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

import msgspec

from chalicelib.common.refusals import BadInput, Fact

Schema = dict[str, Any]
Explanation = tuple[str, dict[str, Fact]]
"""A sentence of the catalogue, without ``BadInput.``, and the facts for its places."""

_PATH = re.compile(r"`\$\.([\w.\[\]]+)`")
_NAME = re.compile(r"field `(\w+)`")

_ABSENT = object()
"""In place of a value that was not sent."""

_MISSING = "missing_field"

_FACTS = {"minLength": "shortest", "maxLength": "longest", "minItems": "fewest", "maxItems": "most"}
"""How sentences call a limit, where they do not call it as JSON Schema does."""

_TYPES = {"array": list, "boolean": bool, "integer": int, "object": dict, "string": str}

WITH_OWN_SENTENCE = frozenset({"code", "email", "password", "username"})
"""Fields for which the catalogue says more than their limits do, ``BadInput.email``."""


@dataclass(frozen=True, slots=True)
class Expectation:
    """A sentence of the catalogue for fields of that type with these limits."""

    sentence: str
    type: str
    limits: tuple[str, ...] = ()

    def suits(self, schema: Schema) -> bool:
        return schema.get("type") == self.type and all(limit in schema for limit in self.limits)


EXPECTATIONS = (
    Expectation("integer_range", "integer", ("minimum", "maximum")),
    Expectation("integer_from", "integer", ("minimum",)),
    Expectation("entries_range", "array", ("minItems", "maxItems")),
    Expectation("entries_up_to", "array", ("maxItems",)),
    Expectation("date_time", "string", ("format",)),
    Expectation("pattern", "string", ("pattern",)),
    Expectation("length_range", "string", ("minLength", "maxLength")),
    Expectation("length_up_to", "string", ("maxLength",)),
    Expectation("boolean", "boolean"),
)
"""The first that suits a field is what it is told."""


def explain_body(raw: bytes | str, shape: type[msgspec.Struct], error: Exception) -> BadInput:
    """The refusal of a body that msgspec did not take as ``shape``, and why it did not."""
    if not isinstance(error, msgspec.ValidationError):
        return BadInput("not_json")
    field = _find_field(str(error))
    sentence, facts = _explain(schema_of(shape), _read(raw), re.findall(r"\w+", field or ""))
    has_own = field in WITH_OWN_SENTENCE and sentence != _MISSING
    return BadInput(field if has_own else sentence, field=field, **facts)


@cache
def schema_of(shape: type[msgspec.Struct]) -> Schema:
    """The shape's JSON Schema, with each reference replaced by what it refers to."""
    schema = msgspec.json.schema(shape)
    resolved: Schema = _resolve(schema, schema.get("$defs", {}))
    return resolved


def describe(schema: Schema) -> Explanation:
    """The sentence for a field with this schema, and the facts in it."""
    if "properties" in schema:
        fields = ", ".join(schema["properties"])
        return ("object", {"fields": fields}) if fields else ("no_fields", {})
    if "enum" in schema:
        return "one_of", {"choices": ", ".join(schema["enum"])}
    found = next(each for each in EXPECTATIONS if each.suits(schema))
    return found.sentence, {_FACTS.get(limit, limit): schema[limit] for limit in found.limits}


def _explain(schema: Schema, value: Any, path: list[str]) -> Explanation:
    """What is wrong at that path of a value that should have this schema."""
    schema = _choose_alternative(schema, value)
    if not path:
        return _explain_here(schema, value)
    step, *rest = path
    inner = schema.get("items") if step.isdecimal() else schema.get("properties", {}).get(step)
    if inner is None:
        return _name_fields(schema)
    sent = _take(value, step)
    return (_MISSING, {"name": step}) if sent is _ABSENT else _explain(inner, sent, rest)


def _explain_here(schema: Schema, value: Any) -> Explanation:
    if "properties" in schema and isinstance(value, dict):
        if value.keys() - schema["properties"].keys():
            return _name_fields(schema)
        for name in schema["required"]:
            if name not in value:
                return _MISSING, {"name": name}
    return describe(schema)


def _name_fields(schema: Schema) -> Explanation:
    sentence, facts = describe(schema)
    return ("unknown_field", facts) if sentence == "object" else (sentence, facts)


def _choose_alternative(schema: Schema, value: Any) -> Schema:
    """Of alternatives the one for a value of this type, or the first; null is never told of."""
    some = [each for each in schema.get("anyOf", [schema]) if each.get("type") != "null"]
    return next((each for each in some if isinstance(value, _TYPES[each.get("type", "string")])), some[0])


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
