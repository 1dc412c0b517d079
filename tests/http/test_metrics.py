"""Which metrics requests leave behind. The API runs in this process; in Lambda its output is CloudWatch's."""

import json

import pytest


@pytest.fixture
def recorded(monkeypatch, capsys):
    """Gives what was recorded: lists of metric names, with their properties."""
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "streamarr-test")

    def read():
        lines = [line for line in capsys.readouterr().out.splitlines() if '"_aws"' in line]
        said = [json.loads(line) for line in lines]
        return [(each["_aws"]["CloudWatchMetrics"][0]["Metrics"][0]["Name"], each) for each in said]

    return read


def test_creating_and_redeeming_are_counted(stack, recorded):
    visitor = stack.visitor()
    redemption = visitor.waits(visitor.redeems(stack.invite()))
    metrics = dict(recorded())
    assert set(metrics) == {"InvitesCreated", "InvitesRedeemed"}
    assert metrics["InvitesRedeemed"]["redemption"] == redemption["id"]


def test_refusals_are_counted_with_their_reason_and_no_code(stack, recorded):
    stack.client().get("/signup/Unknown1")
    ((name, said),) = recorded()
    assert (name, said["reason"], said["limit"]) == ("Refused", "InviteNotFound", "validate")
    assert "Unknown1" not in json.dumps(said)


def test_blocks_are_counted(stack, recorded):
    guesser = stack.client()
    while guesser.get("/signup/Unknown1").status_code != 429:
        continue
    names = [name for name, _ in recorded()]
    assert names.count("Blocked") == 1
    assert set(names) == {"Refused", "Blocked"}
