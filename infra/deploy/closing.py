"""Closing an installation, so that nothing is written while its data is replaced; and opening it again. Repeatable.

Meanwhile requests are answered that they should be tried again, work waits in its queue, and Lambda tries a schedule's
events again.
"""

import time
from typing import Any

from infra.deploy.installation import API, DeploymentError, Installation

STOPPED = (API, "sweep")
"""Functions that are given no concurrency. The queue's function is not called while its queue is not read."""
WORKER = "provision"
SECONDS = 120


def close(installation: Installation) -> None:
    """What is running already goes on to its end, for minutes at most. Raises DeploymentError."""
    _listen(installation, listening=False)
    for name in STOPPED:
        installation.client("lambda").put_function_concurrency(
            FunctionName=installation.functions[name], ReservedConcurrentExecutions=0
        )


def reopen(installation: Installation) -> None:
    """Raises DeploymentError."""
    for name in STOPPED:
        installation.client("lambda").delete_function_concurrency(FunctionName=installation.functions[name])
    _listen(installation, listening=True)


def _listen(installation: Installation, *, listening: bool) -> None:
    client, wanted = installation.client("lambda"), "Enabled" if listening else "Disabled"
    for mapping in _mappings(installation):
        if mapping["State"] not in (wanted, wanted.replace("ed", "ing")):
            client.update_event_source_mapping(UUID=mapping["UUID"], Enabled=listening)
    deadline = time.monotonic() + SECONDS
    while any(mapping["State"] != wanted for mapping in _mappings(installation)):
        if time.monotonic() > deadline:
            raise DeploymentError(f"The queue is not {wanted.lower()} after {SECONDS} s; run the same command again.")
        time.sleep(2)


def _mappings(installation: Installation) -> list[dict[str, Any]]:
    function = installation.functions[WORKER]
    found: list[dict[str, Any]] = installation.client("lambda").list_event_source_mappings(FunctionName=function)[
        "EventSourceMappings"
    ]
    return found
