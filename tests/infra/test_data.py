"""Writing and comparing much, against a DynamoDB that does not take everything at once."""

import tracemalloc
from typing import Any

import pytest
from botocore.exceptions import ClientError

from infra.deploy import data, restoring
from infra.deploy.installation import DeploymentError

MANY = 20_000
KIB = 1024


@pytest.fixture
def pauses(monkeypatch):
    made: list[float] = []
    monkeypatch.setattr("infra.deploy.data.time.sleep", made.append)
    return made


def test_what_is_not_taken_is_sent_again_after_longer_and_longer_pauses(pauses):
    database = a_database(takes=10)
    assert data.write(database, puts(60)) == 60
    assert len(database.written) == 60
    assert pauses == [0.1, 0.2, 0.1, 0.2]


def test_throttling_is_waited_out(pauses):
    database = a_database(refusals=["ThrottlingException", "ProvisionedThroughputExceededException"])
    assert data.write(database, puts(3)) == 3
    assert pauses == [0.1, 0.2]


def test_other_refusals_are_not(pauses):
    with pytest.raises(ClientError, match="AccessDenied"):
        data.write(a_database(refusals=["AccessDeniedException"]), puts(3))
    assert pauses == []


def test_patience_ends_and_says_how_far_it_came(pauses):
    with pytest.raises(DeploymentError, match=r"after 35 items\. Wait some minutes, then run the same command again"):
        data.write(a_database(takes=10, until=4), puts(60))
    assert sum(pauses) < 120


def test_a_long_import_says_how_far_it_is(capsys):
    data.write(a_database(), puts(20_100))
    assert capsys.readouterr().out.split("\n")[:2] == ["  10000 items so far", "  20000 items so far"]


def test_reading_goes_on_until_all_is_answered(pauses):
    database = a_database(takes=40)
    assert len(list(data.read(database, "t", [{"id": {"S": str(number)}} for number in range(100)]))) == 100
    assert pauses == [0.1, 0.2]


def test_reading_that_is_never_answered_ends(pauses):
    with pytest.raises(DeploymentError, match="does not answer for 100 items of t"):
        list(data.read(a_database(takes=0), "t", [{"id": {"S": str(number)}} for number in range(100)]))


def test_tables_are_compared_without_holding_them(pauses):
    database = a_database()
    tracemalloc.start()
    (difference,) = restoring._differences(database, {"t": "copy"})
    requests = sum(1 for _ in restoring._requests(database, {"t": "copy"}))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (difference.now, difference.then, difference.put_back, difference.take_out) == (MANY, MANY, 0, 0)
    assert requests == 0
    assert peak < 2 * KIB * KIB < MANY * KIB


def a_database(**how) -> Any:
    return Database(**how)


def puts(count):
    return (("t", {"PutRequest": {"Item": {"id": {"S": str(number)}}}}) for number in range(count))


def item(number):
    return {"id": {"S": str(number)}, "text": {"S": f"{number:{KIB}}"}}


class Database:
    """Installation and client at once: takes so many items of a request, and after so many requests none."""

    def __init__(self, *, takes=data.READ_AT_ONCE, until=None, refusals=()):
        self.takes, self.until, self.refusals, self.written = takes, until, list(refusals), []

    def client(self, _service):
        return self

    def batch_write_item(self, **request):
        taken, left = self._divide(request["RequestItems"]["t"])
        self.written += taken
        return {"UnprocessedItems": {"t": left} if left else {}}

    def batch_get_item(self, **request):
        ((table, asked),) = request["RequestItems"].items()
        taken, left = self._divide(asked["Keys"])
        answers = [item(int(key["id"]["S"])) for key in taken]
        return {"Responses": {table: answers}, "UnprocessedKeys": {table: {**asked, "Keys": left}} if left else {}}

    def describe_table(self, **_):
        return {"Table": {"KeySchema": [{"AttributeName": "id"}]}}

    def get_paginator(self, _name):
        return self

    def paginate(self, **_):
        return ({"Items": [item(number) for number in range(first, first + 50)]} for first in range(0, MANY, 50))

    def _divide(self, all_of_it):
        if self.refusals:
            raise ClientError({"Error": {"Code": self.refusals.pop(0)}}, "Any")
        if self.until is not None:
            self.until -= 1
        takes = self.takes if self.until is None or self.until >= 0 else 0
        return all_of_it[:takes], all_of_it[takes:]
