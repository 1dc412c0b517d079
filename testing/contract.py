"""Every answer that a test gets is held against docs/openapi.yaml: its status, its headers and its fields."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from typing import Any

import httpx
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from local.openapi import contract

_PARAMETER = re.compile(r"\{\w+\}")


class Undocumented(AssertionError):
    """An answer that the contract does not know."""


@dataclass(frozen=True)
class Answer:
    """What the contract says of one operation's answer with one status."""

    needed_headers: tuple[str, ...]
    kind: str | None
    schema: Draft202012Validator


@dataclass(frozen=True)
class Heard:
    """An answer to a request, whatever client it came through. ``headers`` are named in lower case."""

    method: str
    path: str
    status: int
    headers: Mapping[str, str]
    content: bytes

    def __str__(self) -> str:
        return f"{self.method} {self.path}: {self.status}"


def check(response: httpx.Response) -> None:
    """An httpx hook: raise Undocumented unless the contract has such an answer to such a request."""
    content = response.read()
    path = response.request.url.raw_path.decode().partition("?")[0]
    hold(Heard(response.request.method, path, response.status_code, dict(response.headers), content))


def hold(heard: Heard) -> None:
    """Raise Undocumented unless the contract has such an answer to such a request."""
    answers = _answers_to(heard.method, heard.path)
    if answers is None:
        if heard.status < HTTPStatus.MULTIPLE_CHOICES:
            raise Undocumented(f"{heard}: there is no such operation")
        return
    answer = answers.get(heard.status)
    if answer is None:
        raise Undocumented(f"{heard} is not documented; it says {heard.content[:300]!r}")
    _check_headers(heard, answer)
    if answer.kind == "application/json":
        _check_fields(heard, answer)


@cache
def operations() -> dict[tuple[str, str], dict[int, Answer]]:
    """Every (path, METHOD) of the contract, with its answers by status."""
    return {
        (path, method.upper()): {int(status): _answer(said) for status, said in operation["responses"].items()}
        for path, item in contract()["paths"].items()
        for method, operation in item.items()
        if method != "parameters"
    }


def _answers_to(method: str, path: str) -> dict[int, Answer] | None:
    asked = path.removeprefix("/api")
    patterns = [known for known, of in operations() if of == method and _pattern(known).fullmatch(asked)]
    exact_first = sorted(patterns, key=lambda known: known.count("{"))
    return operations()[exact_first[0], method] if exact_first else None


@cache
def _pattern(path: str) -> re.Pattern[str]:
    return re.compile("[^/]+".join(re.escape(part) for part in _PARAMETER.split(path)))


def _answer(said: dict[str, Any]) -> Answer:
    told = _resolved(said)
    headers = {name: _resolved(header) for name, header in told.get("headers", {}).items()}
    content = told.get("content", {})
    kind = next(iter(content), None)
    schema = {**(content[kind]["schema"] if kind else {}), "components": contract()["components"]}
    return Answer(
        needed_headers=tuple(name for name, header in headers.items() if header.get("required")),
        kind=kind,
        schema=Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER),
    )


def _resolved(item: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in item:
        return item
    found: Any = contract()
    for step in item["$ref"].removeprefix("#/").split("/"):
        found = found[step]
    resolved: dict[str, Any] = found
    return resolved


def _check_headers(heard: Heard, answer: Answer) -> None:
    if missing := [name for name in answer.needed_headers if name.lower() not in heard.headers]:
        raise Undocumented(f"{heard} comes without {missing[0]}")
    kind = heard.headers.get("content-type", "").split(";")[0]
    if answer.kind is None and heard.content:
        raise Undocumented(f"{heard} has content, and should have none")
    if answer.kind is not None and kind != answer.kind:
        raise Undocumented(f"{heard} comes as {kind or 'nothing'} instead of {answer.kind}")


def _check_fields(heard: Heard, answer: Answer) -> None:
    for error in answer.schema.iter_errors(json.loads(heard.content)):
        where = ".".join(str(step) for step in error.absolute_path) or "the top"
        raise Undocumented(f"{heard}, at {where}: {error.message}")
