"""Which metrics requests and messages leave behind. They run in this process; in Lambda the output is CloudWatch's."""

import json

import pytest

from testing.each_function import deliver, held_back_from_the_queue


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


def test_a_completion_that_is_repeated_is_counted_once(stack, recorded):
    visitor, code = stack.visitor(), stack.invite()
    sign_in_id = visitor.signs_in(code)
    ids = {visitor.completes(code, sign_in_id).json()["redemption"]["id"] for _ in range(2)}
    counted = [metric["redemption"] for name, metric in recorded() if name == "InvitesRedeemed"]
    assert counted == list(ids)


def test_a_message_that_is_delivered_twice_is_counted_once(stack, recorded):
    redemption_id, messages = _claim(stack)
    deliver(*messages)
    ((name, metric),) = _provisioning(recorded())
    assert (name, metric["redemption"]) == ("ProvisioningSeconds", redemption_id)
    deliver(*messages)
    assert _provisioning(recorded()) == []


def test_a_failure_that_is_delivered_twice_is_counted_once(stack, recorded):
    stack.plex.fault(method="POST", path="/api/v2/shared_servers", when="after", kind="status", status=403)
    redemption_id, messages = _claim(stack)
    deliver(*messages)
    ((name, metric),) = _provisioning(recorded())
    assert (name, metric["redemption"], metric["reason"]) == ("ProvisioningFailed", redemption_id, "RefusedByPlex")
    deliver(*messages)
    assert _provisioning(recorded()) == []


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


def _claim(stack):
    """A redemption's id, and the message that nothing has delivered yet."""
    visitor, code = stack.visitor(), stack.invite()
    sign_in_id = visitor.signs_in(code)
    with held_back_from_the_queue() as messages:
        answer = visitor.completes(code, sign_in_id)
    return answer.json()["redemption"]["id"], messages


def _provisioning(metrics):
    return [(name, metric) for name, metric in metrics if name.startswith("Provisioning")]
