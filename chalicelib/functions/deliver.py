"""Sending what is due to endpoints. This function alone reads their addresses and secrets."""

from datetime import timedelta
from typing import Any

from chalicelib.events.delivering import Delivering
from chalicelib.logs import logger
from chalicelib.wiring import now, use


class DeliveriesFailed(Exception):
    """Something went wrong with some endpoints; what went wrong first is the cause."""


def deliver_all(context: Any) -> None:
    """Raises DeliveriesFailed once all is sent that could be."""
    until = now() + timedelta(milliseconds=context.get_remaining_time_in_millis())
    errors = use(Delivering).deliver(until=until)
    logger.info("delivered", failed=len(errors))
    if errors:
        raise DeliveriesFailed(", ".join(type(each).__name__ for each in errors)) from errors[0]
