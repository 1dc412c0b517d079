"""Whether each statement of each policy is needed: taken away, the rehearsal must fail.

`make rehearse-policies` runs this; its name keeps it out of `make test`. First every step is done with all
permissions, to learn which statements it uses; then, for each statement, the quickest step that used it is done
without it.
"""

import json
import re
import time
from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import product
from pathlib import Path

import pytest

from chalicelib.common.records import replace
from testing.contract import operations
from testing.rehearsal import DeployedStack
from tests.deploy.steps import STEPS

POLICIES = Path(__file__).resolve().parents[2] / ".chalice" / "policies"
STATEMENTS = [
    (file.stem, statement["Sid"])
    for file in sorted(POLICIES.glob("*.json"))
    for statement in json.loads(file.read_text())["Statement"]
]
RENEWAL = "the_owner_renews_their_token"
PATIENCE = (4.0, 15.0)
"""Seconds until a step that lacks a permission is given up; the second try is for a machine that is busy."""


@dataclass(frozen=True)
class Walk:
    """What every step, done with all permissions, used: by step, in order, with the seconds that it took."""

    uses: list[tuple[str, float, dict[str, str]]]

    def steps_using(self, function: str, statement: str) -> list[str]:
        """The quickest first."""
        found = {(seconds, name) for name, seconds, use in self.uses if _allowed(use) == (function, statement)}
        return [name for _, name in sorted(found, key=_by_promise)]


@pytest.fixture(scope="session")
def walk(stage):
    uses = []
    for name, step in STEPS.items():
        seen, began = len(stage.rehearsal.uses()), time.monotonic()
        step(stage)
        seconds = time.monotonic() - began
        uses += [(name, seconds, use) for use in stage.rehearsal.uses()[seen:]]
    return Walk(uses)


def _allowed(use):
    """The function and the statement, if it was allowed."""
    if use["decision"] == "Allow":
        return use["role"].removeprefix("streamarr-prod-"), use["statement"]
    return None


def _by_promise(found):
    """A step about logs is the quickest, and fails for want of a log only: the last resort, or the first."""
    seconds, name = found
    return name.endswith("_logs"), seconds


def test_each_action_of_a_statement_is_used_on_each_of_its_resources(stage, walk):
    """Which taking the whole statement out does not tell."""
    used = {(*_allowed(use), use["action"], use["resource"]) for _, _, use in walk.uses if _allowed(use)}
    idle = [
        (function, sid, action, resource)
        for function, sid in STATEMENTS
        for action, resource in product(*_granted(stage, function, sid))
        if not any(each[:3] == (function, sid, action) and fnmatchcase(each[3], resource) for each in used)
    ]
    assert idle == []


def test_every_route_is_requested(walk):
    """A route that no step asks could miss a permission unnoticed."""
    asked = DeployedStack.requested
    left = [
        (method, path)
        for path, method in operations()
        if not any(each == method and _is(path, there) for each, there in asked)
    ]
    assert left == []


def _is(route, path):
    return re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", re.escape(route).replace(r"\{", "{").replace(r"\}", "}")), path)


def test_nothing_that_a_step_does_is_refused(walk):
    assert [(name, use) for name, _, use in walk.uses if use["decision"] == "Deny"] == []


@pytest.mark.parametrize(("function", "statement"), STATEMENTS)
def test_each_permission_is_needed(stage, walk, function, statement):
    using = walk.steps_using(function, statement)
    for step in reversed(using) if statement in {"WriteOwnLog", "Trace"} else using:
        for patience in PATIENCE:
            if _is_missed(replace(stage, patience=patience), step, function, statement):
                return
    pytest.fail(f"no step that uses it fails for want of it: {using}")


def _is_missed(stage, step, function, statement):
    """Whether the step fails without the statement, and for that reason rather than for being slow."""
    stage.lose_all_messages()
    seen = len(stage.rehearsal.uses())
    try:
        with _without(stage, function, statement):
            STEPS[step](stage)
    except (AssertionError, KeyError):
        if step == RENEWAL:
            STEPS[step](stage)  # the stand-in has replaced the token that is stored
        refused = {use["action"] for use in stage.rehearsal.uses()[seen:] if use["decision"] == "Deny"}
        return bool(refused & _actions(function, statement))
    return False


class _without:  # noqa: N801 - reads as a word
    """The deployed role without one statement, while the block runs."""

    def __init__(self, stage, function, statement):
        self.stage, self.role, self.statement = stage, f"streamarr-prod-{function}", statement
        self.iam = stage.rehearsal.client("iam")

    def __enter__(self):
        (self.name,) = self.iam.list_role_policies(RoleName=self.role)["PolicyNames"]
        self.whole = self.iam.get_role_policy(RoleName=self.role, PolicyName=self.name)["PolicyDocument"]
        left = [each for each in self.whole["Statement"] if each["Sid"] != self.statement]
        assert len(left) == len(self.whole["Statement"]) - 1
        self._put({**self.whole, "Statement": left})

    def __exit__(self, *_):
        self._put(self.whole)
        self.stage.stack.plex.control.delete("/_standin/faults")

    def _put(self, document):
        self.iam.put_role_policy(RoleName=self.role, PolicyName=self.name, PolicyDocument=json.dumps(document))


def _granted(stage, function, statement):
    """Its actions and its resources, as deployed: with this installation's names."""
    file = stage.rehearsal.project / ".chalice" / "generated" / "prod" / f"{function}.json"
    (found,) = [each for each in json.loads(file.read_text())["Statement"] if each["Sid"] == statement]
    resources = found["Resource"]
    return found["Action"], resources if isinstance(resources, list) else [resources]


def _actions(function, statement):
    (found,) = [
        each
        for each in json.loads((POLICIES / f"{function}.json").read_text())["Statement"]
        if each["Sid"] == statement
    ]
    return set(found["Action"])
