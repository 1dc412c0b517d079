"""What the queue function says of its work: ids, states and codes, and an alarm's word where somebody must act."""

from chalicelib import wiring
from chalicelib.domain.departures import Departure
from chalicelib.domain.redemptions import Redemption, State
from chalicelib.entrypoints.logs import logger
from chalicelib.entrypoints.metrics import Metric, record


def told(redemption: Redemption) -> None:
    reason = redemption.reason.code if redemption.reason else None
    logger.info("provisioned", redemption=redemption.id, state=redemption.state.value, reason=reason)
    if redemption.waits_for_owner:
        logger.error("provisioning is paused: Plex does not take the owner's token", error="PlexTokenRefused")
    if redemption.state is State.DONE:
        record(Metric.PROVISIONING_SECONDS, _seconds(redemption), unit="Seconds", redemption=redemption.id)
    if redemption.state is State.FAILED:
        record(Metric.PROVISIONING_FAILED, redemption=redemption.id, reason=reason)


def departed(user_id: str, departure: Departure | None) -> None:
    ended = departure is not None and departure.ended_at is not None
    logger.info("access on Plex", user=user_id, ended=ended, tries=departure.tries if departure else None)


def _seconds(redemption: Redemption) -> float:
    return round((wiring.now() - redemption.created_at).total_seconds(), 1)
