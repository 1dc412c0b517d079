"""Every limit of a request stands in docs/openapi.yaml and in the code; here the two are compared, rule by rule.

The shape of a route's body is found in the route's source: it is what its view gives to ``body``.
"""

import ast
import importlib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest

from chalicelib.access.progress import State
from chalicelib.accounts.managing import LONGEST_SEARCH
from chalicelib.accounts.model import AccountState, is_user_id
from chalicelib.common.people import Permission
from chalicelib.invites.model import Status, is_code
from chalicelib.qr_codes.model import Format
from chalicelib.web.access.routes import KINDS, STATES
from chalicelib.web.accounts.users import ENDS
from chalicelib.web.bodies import Code, LibraryId
from chalicelib.web.paging import DEFAULT_LIMIT, HIGHEST_LIMIT
from local.openapi import contract
from local.run import ROOT

Schema = dict[str, Any]
Operation = tuple[str, str]
"""Method, in lower case, and path."""

TEXTS_FOR_PEOPLE = {"title", "description", "examples", "default"}


# Both, in one form


def resolve(schema: Any, document: Mapping[str, Any]) -> Any:
    """The schema with each reference replaced by what it refers to in its document."""
    if isinstance(schema, list):
        return [resolve(each, document) for each in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" not in schema:
        return {name: resolve(each, document) for name, each in schema.items()}
    found: Any = document
    for step in schema["$ref"].removeprefix("#/").split("/"):
        found = found[step]
    return resolve(found, document)


def normalise(schema: Schema) -> Schema:
    """Alternatives as ``anyOf`` in one order, ``const`` as ``enum``, a type beside null as an alternative to null."""
    if isinstance(schema.get("type"), list):
        return normalise({"anyOf": [{**schema, "type": each} for each in schema["type"]]})
    if "oneOf" in schema:
        return normalise({"anyOf": schema["oneOf"]})
    if "anyOf" in schema:
        return {"anyOf": sorted((normalise(each) for each in schema["anyOf"]), key=str)}
    if schema.get("type") == "null":
        return {"type": "null"}
    return _normalise_plain(schema)


def _normalise_plain(schema: Schema) -> Schema:
    normal = {name: rule for name, rule in schema.items() if name not in TEXTS_FOR_PEOPLE}
    if "const" in normal:
        normal["enum"] = [normal.pop("const")]
    if "enum" in normal:
        normal["enum"] = sorted(normal["enum"])
    if "items" in normal:
        normal["items"] = normalise(normal["items"])
    if normal.get("type") == "object":
        normal["properties"] = {name: normalise(each) for name, each in schema.get("properties", {}).items()}
        normal["required"] = sorted(schema.get("required", []))
    return normal


def differences(documented: Any, checked: Any, where: str) -> Iterator[str]:
    """What the contract (``documented``) and the code (``checked``) say differently of a body, line by line."""
    if isinstance(documented, dict) and isinstance(checked, dict):
        for name in sorted(documented.keys() | checked.keys()):
            yield from differences(documented.get(name), checked.get(name), f"{where}.{name}")
    elif isinstance(documented, list) and isinstance(checked, list) and len(documented) == len(checked):
        for number, pair in enumerate(zip(documented, checked, strict=True)):
            yield from differences(*pair, f"{where}[{number}]")
    elif documented != checked:
        yield f"{where}: the contract says {documented!r}, the code {checked!r}"


# What the contract says


@cache
def documented_bodies() -> dict[Operation, Schema]:
    operations = {
        (method, path): operation for path, item in contract()["paths"].items() for method, operation in item.items()
    }
    return {
        named: normalise(resolve(operation["requestBody"], contract())["content"]["application/json"]["schema"])
        for named, operation in operations.items()
        if "requestBody" in operation
    }


def query_parameters() -> Iterator[tuple[str, str, Schema]]:
    """Path, name and schema of each."""
    for path, item in contract()["paths"].items():
        for each in resolve(item.get("get", {}).get("parameters", []), contract()):
            if each["in"] == "query":
                yield path, each["name"], each["schema"]


# What the code says


@cache
def checked_bodies() -> dict[Operation, Schema]:
    """By route, the schema of the shape that its view gives to ``body``."""
    return {
        operation: _schema(getattr(importlib.import_module(_module(file)), shape))
        for file in sorted((ROOT / "chalicelib" / "web").rglob("*.py"))
        for view in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(view, ast.FunctionDef)
        for operation in _operations(view)
        for shape in _shapes(view)
    }


def _schema(shape: type[msgspec.Struct]) -> Schema:
    schema = msgspec.json.schema(shape)
    return normalise(resolve({name: each for name, each in schema.items() if name != "$defs"}, schema))


def _module(file: Path) -> str:
    return ".".join(file.relative_to(ROOT).with_suffix("").parts)


def _operations(view: ast.FunctionDef) -> Iterator[Operation]:
    """Of ``@api.route("/invites", methods=["POST"])``: ``("post", "/invites")``."""
    for each in view.decorator_list:
        if isinstance(each, ast.Call) and isinstance(each.func, ast.Attribute) and each.func.attr == "route":
            options = {option.arg: option.value for option in each.keywords}
            path = ast.literal_eval(each.args[0])
            yield from ((method.lower(), path) for method in ast.literal_eval(options["methods"]))


def _shapes(view: ast.FunctionDef) -> Iterator[str]:
    for each in ast.walk(view):
        if isinstance(each, ast.Call) and isinstance(each.func, ast.Name) and each.func.id == "body":
            shape = each.args[1]
            assert isinstance(shape, ast.Name), ast.unparse(each)
            yield shape.id


# The comparison


def test_a_body_is_documented_where_one_is_read_and_nowhere_else():
    assert checked_bodies().keys() == documented_bodies().keys()
    assert len(checked_bodies()) > 10


@pytest.mark.parametrize("operation", sorted(documented_bodies()), ids=" ".join)
def test_the_contract_and_the_shape_of_a_body_say_the_same(operation):
    found = differences(documented_bodies()[operation], checked_bodies()[operation], "the body")
    assert "\n".join(found) == ""


def test_lists_have_the_limits_that_are_documented():
    limits = [schema for _, name, schema in query_parameters() if name == "limit"]
    assert len(limits) > 4
    for schema in limits:
        assert (schema["minimum"], schema["maximum"], schema["default"]) == (1, HIGHEST_LIMIT, DEFAULT_LIMIT)


def test_searches_are_as_long_as_is_documented():
    longest = {path: schema["maxLength"] for path, name, schema in query_parameters() if name == "q"}
    assert longest == {"/invites": LONGEST_SEARCH, "/users": LONGEST_SEARCH}


def test_what_a_query_may_choose_from_is_documented():
    choices = {(path, name): set(schema["enum"]) for path, name, schema in query_parameters() if "enum" in schema}
    assert choices == {
        ("/access", "difference"): set(KINDS),
        ("/access", "state"): set(STATES),
        ("/invites", "status"): set(Status),
        ("/invites/{code}/qr", "format"): set(Format),
        ("/redemptions", "state"): set(State),
        ("/users", "state"): set(AccountState),
        ("/users", "ends"): set(ENDS),
    }


def test_codes_and_ids_look_as_is_documented():
    patterns = {name: contract()["components"]["schemas"][name]["pattern"] for name in ("InviteCode", "LibraryId")}
    assert patterns == {"InviteCode": _pattern(Code), "LibraryId": _pattern(LibraryId)}
    assert contract()["components"]["schemas"]["Id"]["pattern"] == "^[A-Za-z0-9_-]{1,64}$"
    for text, is_one in (("a" * 64, True), ("a" * 65, False), ("a b", False), ("", False), ("-_Z9", True)):
        assert is_user_id(text) is is_one
    for text, is_one in (("a" * 8, True), ("a" * 20, True), ("a" * 7, False), ("a" * 21, False), ("abcd-efg", False)):
        assert is_code(text) is is_one


def test_the_permissions_are_those_that_are_documented():
    assert set(contract()["components"]["schemas"]["Permission"]["enum"]) == set(Permission)


def _pattern(annotated: Any) -> str:
    pattern: str = msgspec.json.schema(annotated)["pattern"]
    return pattern


# The comparison itself, on made-up schemas

WRITTEN_IN_TWO_WAYS = [
    ({"type": ["integer", "null"], "minimum": 1}, {"anyOf": [{"type": "null"}, {"type": "integer", "minimum": 1}]}),
    ({"const": "all", "description": "Every one."}, {"enum": ["all"]}),
    ({"oneOf": [{"type": "null"}, {"enum": ["b", "a"]}]}, {"anyOf": [{"enum": ["a", "b"]}, {"type": "null"}]}),
    (
        {"type": "object", "properties": {"a": {"type": "boolean"}}},
        {"type": "object", "title": "A", "required": [], "properties": {"a": {"type": "boolean"}}},
    ),
]

DIFFERENT = [
    ({"type": "integer", "minimum": 1}, {"type": "integer", "minimum": 0}, "minimum"),
    ({"type": "integer", "maximum": 9}, {"type": "integer"}, "maximum"),
    ({"type": "string", "maxLength": 9}, {"type": "string", "maxLength": 8}, "maxLength"),
    ({"type": "string", "pattern": "^a$"}, {"type": "string", "pattern": "^b$"}, "pattern"),
    ({"type": "array", "items": {"type": "string"}}, {"type": "array", "items": {"type": "integer"}}, "items"),
    ({"type": ["string", "null"]}, {"type": "string"}, "anyOf"),
    ({"enum": ["a"]}, {"enum": ["a", "b"]}, "enum"),
    ({"type": "object", "required": ["a"]}, {"type": "object"}, "required"),
    ({"type": "object", "additionalProperties": False}, {"type": "object"}, "additionalProperties"),
    ({"type": "object", "properties": {"a": {"type": "string"}}}, {"type": "object"}, "properties"),
]


@pytest.mark.parametrize(("one", "other"), WRITTEN_IN_TWO_WAYS, ids=str)
def test_the_same_rule_in_two_ways_of_writing_is_no_difference(one, other):
    assert list(differences(normalise(one), normalise(other), "the body")) == []


@pytest.mark.parametrize(("one", "other", "rule"), DIFFERENT, ids=str)
def test_each_kind_of_difference_is_found_and_named(one, other, rule):
    found = list(differences(normalise(one), normalise(other), "the body"))
    assert any(f".{rule}" in line for line in found), found


def test_a_difference_says_what_each_side_has():
    one = {"type": "object", "properties": {"limit": {"type": "integer", "maximum": 1000000}}}
    other = {"type": "object", "properties": {"limit": {"type": "integer", "maximum": 1000}}}
    (line,) = differences(normalise(one), normalise(other), "the body")
    assert line == "the body.properties.limit.maximum: the contract says 1000000, the code 1000"
