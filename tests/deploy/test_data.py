"""Data out and in again, and what a redemption costs in units."""

import json
from collections import Counter

import boto3
import pytest

from infra.deploy import stack
from tests.deploy.steps import STEPS

WRITES = {"dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem", "dynamodb:ConditionCheckItem"}
READS = {"dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query"}


@pytest.fixture
def elsewhere(rehearsal):
    """Empty tables of another installation."""
    known = rehearsal.environment
    session = boto3.Session(known["AWS_ACCESS_KEY_ID"], known["AWS_SECRET_ACCESS_KEY"], region_name=known["AWS_REGION"])
    values = {"App": "streamarr-other", "Stage": "dev", "Front": "off"}
    stack.deploy(session, "streamarr-other-dev", values, endpoint=rehearsal.endpoint, delay=1)
    return "streamarr-other"


def test_what_is_exported_is_there_again_elsewhere(rehearsal, stage, elsewhere):
    STEPS["a_person_redeems"](stage)
    exported = rehearsal.make("export", "prod").stdout
    restored = rehearsal.make("import", "dev", "--app", elsewhere, given=exported)
    again = rehearsal.make("export", "dev", "--app", elsewhere).stdout
    lines = exported.splitlines()
    assert restored.stdout.startswith(f"{len(lines)} items into streamarr-other-dev")
    assert sorted(again.splitlines()) == sorted(lines)
    tables = {json.loads(line)["table"] for line in lines}
    assert {
        "settings",
        "users",
        "identities",
        "invites",
        "redemptions",
        "access",
        "counts",
        "creations",
        "audit",
    } == tables


def test_an_export_has_no_tokens(rehearsal, stage):
    exported = rehearsal.make("export", "prod").stdout
    assert stage.owner_token() not in exported
    assert stage.stack.running.admin_token not in exported


@pytest.mark.parametrize("line", ["nonsense", "{}", '{"table": "sessions", "item": {}}', "[1]"])
def test_an_import_names_the_line_that_is_no_export(rehearsal, deployed, line):
    refused = rehearsal.make("import", "prod", check=False, given=line)
    assert refused.returncode == 1
    assert "Line 1 " in refused.stdout


def test_a_redemption_costs_what_operations_md_says(rehearsal, stage):
    """From the opened page to the shared libraries, the invite's creation included; indexes come on top."""
    seen = len(rehearsal.uses())
    STEPS["a_person_redeems"](stage)
    used = Counter(use["action"] for use in rehearsal.uses()[seen:] if use["decision"] == "Allow")
    assert sum(used[action] for action in WRITES) <= 45
    assert sum(used[action] for action in READS) <= 90
