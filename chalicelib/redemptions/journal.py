"""What the journal tells of redemptions."""

import hashlib

from chalicelib.common.times import iso
from chalicelib.events.model import Entry, Facts, about_redemption
from chalicelib.redemptions.model import Redemption


def claimed_entry(redemption: Redemption) -> Entry:
    """A person came in by an invite."""
    return _entry(redemption, "claimed")


def outcome_entry(redemption: Redemption) -> Entry:
    """It is done, failed, or in need of something. The same outcome is the same entry, however often it is noted."""
    return _entry(redemption, redemption.state.value.replace("_", " "))


def _entry(redemption: Redemption, action: str) -> Entry:
    at = redemption.progress.at
    identity = f"{redemption.id}.{action}.{iso(at)}"
    return Entry(
        id=hashlib.sha256(identity.encode()).hexdigest()[:32],
        subject=about_redemption(redemption.id),
        action=action,
        by=redemption.user,
        at=at,
        before={},
        after=_facts(redemption),
    )


def _facts(redemption: Redemption) -> Facts:
    facts: Facts = {"code": redemption.code, "user": redemption.user.name}
    return facts | {"reason": redemption.reason.code} if redemption.reason else facts
