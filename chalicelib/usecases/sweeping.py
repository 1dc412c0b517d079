"""What schedules look after: whatever no message carries any more."""

from datetime import datetime

from chalicelib.ports import ProvisionQueue, Redemptions

BATCH = 100


def resend_stuck(*, redemptions: Redemptions, queue: ProvisionQueue, now: datetime) -> int:
    """Send again the redemptions in progress that are overdue; gives how many. Safe twice at once."""
    overdue = redemptions.due(before=now, limit=BATCH)
    for redemption_id in overdue:
        queue.send(redemption_id)
    return len(overdue)
