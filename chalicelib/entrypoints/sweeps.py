"""What the schedules do, and what they say of it."""

from datetime import datetime, timedelta
from typing import Any

from chalicelib import wiring
from chalicelib.entrypoints.logs import logger
from chalicelib.entrypoints.metrics import Metric, record
from chalicelib.usecases import orphans, sweeping
from chalicelib.usecases.sweeping import Swept

_SHARE_OF_THE_TIME = 0.8
"""The rest is for the steps that are under way when time is up."""


class ChoresFailed(Exception):
    """Some steps failed and are due again; what went wrong first is the cause."""


def sweep(context: Any) -> None:
    """Raises ChoresFailed once all is done that could be."""
    swept = sweeping.sweep(wiring.chores(wiring.now()), clock=wiring.now, until=_until(context))
    for each in swept:
        _tell(each)
    if failed := [each for each in swept if each.error]:
        raise ChoresFailed(", ".join(f"{each.chore}: {each.failed}" for each in failed)) from failed[0].error


def remove_orphans(context: Any) -> None:
    removed = orphans.remove_orphans(
        images=wiring.qr_images(), records=wiring.qr_records(), clock=wiring.now, until=_until(context)
    )
    _tell(removed)


def _until(context: Any) -> datetime:
    left = timedelta(milliseconds=context.get_remaining_time_in_millis())
    return wiring.now() + left * _SHARE_OF_THE_TIME


def _tell(swept: Swept) -> None:
    logger.info("swept", chore=swept.chore, done=swept.done, failed=swept.failed, unfinished=swept.unfinished)
    if swept.done:  # a metric is paid for by the hours in which it is sent
        record(Metric.SWEPT, swept.done, chore=swept.chore, unfinished=swept.unfinished)
    if swept.failed:
        record(Metric.SWEEP_FAILED, swept.failed, chore=swept.chore)
