"""The functions of a tiny app. What they are called with goes to EVENTS_FILE, a line each."""

import json
import os
import time
from pathlib import Path

from chalice.app import Blueprint, Chalice, Rate

blueprint = Blueprint(__name__)


def a_small_app() -> Chalice:
    app = Chalice("streamarr")
    app.register_blueprint(blueprint)
    return app


def _note(event, context, **facts) -> None:
    entry = {
        "event": event,
        "pid": os.getpid(),
        "function": context.function_name,
        "remaining": context.get_remaining_time_in_millis(),
        "secret": os.environ.get("A_SECRET_OF_THE_SHELL"),
        **facts,
    }
    with Path(os.environ["EVENTS_FILE"]).open("a") as file:
        file.write(json.dumps(entry) + "\n")


@blueprint.on_sqs_message(queue="streamarr-test-provision")
def provision(event):
    record = event.to_dict()["Records"][0]
    order = json.loads(record["body"])
    _note(event.to_dict(), event.context, mark=order["mark"])
    first = record["attributes"]["ApproximateReceiveCount"] == "1"
    if order["do"] == "raise":
        raise RuntimeError("Plex is away")
    if order["do"] == "hang at first" and first:
        time.sleep(60)


@blueprint.schedule(Rate(5, unit=Rate.MINUTES))
def sweep(event):
    _note(event.to_dict(), event.context)


def describe(event, context):
    """Do what the event says, and tell what there is to see."""
    print(event.get("print", ""))  # noqa: T201 - a function's log
    time.sleep(event.get("sleep", 0))
    if "raise" in event:
        raise ValueError(event["raise"])
    names = ("function_name", "function_version", "memory_limit_in_mb", "invoked_function_arn")
    more = ("log_group_name", "log_stream_name", "aws_request_id")
    return {
        "event": event,
        "pid": os.getpid(),
        "remaining": context.get_remaining_time_in_millis(),
        "variables": dict(os.environ),
        **{name: getattr(context, name) for name in names + more},
    }


def answer_with_an_object(event, context):
    return object()


def hang(event, context):
    _note(event, context)
    time.sleep(60)


@blueprint.on_dynamodb_record(stream_arn=os.environ.get("QR_STREAM_ARN", ""), starting_position="TRIM_HORIZON")
def tidy_qr(event):
    _note(event.to_dict(), event.context)
    codes = [record.keys["code"]["S"] for record in event]
    flag = Path(os.environ["EVENTS_FILE"]).with_name("failed-once")
    if "poison" in codes and not flag.exists():
        flag.touch()
        raise RuntimeError("not this one")
