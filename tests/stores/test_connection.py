"""What becomes of a call that DynamoDB refuses or does not answer: the real PynamoDB and botocore, and a wire that
answers as it is told.
"""

import json
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.endpoint import Endpoint
from botocore.exceptions import ConnectionClosedError, ReadTimeoutError
from pynamodb.attributes import UnicodeAttribute
from pynamodb.exceptions import PutError, QueryError, TransactWriteError
from pynamodb.models import Model
from pynamodb.transactions import TransactGet, TransactWrite

from chalicelib.common.ports import Contention, Unreachable
from chalicelib.stores.database.connection import RetryingConnection

CANCELLED = "TransactionCanceledException"
TARGET = "X-Amz-Target"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
NO_CREDENTIALS = {
    "AWS_CONFIG_FILE": "/none",
    "AWS_SHARED_CREDENTIALS_FILE": "/none",
    "AWS_EC2_METADATA_DISABLED": "true",
}
TRIES, BOTOCORES_TRIES = 10, 4


class Record(Model):
    class Meta:
        table_name = "wired_records"

    id = UnicodeAttribute(hash_key=True)
    text = UnicodeAttribute(null=True)


class Wire:
    """Gives the answers in their order, the last of them again and again, and keeps what was asked."""

    def __init__(self) -> None:
        self.answers: list[Any] = [DONE]
        self.asked: list[Any] = []

    def tries(self) -> int:
        """How often it was asked since this was asked last."""
        asked, self.asked = len(self.asked), []
        return asked

    def send(self, request: Any) -> AWSResponse:
        self.asked.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        status, body = answer
        headers = HTTPHeaders.from_pairs([("content-type", "application/x-amz-json-1.0")])
        return AWSResponse(request.url, status, headers, _Body(json.dumps(body).encode()))


class _Body(BytesIO):
    def stream(self):
        yield self.read()


def refused(code, status=400, **more):
    return status, {"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": "refused", **more}


def cancelled(*reasons):
    return refused(CANCELLED, CancellationReasons=[{"Code": reason, "Message": "refused"} for reason in reasons])


DONE = (
    200,
    {"Attributes": {}, "Item": {"id": {"S": "a"}}, "Items": [], "Count": 0, "ScannedCount": 0, "Responses": [{}]},
)
"""What any of these calls can read."""

NO_ANSWER = ConnectionClosedError(endpoint_url="https://dynamodb")
TOO_LATE = ReadTimeoutError(endpoint_url="https://dynamodb")


@pytest.fixture
def wire(monkeypatch):
    """For this table only: a stack that runs in this process goes on asking."""
    endpoint_class: Any = Endpoint
    wire, send = Wire(), endpoint_class._send

    def send_or_wire(endpoint, request):
        is_ours = Record.Meta.table_name.encode() in (request.body or b"")
        return wire.send(request) if is_ours else send(endpoint, request)

    monkeypatch.setattr(Endpoint, "_send", send_or_wire)
    return wire


@pytest.fixture
def waits(monkeypatch):
    """What was waited between the tries, in seconds; none of it really."""
    waits: list[float] = []
    monkeypatch.setattr("botocore.endpoint.time", SimpleNamespace(sleep=waits.append))
    return waits


@pytest.fixture
def connection(monkeypatch, wire, waits):
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    return connected()


def connected():
    """A new connection, for the model to speak through, as chalicelib/stores/tables.py has it."""
    connection, own = RetryingConnection(region="us-east-1"), Record._get_connection()
    connection.add_meta_table(own.get_meta_table())
    own.connection = connection
    return connection


def put(_):
    Record("a").save()


def put_unless_there(_):
    Record("a").save(Record.id.does_not_exist())


def update(_):
    Record("a").update([Record.text.set("b")])


def delete(_):
    Record("a").delete()


def get(_):
    Record.get("a")


def query(_):
    list(Record.query("a"))


def get_several(_):
    list(Record.batch_get(["a", "b"]))


def write_several(_):
    with Record.batch_write() as batch:
        batch.save(Record("a"))


def transact(connection):
    with TransactWrite(connection=connection) as writing:
        writing.save(Record("a"))
        writing.save(Record("b"))


def read_together(connection):
    with TransactGet(connection=connection) as reading:
        reading.get(Record, "a")


EVERY_CALL = [put, update, delete, get, query, get_several, write_several, transact, read_together]
CROSSED = [
    (put, refused("TransactionConflictException")),
    (update, refused("TransactionConflictException")),
    (delete, refused("TransactionConflictException")),
    (transact, cancelled("TransactionConflict", "None")),
    (transact, cancelled("None", "ThrottlingError")),
    (transact, cancelled("ProvisionedThroughputExceeded", "TransactionConflict")),
    (transact, refused("TransactionInProgressException")),
    (read_together, cancelled("TransactionConflict")),
]
"""Calls, and how DynamoDB says of each that it crossed another."""


def test_what_crossed_another_write_is_repeated_until_it_is_done(connection, wire, waits):
    for call, refusal in CROSSED:
        wire.answers = [refusal, refusal, DONE]
        call(connection)
        assert wire.tries() == 3, (call, refusal)
    assert len(waits) == 2 * len(CROSSED)


