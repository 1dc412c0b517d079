"""What the queue brings, and what is said of it: ids, states and codes, and an alarm's word where a person must act."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from aws_lambda_powertools.metrics import MetricUnit

from chalicelib.access.aligning import Aligned, Aligning
from chalicelib.access.pausing import Pausing
from chalicelib.access.progress import Progress, State
from chalicelib.accounts.observing import Observing
from chalicelib.accounts.tokens import ForgettingTokens
from chalicelib.common.ports import RetryLater
from chalicelib.logs import logger
from chalicelib.metrics import Metric, record
from chalicelib.plex.errors import PlexError
from chalicelib.setup.finishing_renewals import FinishingRenewals
from chalicelib.setup.libraries import ReadingLibraries
from chalicelib.wiring import now, use

if TYPE_CHECKING:
    from chalicelib.access.looking import Looking
    from chalicelib.access.looks import Look

T = TypeVar("T")

_SOON, _LONGEST_WAIT = 30, 900
"""Seconds."""


def work(message: str, context: Any) -> None:
    """Do what one message says. Raises RetryLater, and what was not foreseen."""
    match json.loads(message):
        case {"kind": "align", "user_id": user_id}:
            log_aligned(user_id, use(Aligning).align(user_id, deadline=_deadline(context)))
        case {"kind": "batch", "batch_id": batch_id}:
            _work_on_batch(batch_id, _deadline(context))
        case {"kind": "look"}:
            log_look(_looking().look(deadline=_deadline(context)))
        case {"kind": "finish_renewal", "sign_in_id": sign_in_id}:
            renewed = _later_if_plex_fails(lambda: use(FinishingRenewals).finish(sign_in_id))
            logger.info("the owner's sign-in, should its browser not have come back", renewed=renewed)
        case {"kind": "observe", "plex_id": plex_id}:
            observed = _later_if_plex_fails(lambda: use(Observing).observe(plex_id))
            logger.info("observed on Plex", plex_id=plex_id, has_access=observed and observed.has_access)
        case {"kind": "forget_tokens", "key": key, "only_expired": only_expired}:
            forget = partial(use(ForgettingTokens).forget, key, only_expired=only_expired)
            logger.info("tokens forgotten", key=key, number=_later_if_plex_fails(forget))
        case {"kind": "migrate"}:
            _migrate(_deadline(context))
        case {"kind": "refresh_libraries"}:
            use(Pausing).end_if_token_changed()
            logger.info("libraries read", failure=use(ReadingLibraries).read().failure)
        case _:
            raise ValueError("a message of an unknown kind")


def _looking() -> "Looking":
    from chalicelib.access.looking import Looking  # late: a joining does not need it

    return use(Looking)


def log_look(look: "Look | None") -> None:
    if look is None:
        return
    logger.info(
        "looked at everybody on Plex",
        look=look.id,
        outcome=look.outcome and look.outcome.value,
        people=look.people,
        changed=look.changed,
        confirmed=look.confirmed,
        restored=look.restored,
    )


def _work_on_batch(batch_id: str, deadline: datetime) -> None:
    from chalicelib.access.deciding.batches import WorkingOnBatches  # late: likewise

    batch = use(WorkingOnBatches).work(batch_id, deadline=deadline)
    logger.info("decided for many", batch=batch_id, action=batch and batch.action.value, of=batch and len(batch.left))


def _migrate(deadline: datetime) -> None:
    from chalicelib.setup.migrating import Migrating  # late: once an upgrade, if at all

    migrated = use(Migrating).migrate(deadline=deadline)
    logger.info("migrated", schema=migrated.schema, unfinished=migrated.is_under_way)


def _later_if_plex_fails(ask: Callable[[], T]) -> T:
    try:
        return ask()
    except PlexError as error:
        raise RetryLater(min(error.asked_to_wait or _SOON, _LONGEST_WAIT)) from error


def log_aligned(user_id: str, aligned: Aligned) -> None:
    """A message delivered twice changes nothing the second time, and is not counted."""
    access = aligned.access
    if access is None:
        logger.info("aligned", user=user_id, access="none")
        return
    need, progress = access.done.need, access.done.progress
    logger.info(
        "aligned",
        user=user_id,
        redemption=aligned.joining,
        state=progress.state.value if progress else None,
        reason=need.code if need else None,
        settled=access.is_settled,
        tries=access.done.tries,
    )
    if access.done.waits_for_owner:
        logger.error("work is paused: Plex does not take the owner's token", error="PlexTokenRefused")
    if aligned.changed and aligned.joining and progress:
        _record(aligned.joining, progress)


def _record(redemption_id: str, progress: Progress) -> None:
    if progress.state is State.DONE:
        seconds = round((progress.at - progress.began_at).total_seconds(), 1)
        record(Metric.PROVISIONING_SECONDS, seconds, unit=MetricUnit.Seconds, redemption=redemption_id)
    if progress.state is State.FAILED:
        reason = progress.reason
        record(Metric.PROVISIONING_FAILED, redemption=redemption_id, reason=reason and reason.code)


def _deadline(context: Any) -> datetime:
    """When Lambda will have ended this invocation, come what may."""
    return now() + timedelta(milliseconds=context.get_remaining_time_in_millis())
