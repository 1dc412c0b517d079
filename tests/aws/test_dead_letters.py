import json
from datetime import UTC, datetime

import pytest
from botocore.exceptions import ClientError

from chalicelib.aws import clients
from chalicelib.aws.dead_letters import DeadLetters


def test_a_dead_letter_tells_what_it_was_and_why_it_was_put_aside():
    url = clients.sqs().create_queue(QueueName="parked")["QueueUrl"]
    DeadLetters("parked").add({"event_id": "e1", "keys": {"code": {"S": "AbCdEfGh"}}}, "KeyError")
    (message,) = clients.sqs().receive_message(QueueUrl=url)["Messages"]
    assert json.loads(message["Body"]) == {"why": "KeyError", "event_id": "e1", "keys": {"code": {"S": "AbCdEfGh"}}}


def test_what_json_does_not_know_is_told_as_text():
    url = clients.sqs().create_queue(QueueName="parked")["QueueUrl"]
    DeadLetters("parked").add({"at": datetime(2027, 3, 1, tzinfo=UTC)}, "TypeError")
    (message,) = clients.sqs().receive_message(QueueUrl=url)["Messages"]
    assert json.loads(message["Body"])["at"] == "2027-03-01 00:00:00+00:00"


def test_a_letter_that_cannot_be_put_aside_is_an_error():
    """So that Lambda brings the record again."""
    with pytest.raises(ClientError, match="NonExistentQueue"):
        DeadLetters("parked").add({"event_id": "e1"}, "KeyError")
