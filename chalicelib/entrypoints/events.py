"""What AWS starts: a message, a schedule, a stream record. Lambda imports this module, never app.py."""

import json
from datetime import datetime, timedelta
from typing import Any

from aws_lambda_powertools import Logger
from chalice.app import Blueprint, CloudWatchEvent, DynamoDBEvent, Rate, SQSEvent

from chalicelib import wiring
from chalicelib.settings import environment
from chalicelib.usecases import sweeping
from chalicelib.usecases.provisioning import TryLater

events = Blueprint(__name__)
logger = Logger(service="streamarr-invites")


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
            redemption = wiring.provisioning(deadline).provision(redemption_id)
            logger.info("provisioned", redemption=redemption.id, state=redemption.state.value)
        case _:
            raise ValueError("a message of an unknown kind")


def _deadline(context: Any) -> datetime:
    """When Lambda will have ended this invocation, come what may."""
    return wiring.now() + timedelta(milliseconds=context.get_remaining_time_in_millis())


@events.schedule(Rate(5, unit=Rate.MINUTES))
def sweep(event: CloudWatchEvent) -> None:
    """Send again what no message carries any more."""
    resent = sweeping.resend_stuck(redemptions=wiring.redemptions(), queue=wiring.queue(), now=wiring.now())
    logger.info("swept", scheduled=event.to_dict().get("time"), resent=resent)


@events.on_dynamodb_record(stream_arn=environment().qr_stream_arn, batch_size=10, starting_position="TRIM_HORIZON")
def tidy_qr(event: DynamoDBEvent) -> None:
    """A QR record is gone, by its TTL or by hand: its image goes too."""
    for record in event:
        if record.event_name == "REMOVE":
            object_key = record.keys["object_key"]["S"]
            wiring.qr_images().delete(object_key)
            logger.info("QR image deleted", reason="record removed")
