"""What the schedule does, and what is said of it."""

from datetime import datetime, timedelta
from typing import Any

from chalicelib import wiring
from chalicelib.common import sweeping
from chalicelib.common.sweeping import Swept
from chalicelib.logs import logger
from chalicelib.metrics import Metric, record

_SHARE_OF_THE_TIME = 0.8
"""The rest is for the steps that are under way when time is up."""


class ChoresFailed(Exception):
    """Some steps failed and are due again; what went wrong first is the cause."""


def sweep_all(context: Any) -> None:
    """Raises ChoresFailed once all is done that could be."""
    swept = sweeping.sweep(wiring.chores(wiring.now()), clock=wiring.now, until=_until(context))
    for each in swept:
        _log_swept(each)
    if failed := [each for each in swept if each.error]:
        raise ChoresFailed(", ".join(f"{each.chore}: {each.failed}" for each in failed)) from failed[0].error


def _until(context: Any) -> datetime:
    left = timedelta(milliseconds=context.get_remaining_time_in_millis())
    return wiring.now() + left * _SHARE_OF_THE_TIME


def _log_swept(swept: Swept) -> None:
    logger.info("swept", chore=swept.chore, done=swept.done, failed=swept.failed, unfinished=swept.unfinished)
    if swept.done:  # a metric is paid for by the hours in which it is sent
        record(Metric.SWEPT, swept.done, chore=swept.chore, unfinished=swept.unfinished)
