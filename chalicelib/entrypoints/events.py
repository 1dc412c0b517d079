"""What AWS starts: a message, a schedule, a stream record. Lambda imports this module, never app.py."""

import json
from datetime import datetime, timedelta
from typing import Any

from chalice.app import Blueprint, CloudWatchEvent, DynamoDBEvent, Rate, SQSEvent

from chalicelib import wiring
from chalicelib.entrypoints import provisions, stream, sweeps
from chalicelib.entrypoints.logs import logger
from chalicelib.settings import environment
from chalicelib.usecases import libraries
from chalicelib.usecases.provisioning import TryLater

events = Blueprint(__name__)


@events.on_sqs_message(queue=environment().provision_queue_name, batch_size=1)
def provision(event: SQSEvent) -> None:
    """One message, one piece of work. Raising leaves it to come again, at last to the dead-letter queue."""
    for message in event:
        try:
            _work(json.loads(message.body), deadline=_deadline(event.context))
        except TryLater as later:
            wiring.queue().postpone(message.receipt_handle, later.seconds)
            raise


def _work(message: dict[str, str], *, deadline: datetime) -> None:
    match message:
        case {"kind": "provision", "redemption_id": redemption_id}:
            provisions.told(wiring.provisioning(deadline).provision(redemption_id))
        case {"kind": "end_access", "user_id": user_id}:
            provisions.departed(user_id, wiring.ending_access().end(user_id))
        case {"kind": "refresh_libraries"}:
            wiring.pausing().token_was_renewed()
            refresh = libraries.refresh(settings=wiring.house(), plex=wiring.plex_libraries(), now=wiring.now())
            logger.info("libraries read", failure=refresh.failure)
        case _:
            raise ValueError("a message of an unknown kind")


def _deadline(context: Any) -> datetime:
    """When Lambda will have ended this invocation, come what may."""
    return wiring.now() + timedelta(milliseconds=context.get_remaining_time_in_millis())


@events.schedule(Rate(5, unit=Rate.MINUTES))
def sweep(event: CloudWatchEvent) -> None:
    """Work off what is due: expirations, what no message carries any more, what has had its time."""
    sweeps.sweep(event.context)


@events.schedule(Rate(1, unit=Rate.DAYS))
def remove_orphans(event: CloudWatchEvent) -> None:
    """Find and remove the QR images that nobody owns."""
    sweeps.remove_orphans(event.context)


@events.on_dynamodb_record(stream_arn=environment().qr_stream_arn, batch_size=10, starting_position="TRIM_HORIZON")
def tidy_qr(event: DynamoDBEvent) -> None:
    """A QR record is gone, by its TTL or by hand: its image goes too."""
    stream.tidy(event.to_dict()["Records"])


if environment().in_lambda:
    wiring.warm_up()
