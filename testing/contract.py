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
class Documented:
    """What the contract says of one operation's answer with one status."""

    required_headers: tuple[str, ...]
    media_type: str | None
    schema: Draft202012Validator


@dataclass(frozen=True)
class Answer:
    """An answer to a request, from any HTTP client. ``headers`` are named in lower case."""

    method: str
    path: str
    status: int
    headers: Mapping[str, str]
    content: bytes

    def __str__(self) -> str:
        return f"{self.method} {self.path}: {self.status}"


def check_response(response: httpx.Response) -> None:
    """An httpx hook: raise Undocumented unless the contract has such an answer to such a request."""
    content = response.read()
    path = response.request.url.raw_path.decode().partition("?")[0]
    check_answer(Answer(response.request.method, path, response.status_code, dict(response.headers), content))


def check_answer(answer: Answer) -> None:
    """Raise Undocumented unless the contract has such an answer to such a request."""
    by_status = _documented_answers(answer.method, answer.path)
    if by_status is None:
        if answer.status < HTTPStatus.MULTIPLE_CHOICES:
            raise Undocumented(f"{answer}: there is no such operation")
        return
    documented = by_status.get(answer.status)
    if documented is None:
        raise Undocumented(f"{answer} is not documented; its content is {answer.content[:300]!r}")
    _check_headers(answer, documented)
    if documented.media_type == "application/json":
        _check_language(answer)
        _check_fields(answer, documented)


@cache
def operations() -> dict[tuple[str, str], dict[int, Documented]]:
    """Every (path, METHOD) of the contract, with its answers by status."""
    return {
        (path, method.upper()): {int(status): _read(response) for status, response in operation["responses"].items()}
        for path, item in contract()["paths"].items()
        for method, operation in item.items()
        if method != "parameters"
    }


def _documented_answers(method: str, path: str) -> dict[int, Documented] | None:
    asked = path.removeprefix("/api")
    patterns = [known for known, of in operations() if of == method and _pattern(known).fullmatch(asked)]
    exact_first = sorted(patterns, key=lambda known: known.count("{"))
    return operations()[exact_first[0], method] if exact_first else None


@cache
def _pattern(path: str) -> re.Pattern[str]:
    return re.compile("[^/]+".join(re.escape(part) for part in _PARAMETER.split(path)))


def _read(response: dict[str, Any]) -> Documented:
    resolved = _resolve(response)
    headers = {name: _resolve(header) for name, header in resolved.get("headers", {}).items()}
    content = resolved.get("content", {})
    media_type = next(iter(content), None)
    schema = {**(content[media_type]["schema"] if media_type else {}), "components": contract()["components"]}
    return Documented(
        required_headers=tuple(name for name, header in headers.items() if header.get("required")),
        media_type=media_type,
        schema=Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER),
    )


def _resolve(item: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in item:
        return item
    found: Any = contract()
    for step in item["$ref"].removeprefix("#/").split("/"):
        found = found[step]
    resolved: dict[str, Any] = found
    return resolved


def _check_headers(answer: Answer, documented: Documented) -> None:
    if missing := [name for name in documented.required_headers if name.lower() not in answer.headers]:
        raise Undocumented(f"{answer} comes without {missing[0]}")
    media_type = answer.headers.get("content-type", "").split(";")[0]
    if documented.media_type is None and answer.content:
        raise Undocumented(f"{answer} has content, and should have none")
    if documented.media_type is not None and media_type != documented.media_type:
        raise Undocumented(f"{answer} comes as {media_type or 'nothing'} instead of {documented.media_type}")


def _check_language(answer: Answer) -> None:
    """Required here, and optional in the contract: API Gateway's own refusals come without it."""
    if answer.status >= HTTPStatus.BAD_REQUEST and "content-language" not in answer.headers:
        raise Undocumented(f"{answer} does not name the language of its message")


def _check_fields(answer: Answer, documented: Documented) -> None:
    for error in documented.schema.iter_errors(json.loads(answer.content)):
        where = ".".join(str(step) for step in error.absolute_path) or "the top"
        raise Undocumented(f"{answer}, at {where}: {error.message}")
