"""Whether each statement of each policy is needed: taken away, the rehearsal must fail.

`make rehearse-policies` runs this; its name keeps it out of `make test`. First every step is done with all
permissions, to learn which statements it uses; then, for each statement, the quickest step that used it is done
without it.
"""

import json
import time
from pathlib import Path

import pytest

from tests.deploy import steps
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


@pytest.fixture(scope="session")
def users_of(stay):
    """The steps that use a statement, the quickest first."""
    using: dict[tuple[str, str], list[tuple[float, str]]] = {}
    for name, step in STEPS.items():
        seen, began = len(stay.rehearsal.uses()), time.monotonic()
        step(stay)
        seconds = time.monotonic() - began
        for use in stay.rehearsal.uses()[seen:]:
            if use["decision"] == "Allow":
                statement = use["role"].removeprefix("streamarr-prod-"), use["statement"]
                using.setdefault(statement, []).append((seconds, name))
    return {statement: [name for _, name in sorted(set(found), key=_by_promise)] for statement, found in using.items()}


def _by_promise(found):
    """A step about logs is the quickest, and fails for want of a log only: the last resort, or the first."""
    seconds, name = found
    return name.endswith("_logs"), seconds


@pytest.mark.parametrize(("function", "statement"), STATEMENTS)
def test_each_permission_is_needed(stay, users_of, monkeypatch, function, statement):
    using = users_of.get((function, statement), [])
    for step in reversed(using) if statement in {"WriteOwnLog", "Trace"} else using:
        for patience in PATIENCE:
            monkeypatch.setattr(steps, "PATIENCE", patience)
            if _is_missed(stay, step, function, statement):
                return
    pytest.fail(f"no step that uses it fails for want of it: {using}")


def _is_missed(stay, step, function, statement):
    """Whether the step fails without the statement, and for that reason rather than for being slow."""
    stay.rehearsal.client("sqs").purge_queue(QueueUrl=stay.outputs["ProvisionQueueUrl"])
    seen = len(stay.rehearsal.uses())
    try:
        with _without(stay, function, statement):
            STEPS[step](stay)
    except (AssertionError, KeyError):
        if step == RENEWAL:
            STEPS[step](stay)  # Plex forgot the token that the house still has
        refused = {use["action"] for use in stay.rehearsal.uses()[seen:] if use["decision"] == "Deny"}
        return bool(refused & _actions(function, statement))
    return False


class _without:  # noqa: N801 - reads as a word
    """The deployed role without one statement, while the block runs."""

    def __init__(self, stay, function, statement):
        self.stay, self.role, self.statement = stay, f"streamarr-prod-{function}", statement
        self.iam = stay.rehearsal.client("iam")

    def __enter__(self):
        (self.name,) = self.iam.list_role_policies(RoleName=self.role)["PolicyNames"]
        self.whole = self.iam.get_role_policy(RoleName=self.role, PolicyName=self.name)["PolicyDocument"]
        left = [each for each in self.whole["Statement"] if each["Sid"] != self.statement]
        assert len(left) == len(self.whole["Statement"]) - 1
        self._put({**self.whole, "Statement": left})

    def __exit__(self, *_):
        self._put(self.whole)
        self.stay.house.plex.control.delete("/_standin/faults")

    def _put(self, document):
        self.iam.put_role_policy(RoleName=self.role, PolicyName=self.name, PolicyDocument=json.dumps(document))


def _actions(function, statement):
    (found,) = [
        each
        for each in json.loads((POLICIES / f"{function}.json").read_text())["Statement"]
        if each["Sid"] == statement
    ]
    return set(found["Action"])
