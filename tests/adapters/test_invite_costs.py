"""What each route about invites costs, in calls to DynamoDB."""

from contextlib import contextmanager
from typing import Any

import botocore.client
import pytest

READING, WRITING = "TransactGetItems", "TransactWriteItems"


@pytest.fixture
def database_calls(monkeypatch):
    """`with database_calls() as calls:` collects the operations that the API sends to DynamoDB."""
    clients: Any = botocore.client.BaseClient
    original = clients._make_api_call

    @contextmanager
    def counting():
        calls: list[str] = []

        def counted(client, operation, arguments):
            if client.meta.service_model.service_name == "dynamodb":
                calls.append(operation)
            return original(client, operation, arguments)

        with monkeypatch.context() as patched:
            patched.setattr(clients, "_make_api_call", counted)
            yield calls

    return counting


def test_creating_is_one_read_and_one_transaction_after_asking_who_it_is(house, database_calls):
    inviter = house.member("create_invites")
    with database_calls() as calls:
        assert inviter.http.post("/invites", json={}).status_code == 201
    assert calls == [READING, READING, WRITING]


def test_deleting_is_one_read_and_one_transaction_and_a_look_for_images(house, database_calls):
    code = house.invite()
    with database_calls() as calls:
        assert house.admin.delete(f"/invites/{code}").status_code == 204
    assert calls == [READING, READING, WRITING, "Query"]


@pytest.mark.parametrize(
    ("params", "queries"),
    [({}, 1), ({"status": "active"}, 1), ({"status": "expired"}, 2), ({"q": "nothing"}, 1)],
)
def test_a_page_is_one_query_for_most_filters(house, database_calls, params, queries):
    inviter = house.member("create_invites")
    inviter.http.post("/invites", json={})
    with database_calls() as calls:
        assert inviter.http.get("/invites", params=params).status_code == 200
    assert calls.count("Query") == queries
    assert sorted(set(calls)) == ["GetItem", "Query", READING]
    assert len(calls) == queries + 2


def test_who_redeemed_costs_one_more_read_for_a_whole_page(house, database_calls):
    inviter = house.member("create_invites")
    for _ in range(3):
        visitor, code = house.visitor(), inviter.http.post("/invites", json={}).json()["code"]
        visitor.waits(visitor.redeems(code))
    with database_calls() as calls:
        rows = inviter.http.get("/invites").json()["invites"]
    assert [len(row["redeemed_by"]) for row in rows] == [1, 1, 1]
    assert sorted(calls) == ["BatchGetItem", "GetItem", "Query", READING]


def test_the_statistics_never_count_invites_through(house, database_calls):
    with database_calls() as calls:
        assert house.admin.get("/stats").status_code == 200
    assert (calls.count("BatchGetItem"), calls.count("Query"), calls.count("Scan")) == (2, 3, 0)
