"""Webhooks by Standard Webhooks, checked with its reference library."""

import json
from datetime import UTC, datetime

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from chalicelib.common.people import Person
from chalicelib.events.model import Entry
from chalicelib.events.signing import SECRET_BYTES, body_of, headers_of, new_secret

SECRET, OTHER = (new_secret(bytes([number]) * SECRET_BYTES) for number in (1, 2))


def now():
    """The reference library takes no message that is five minutes old, so each test has its own."""
    return datetime.now(UTC)


def an_event():
    jo = Person("jo", "Jo „Ö“")
    entry = Entry(id="e1", subject="invite#AbCdEfGh", action="created", by=jo, at=now(), before={}, after={"note": "ü"})
    return body_of(entry, "invite.created")


def test_the_reference_library_takes_what_is_signed():
    body = an_event()
    event = Webhook(SECRET).verify(body, headers_of("e1", body, [SECRET], now=now()))
    assert event == json.loads(body)
    assert (event["type"], event["version"]) == ("invite.created", 1)
    assert event["data"]["subject"] == {"kind": "invite", "id": "AbCdEfGh"}


def test_two_secrets_sign_so_that_either_is_enough():
    body = an_event()
    headers = headers_of("e1", body, [SECRET, OTHER], now=now())
    for secret in (SECRET, OTHER):
        Webhook(secret).verify(body, headers)


@pytest.mark.parametrize("changed", ["webhook-id", "webhook-timestamp", "body", "secret"])
def test_nothing_that_is_signed_can_be_changed(changed):
    body = an_event()
    headers = headers_of("e1", body, [SECRET], now=now())
    if changed == "webhook-id":
        headers[changed] = "e2"
    if changed == "webhook-timestamp":
        headers[changed] = str(int(headers[changed]) + 1)
    with pytest.raises(WebhookVerificationError):
        Webhook(OTHER if changed == "secret" else SECRET).verify(body + " " * (changed == "body"), headers)
