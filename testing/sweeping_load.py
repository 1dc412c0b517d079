"""Fills an installation with what is due, sweeps it as Lambda would, and prints how long that took.

Run as a module in a process of its own, with the environment of a local AWS: `python -m testing.sweeping_load 10000`.
"""

import json
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from chalicelib import wiring
from chalicelib.common.people import Person
from chalicelib.functions import handlers
from chalicelib.invites.model import Invite
from chalicelib.qr_codes.model import Format, object_key
from chalicelib.stores.accounts.records import SignInModel
from chalicelib.stores.invites.records import InviteModel, invite_record
from chalicelib.stores.qr_codes.records import QrImageModel

SCHEDULED = Path(__file__).parents[1] / "tests" / "lambda_events" / "scheduled.json"
MADE = datetime.now(UTC) - timedelta(days=2)
EXPIRED = datetime.now(UTC) - timedelta(minutes=1)


class Context:
    """As much time as .chalice/config.template.json gives the function."""

    def __init__(self, seconds: float) -> None:
        self._ends = time.monotonic() + seconds

    def get_remaining_time_in_millis(self) -> int:
        return max(0, int((self._ends - time.monotonic()) * 1000))


def fill(count: int) -> None:
    """Invites, images and sign-ins that all expired at the same moment."""
    _ = wiring.ports.connection
    maya = Person("maya", "Maya")
    codes = [f"Due{number:09}" for number in range(count)]
    with InviteModel.batch_write() as batch:
        for code in codes:
            invite = Invite(code=code, created_by=maya, created_at=MADE, updated_at=MADE, expires_at=EXPIRED)
            batch.save(invite_record(invite))
    with QrImageModel.batch_write() as batch:
        for code in codes:
            key = object_key(code, "https://invites.example.org", Format.PNG)
            batch.save(QrImageModel(code=code, object_key=key, expires_at=EXPIRED, invite_expires_at=EXPIRED))
    with SignInModel.batch_write() as batch:
        for code in codes[: count // 10]:
            begun = SignInModel(code, purpose="redeem", pin_id="1", browser_hash="x", created_at=MADE)
            begun.expires_at = EXPIRED
            batch.save(begun)


def sweep(seconds: float) -> tuple[float, float]:
    """Seconds of the clock and of the processor."""
    began, processor = time.monotonic(), time.process_time()
    handlers.sweep(json.loads(SCHEDULED.read_text()), Context(seconds))
    return round(time.monotonic() - began, 2), round(time.process_time() - processor, 2)


def still_due() -> dict[str, int]:
    now = wiring.now()
    return {
        "invites": InviteModel.due.count("expiry", InviteModel.due_at <= now.timestamp()),
        "images": QrImageModel.due.count("ttl", QrImageModel.expires_at <= now),
        "sign_ins": SignInModel.due.count("ttl", SignInModel.expires_at <= now),
    }


def main(count: int, seconds: float) -> None:
    fill(count)
    before = still_due()
    clock, processor = sweep(seconds)
    figures = {"before": before, "after": still_due(), "seconds": clock, "processor_seconds": processor}
    sys.stdout.write(json.dumps(figures) + "\n")


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]) if len(sys.argv) > 2 else 240.0)
