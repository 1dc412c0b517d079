"""What the queue brings, and what is said of it: ids, states and codes, and an alarm's word where a person must act."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeVar

from aws_lambda_powertools.metrics import MetricUnit

from chalicelib.access.ending import EndingAccess
from chalicelib.access.model import Ending
from chalicelib.access.pausing import Pausing
from chalicelib.access.progress import State
from chalicelib.accounts.observing import Observing
from chalicelib.accounts.tokens import ForgettingTokens
from chalicelib.common.ports import RetryLater
from chalicelib.logs import logger
from chalicelib.metrics import Metric, record
from chalicelib.plex.errors import PlexError
from chalicelib.redemptions.model import Redemption
from chalicelib.redemptions.provisioning import Provisioned, Provisioning
from chalicelib.setup.finishing_renewals import FinishingRenewals
from chalicelib.setup.libraries import ReadingLibraries
from chalicelib.wiring import now, use

T = TypeVar("T")

_SOON, _LONGEST_WAIT = 30, 900
"""Seconds."""


def work(message: str, context: Any) -> None:
    """Do what one message says. Raises RetryLater, and what was not foreseen."""
    match json.loads(message):
        case {"kind": "provision", "redemption_id": redemption_id}:
            log_provisioned(use(Provisioning).provision(redemption_id, deadline=_deadline(context)))
        case {"kind": "end_access", "user_id": user_id}:
            log_ending(user_id, use(EndingAccess).end(user_id, deadline=_deadline(context)))
        case {"kind": "finish_renewal", "sign_in_id": sign_in_id}:
            renewed = _later_if_plex_fails(lambda: use(FinishingRenewals).finish(sign_in_id))
            logger.info("the owner's sign-in, should its browser not have come back", renewed=renewed)
        case {"kind": "observe", "plex_id": plex_id}:
            observed = _later_if_plex_fails(lambda: use(Observing).observe(plex_id))
            logger.info("observed on Plex", plex_id=plex_id, has_access=observed and observed.has_access)
        case {"kind": "forget_tokens", "key": key, "only_expired": only_expired}:
            forget = partial(use(ForgettingTokens).forget, key, only_expired=only_expired)
            logger.info("tokens forgotten", key=key, number=_later_if_plex_fails(forget))
        case {"kind": "refresh_libraries"}:
            use(Pausing).end_if_token_changed()
            logger.info("libraries read", failure=use(ReadingLibraries).read().failure)
        case _:
            raise ValueError("a message of an unknown kind")


def _later_if_plex_fails(ask: Callable[[], T]) -> T:
    try:
        return ask()
    except PlexError as error:
        raise RetryLater(min(error.asked_to_wait or _SOON, _LONGEST_WAIT)) from error


def log_provisioned(provisioned: Provisioned) -> None:
    """A message delivered twice changes nothing the second time, and is not counted."""
    redemption = provisioned.redemption
    reason = redemption.reason.code if redemption.reason else None
    logger.info("provisioned", redemption=redemption.id, state=redemption.state.value, reason=reason)
    if redemption.waits_for_owner:
        logger.error("provisioning is paused: Plex does not take the owner's token", error="PlexTokenRefused")
    if provisioned.changed:
        _record(redemption, reason)


def log_ending(user_id: str, ending: Ending | None) -> None:
    ended = ending is not None and ending.ended_at is not None
    logger.info("access on Plex", user=user_id, ended=ended, tries=ending.tries if ending else None)


def _record(redemption: Redemption, reason: str | None) -> None:
    if redemption.state is State.DONE:
        seconds = round((now() - redemption.created_at).total_seconds(), 1)
        record(Metric.PROVISIONING_SECONDS, seconds, unit=MetricUnit.Seconds, redemption=redemption.id)
    if redemption.state is State.FAILED:
        record(Metric.PROVISIONING_FAILED, redemption=redemption.id, reason=reason)


def _deadline(context: Any) -> datetime:
    """When Lambda will have ended this invocation, come what may."""
    return now() + timedelta(milliseconds=context.get_remaining_time_in_millis())
