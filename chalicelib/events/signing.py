"""Webhooks by Standard Webhooks 1.0: what is sent, and how it is signed."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from chalicelib.common.times import iso
from chalicelib.events.catalogue import VERSION
from chalicelib.events.model import Entry

SECRET_BYTES = 32
_PREFIX = "whsec_"


def new_secret(random: bytes) -> str:
    """A signing secret as receivers enter it."""
    return _PREFIX + base64.b64encode(random).decode()


def body_of(entry: Entry, name: str) -> str:
    """The event as JSON."""
    kind, _, id_ = entry.subject.partition("#")
    data: dict[str, Any] = {
        "subject": {"kind": kind, "id": id_ or kind},
        "by": {"id": entry.by.id, "name": entry.by.name},
        "before": entry.before,
        "after": entry.after,
    }
    event = {"type": name, "timestamp": iso(entry.at), "version": VERSION, "data": data}
    return json.dumps(event, ensure_ascii=False, separators=(",", ":"))


def headers_of(event_id: str, body: str, secrets: Iterable[str], *, now: datetime) -> dict[str, str]:
    """The three headers: the same id with every attempt, the attempt's time, a signature by each secret."""
    timestamp = str(int(now.timestamp()))
    text = f"{event_id}.{timestamp}.{body}".encode()
    return {
        "webhook-id": event_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(_signature(text, secret) for secret in secrets),
    }


def _signature(text: bytes, secret: str) -> str:
    key = base64.b64decode(secret.removeprefix(_PREFIX))
    return "v1," + base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode()
