"""How often AWS is called, counted at botocore: what each request costs in round trips."""

from contextlib import contextmanager

import botocore.client
import pytest

EVENT_SOURCES = {"GetRecords", "GetShardIterator", "DescribeStream", "ReceiveMessage", "DeleteMessage"}
"""What local/event_sources.py calls from this process, as Lambda's own pollers would elsewhere."""


@pytest.fixture
def aws_calls(monkeypatch):
    """Gives a counter: `with aws_calls() as calls:` collects the operations that the API (this process) sends."""
    original = vars(botocore.client.BaseClient)["_make_api_call"]
    running: list[list[str]] = []

    def counted(client, operation, arguments):
        if operation not in EVENT_SOURCES:
            for calls in running:
                calls.append(operation)
        return original(client, operation, arguments)

    monkeypatch.setattr(botocore.client.BaseClient, "_make_api_call", counted)

    @contextmanager
    def counting():
        calls: list[str] = []
        running.append(calls)
        yield calls
        running.remove(calls)

    return counting


def test_validating_an_invite_reads_twice_at_most(house, aws_calls):
    code, visitor = house.invite(), house.visitor()
    with aws_calls() as calls:
        assert visitor.browser.get(f"/signup/{code}").status_code == 200
    assert [call for call in calls if call != "UpdateItem"] == ["TransactGetItems"]
    assert calls.count("UpdateItem") <= 1  # the rate limit's one write


def test_a_claim_is_one_transaction_and_one_send(house, aws_calls):
    code, visitor = house.invite(), house.visitor()
    sign_in_id = visitor.signs_in(code)
    with aws_calls() as calls:
        answer = visitor.completes(code, sign_in_id)
    assert calls.count("TransactWriteItems") == 1
    assert calls.count("SendMessage") == 1
    writes = [call for call in calls if call.startswith(("Put", "Update", "Delete", "BatchWrite"))]
    assert writes in ([], ["UpdateItem"])  # the rate limit's one write
    visitor.waits(answer)


def test_a_qr_code_found_again_costs_one_write_and_one_look(house, aws_calls):
    code = house.invite()
    path = f"/invites/{code}/qr"
    with aws_calls() as drawing:
        assert house.admin.get(path).status_code == 200
    with aws_calls() as found_again:
        assert house.admin.get(path).status_code == 200
    assert found_again[-2:] == ["TransactWriteItems", "HeadObject"]
    assert found_again.count("TransactGetItems") == len(found_again) - 2 <= 2
    assert drawing == [*found_again, "PutObject", "BatchGetItem"]
