import json

import pytest

from chalicelib.aws import clients
from chalicelib.aws.queue import SqsWorkQueue


@pytest.fixture
def url():
    return clients.sqs().create_queue(QueueName="work")["QueueUrl"]


@pytest.fixture
def queue(url):
    return SqsWorkQueue(url)


def received(url, **options):
    return clients.sqs().receive_message(QueueUrl=url, MaxNumberOfMessages=10, **options).get("Messages", [])


def bodies(url):
    return [json.loads(message["Body"]) for message in received(url)]


def delayed(url):
    found = clients.sqs().get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessagesDelayed"])
    return int(found["Attributes"]["ApproximateNumberOfMessagesDelayed"])


def test_a_message_names_its_kind_and_its_record_and_nothing_else(queue, url):
    queue.align("user1")
    queue.observe(7)
    queue.refresh_libraries()
    queue.migrate()
    assert sorted(bodies(url), key=lambda body: body["kind"]) == [
        {"kind": "align", "user_id": "user1"},
        {"kind": "migrate"},
        {"kind": "observe", "plex_id": 7},
        {"kind": "refresh_libraries"},
    ]


def test_a_delayed_message_is_not_there_yet(queue, url):
    queue.align("user1", delay=900)
    queue.finish_renewal("sign-in", delay=30)
    queue.migrate(delay=900)
    assert received(url) == []
    assert delayed(url) == 3


def test_a_postponed_message_comes_again_when_it_was_postponed_to(queue, url):
    queue.refresh_libraries()
    (message,) = received(url, VisibilityTimeout=360)
    queue.postpone(message["ReceiptHandle"], 900)
    assert received(url) == []
    queue.postpone(message["ReceiptHandle"], 0)
    assert bodies(url) == [{"kind": "refresh_libraries"}]