def test_what_crosses_others_ten_times_is_contention(connection, wire):
    for call, refusal in CROSSED:
        wire.answers = [refusal]
        with pytest.raises(Contention):
            call(connection)
        assert wire.tries() == TRIES, (call, refusal)


def test_waits_double_up_to_a_second(connection, wire, waits, monkeypatch):
    monkeypatch.setattr("random.uniform", lambda _least, most: most)
    wire.answers = [refused("TransactionConflictException")]
    with pytest.raises(Contention):
        put(connection)
    assert waits == pytest.approx([0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1, 1, 1])


def test_waits_are_random_so_that_those_who_met_do_not_meet_again(connection, wire, waits):
    wire.answers = [refused("TransactionConflictException")]
    for _ in range(2):
        with pytest.raises(Contention):
            put(connection)
    assert waits[:9] != waits[9:]
    assert all(0 <= wait <= 1 for wait in waits)


def test_a_repeated_transaction_is_the_same_to_dynamodb(connection, wire):
    """Its token tells DynamoDB so: where the first try was done and only its answer lost, it is not done twice."""
    wire.answers = [cancelled("TransactionConflict", "None"), NO_ANSWER, DONE]
    transact(connection)
    assert len(wire.asked) == 3
    assert len({json.loads(request.body)["ClientRequestToken"] for request in wire.asked}) == 1


def test_a_condition_that_failed_as_well_is_final(connection, wire):
    wire.answers = [cancelled("TransactionConflict", "ConditionalCheckFailed")]
    with pytest.raises(TransactWriteError) as refusal:
        transact(connection)
    reasons = [reason and reason.code for reason in refusal.value.cancellation_reasons]
    assert reasons == ["TransactionConflict", "ConditionalCheckFailed"]
    assert wire.tries() == 1


def test_a_failed_condition_of_a_single_write_is_pynamodb_s_own_error(connection, wire):
    wire.answers = [refused("ConditionalCheckFailedException")]
    with pytest.raises(PutError) as refusal:
        put_unless_there(connection)
    assert refusal.value.cause_response_code == "ConditionalCheckFailedException"
    assert wire.tries() == 1


@pytest.mark.parametrize("code", ["ThrottlingException", "ProvisionedThroughputExceededException"])
def test_what_is_throttled_is_repeated_three_times_and_then_contention(connection, wire, code):
    wire.answers = [refused(code)]
    for call in EVERY_CALL:
        with pytest.raises(Contention):
            call(connection)
        assert wire.tries() == BOTOCORES_TRIES, call


def test_what_is_throttled_once_is_done_at_the_second_try(connection, wire):
    wire.answers = [refused("ThrottlingException"), DONE]
    query(connection)
    assert wire.tries() == 2


def test_a_call_has_so_many_tries_in_all_however_they_fail(connection, wire):
    wire.answers = [*[refused("TransactionConflictException")] * (BOTOCORES_TRIES - 1), refused("ThrottlingException")]
    with pytest.raises(Contention):
        put(connection)
    assert wire.tries() == BOTOCORES_TRIES


@pytest.mark.parametrize("silence", [NO_ANSWER, TOO_LATE])
def test_what_is_not_answered_is_repeated_three_times_and_then_unreachable(connection, wire, silence):
    wire.answers = [silence]
    for call in EVERY_CALL:
        with pytest.raises(Unreachable) as unreachable:
            call(connection)
        assert unreachable.value.__cause__ is silence
        assert wire.tries() == BOTOCORES_TRIES, call


@pytest.mark.parametrize(("code", "status"), [("InternalServerError", 500), ("ServiceUnavailable", 503)])
def test_a_database_that_is_out_of_order_is_unreachable(connection, wire, code, status):
    wire.answers = [refused(code, status)]
    for call in EVERY_CALL:
        with pytest.raises(Unreachable):
            call(connection)
        assert wire.tries() == BOTOCORES_TRIES, call


def test_what_is_plainly_wrong_stays_pynamodb_s_own_error_and_is_not_repeated(connection, wire):
    wire.answers = [refused("ValidationException")]
    with pytest.raises(QueryError):
        query(connection)
    assert wire.tries() == 1


@pytest.fixture
def connection_made_without_credentials(monkeypatch, wire, waits):
    """PynamoDB makes its client anew at each call, from the calling thread's own session, until there are some."""
    for name in CREDENTIALS:
        monkeypatch.delenv(name, raising=False)
    for name, value in NO_CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    connection = connected()
    first = connection.client
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    yield connection
    assert connection.client is not first


def test_a_client_made_anew_repeats_as_well(connection_made_without_credentials, wire):
    wire.answers = [refused("TransactionConflictException"), DONE]
    put(connection_made_without_credentials)
    assert wire.tries() == 2


def test_a_client_made_anew_by_another_thread_repeats_as_well(connection_made_without_credentials, wire):
    wire.answers = [refused("TransactionConflictException")]
    with ThreadPoolExecutor(1) as thread, pytest.raises(Contention):
        thread.submit(put, connection_made_without_credentials).result()
    assert wire.tries() == TRIES
