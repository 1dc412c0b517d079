import importlib
import json
import os
import signal
import time
from copy import copy
from pathlib import Path
from uuid import uuid4

import pytest
from chalice.app import Chalice

from local.event_sources import running
from local.pollers import interval_of


@pytest.fixture(scope="module")
def small_app(local_aws):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("QR_STREAM_ARN", local_aws.environment["QR_STREAM_ARN"])
        return importlib.import_module("tests.local.handlers").a_small_app()


class Folder:
    """Where one run leaves pids, logs and what the handlers noted."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.notes = path / "notes.jsonl"
        self.config = path / "config.json"
        self.config.write_text(
            json.dumps(
                {
                    "version": "2.0",
                    "app_name": "streamarr",
                    "lambda_timeout": 40,
                    "stages": {"test": {"lambda_functions": {"provision": {"lambda_timeout": 20}}}},
                }
            )
        )

    def noted(self, function):
        lines = self.notes.read_text().splitlines() if self.notes.exists() else []
        return [note for note in map(json.loads, lines) if note["function"] == f"streamarr-test-{function}"]

    def orders(self, mark):
        return [note for note in self.noted("provision") if note["mark"] == mark]

    def pids(self):
        return [int(file.read_text()) for file in self.path.glob("*.pid")]


def start(app, aws, folder, **options):
    return running(
        app,
        environment={**aws.environment, "EVENTS_FILE": str(folder.notes)},
        run_dir=folder.path,
        config_path=folder.config,
        stage="test",
        **options,
    )


@pytest.fixture(scope="module")
def folder(local_aws, small_app, tmp_path_factory):
    folder = Folder(tmp_path_factory.mktemp("run"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("A_SECRET_OF_THE_SHELL", "seen")
        with start(small_app, local_aws, folder, sweep_seconds=1):
            yield folder


def eventually(look, within=15.0):
    """What `look` finds, as soon as it finds anything."""
    deadline = time.monotonic() + within
    while not (found := look()):
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.05)
    return found


@pytest.fixture
def send(local_aws, local_client):
    def send(do):
        mark = str(uuid4())
        local_client("sqs").send_message(
            QueueUrl=local_aws.outputs["ProvisionQueueUrl"],
            MessageBody=json.dumps({"do": do, "mark": mark}),
            MessageAttributes={"traced": {"DataType": "String", "StringValue": "yes"}},
        )
        return mark

    return send


def waiting_messages(sqs, url):
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    return sum(map(int, attributes.values()))


def is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def count(note):
    return int(note["event"]["Records"][0]["attributes"]["ApproximateReceiveCount"])


def test_a_message_reaches_the_function_as_lambda_would_bring_it(folder, send, local_aws):
    mark = send("nothing")
    note = eventually(lambda: folder.orders(mark))[0]
    record = note["event"]["Records"][0]
    assert record["eventSource"] == "aws:sqs"
    assert record["eventSourceARN"] == local_aws.outputs["ProvisionQueueArn"]
    assert record["awsRegion"] == "us-east-1"
    assert record["attributes"].keys() >= {
        "ApproximateReceiveCount",
        "SentTimestamp",
        "SenderId",
        "ApproximateFirstReceiveTimestamp",
    }
    assert record["messageAttributes"]["traced"] == {
        "stringValue": "yes",
        "dataType": "String",
        "stringListValues": [],
        "binaryListValues": [],
    }


def test_a_function_has_its_own_timeout_and_not_the_shells_environment(folder, send):
    mark = send("nothing")
    note = eventually(lambda: folder.orders(mark))[0]
    assert 10_000 < note["remaining"] <= 20_000
    assert note["secret"] is None


def test_a_handled_message_is_gone(folder, send, local_aws, local_client):
    mark = send("nothing")
    eventually(lambda: folder.orders(mark))
    url = local_aws.outputs["ProvisionQueueUrl"]
    eventually(lambda: waiting_messages(local_client("sqs"), url) == 0)


def test_a_failing_message_comes_again_and_then_goes_to_the_dead_letter_queue(folder, send, local_aws, local_client):
    mark = send("raise")
    eventually(lambda: len(folder.orders(mark)) == 2)
    assert [count(note) for note in folder.orders(mark)] == [1, 2]
    dead = local_aws.outputs["ProvisionDeadQueueUrl"]
    answer = eventually(lambda: local_client("sqs").receive_message(QueueUrl=dead, WaitTimeSeconds=1).get("Messages"))
    assert json.loads(answer[0]["Body"])["mark"] == mark
    assert len(folder.orders(mark)) == 2


def test_a_message_comes_again_when_its_sandbox_is_killed_midway(folder, send):
    mark = send("hang at first")
    victim = eventually(lambda: folder.orders(mark))[0]["pid"]
    assert victim in folder.pids()
    os.kill(victim, signal.SIGKILL)
    second = eventually(lambda: folder.orders(mark)[1:])[0]
    assert count(second) == 2
    assert second["pid"] != victim


def test_an_expired_item_reaches_the_stream_function_as_removed_by_dynamodb(folder, local_client):
    local_client("dynamodb").put_item(
        TableName="streamarr-test-qr_images",
        Item={
            "code": {"S": "expired"},
            "object_key": {"S": "qr/expired.png"},
            "digest": {"B": b"\x00\xff"},
            "expires_at": {"N": str(int(time.time()) - 1)},
        },
    )
    record = eventually(lambda: removals(folder, "expired"))[0]
    assert record["userIdentity"] == {"type": "Service", "principalId": "dynamodb.amazonaws.com"}
    assert record["dynamodb"]["Keys"] == {"code": {"S": "expired"}, "object_key": {"S": "qr/expired.png"}}
    assert record["dynamodb"]["OldImage"]["digest"] == {"B": "AP8="}
    assert record["dynamodb"]["ApproximateCreationDateTime"] == pytest.approx(time.time(), abs=20)
    assert record["eventSourceARN"].split("/")[1] == "streamarr-test-qr_images"


def test_a_deleted_item_does_not_name_who_removed_it(folder, local_client):
    dynamodb, key = local_client("dynamodb"), {"code": {"S": "deleted"}, "object_key": {"S": "x"}}
    dynamodb.put_item(TableName="streamarr-test-qr_images", Item=key)
    dynamodb.delete_item(TableName="streamarr-test-qr_images", Key=key)
    assert "userIdentity" not in eventually(lambda: removals(folder, "deleted"))[0]


def test_a_failing_batch_of_a_stream_comes_again(folder, local_client):
    item = {"code": {"S": "poison"}, "object_key": {"S": "x"}}
    local_client("dynamodb").put_item(TableName="streamarr-test-qr_images", Item=item)
    first, second = eventually(lambda: len(found := changes(folder, "poison")) > 1 and found)
    assert first["dynamodb"]["SequenceNumber"] == second["dynamodb"]["SequenceNumber"]


def changes(folder, code):
    records = [record for note in folder.noted("tidy_qr") for record in note["event"]["Records"]]
    return [record for record in records if record["dynamodb"]["Keys"]["code"] == {"S": code}]


def removals(folder, code):
    return [record for record in changes(folder, code) if record["eventName"] == "REMOVE"]


def test_a_schedule_fires_again_and_again(folder):
    event = eventually(lambda: folder.noted("sweep")[1:])[0]["event"]
    assert event["detail-type"] == "Scheduled Event"
    assert event["source"] == "aws.events"
    assert event["resources"] == ["arn:aws:events:us-east-1:000000000000:rule/sweep"]


def test_a_rate_gives_its_seconds():
    assert interval_of("rate(1 minute)") == 60
    assert interval_of("rate(2 hours)") == 7200


@pytest.fixture
def slow_schedules(small_app):
    """An app whose schedule never ends, and which leaves the queue to others."""
    app = Chalice(small_app.app_name)
    app.event_sources.extend(copy(each) for each in small_app.event_sources if each.name == "sweep")
    app.event_sources[0].handler_string = "tests.local.handlers.hang"
    return app


def test_a_function_that_runs_too_long_is_killed_and_called_again(local_aws, slow_schedules, tmp_path):
    folder = Folder(tmp_path)
    with start(slow_schedules, local_aws, folder, sweep_seconds=0.1, timeout=0.5):
        second = eventually(lambda: folder.noted("sweep")[1:])[0]["pid"]
        first = folder.noted("sweep")[0]["pid"]
        assert first != second
        assert not is_alive(first)


def test_stopping_takes_seconds_and_leaves_no_process(local_aws, slow_schedules, tmp_path):
    folder = Folder(tmp_path)
    with start(slow_schedules, local_aws, folder, sweep_seconds=0.1):
        eventually(lambda: folder.noted("sweep"))
        (pid,) = folder.pids()
        assert is_alive(pid)
        stopping = time.monotonic()
    assert time.monotonic() - stopping < 3
    assert not is_alive(pid)
    assert not folder.pids()
