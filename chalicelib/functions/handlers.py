"""What AWS starts: a message, a schedule, a stream record. Lambda imports this module, never app.py.

Each function imports its own work only: as Lambda starts it, or here and in tests when it is called.
"""

from importlib import import_module

from chalice.app import Blueprint, CloudWatchEvent, DynamoDBEvent, Rate, SQSEvent

from chalicelib import wiring
from chalicelib.common.ports import RetryLater
from chalicelib.environment import environment

events = Blueprint(__name__)

AT_ONCE = 5
"""Messages at the same time, so that plex.tv gets few requests at once. Nothing is reserved: a new account has ten
executions in all, and Lambda would burn the receives of messages that it polls and may not run.
"""

_WORK = {
    "provision": "provision",
    "sweep": "sweep",
    "tidy_qr": "qr_stream",
    "announce": "announce",
    "deliver": "deliver",
}
"""The module of chalicelib.functions that each function needs."""


@events.on_sqs_message(queue=environment().provision_queue_name, batch_size=1, maximum_concurrency=AT_ONCE)
def provision(event: SQSEvent) -> None:
    """One message, one piece of work. Raising leaves it to come again, at last to the dead-letter queue."""
    from chalicelib.functions.provision import work

    for message in event:
        try:
            work(message.body, event.context)
        except RetryLater as later:
            wiring.ports.work_queue.postpone(message.receipt_handle, later.seconds)
            raise


@events.schedule(Rate(5, unit=Rate.MINUTES))
def sweep(event: CloudWatchEvent) -> None:
    """Work off what is due: expirations, what no message carries any more, expired records."""
    from chalicelib.functions.sweep import sweep_all

    sweep_all(event.context)


@events.on_dynamodb_record(stream_arn=environment().qr_stream_arn, batch_size=10, starting_position="TRIM_HORIZON")
def tidy_qr(event: DynamoDBEvent) -> None:
    """A QR record is gone, by its TTL or by hand: its image goes too."""
    from chalicelib.functions.qr_stream import clean_up

    clean_up(event.to_dict()["Records"])


@events.on_dynamodb_record(
    stream_arn=environment().journal_stream_arn, batch_size=100, starting_position="TRIM_HORIZON"
)
def announce(event: DynamoDBEvent) -> None:
    """Something was noted in the journal: who else is to hear of it is written down, and sent soon."""
    from chalicelib.functions.announce import announce_all

    announce_all(event.to_dict()["Records"])


@events.lambda_function()
def deliver(event: object, context: object) -> None:  # noqa: ARG001 - Lambda gives it
    """Send what is due. Called without waiting, by announce and by the sweep."""
    from chalicelib.functions.deliver import deliver_all

    deliver_all(context)


if environment().in_lambda:
    wiring.warm_up()
    if work := _WORK.get(environment().function):
        import_module(f"chalicelib.functions.{work}")
