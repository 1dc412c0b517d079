"""Closing the house, so that nobody writes while its data is changed under it; and opening it again. Repeatable.

Visitors hear that they should come again. Work waits in its queue; Lambda tries again what a schedule starts meanwhile.
"""

import time
from typing import Any

from infra.deploy.installation import API, DeploymentError, Installation

SHUT = (API, "sweep")
"""Functions that write when somebody calls; the queue's is not called while nobody reads the queue."""
WORKER = "provision"
SECONDS = 120


def close(installation: Installation) -> None:
    """What runs already goes on to its end: minutes, at most. Raises DeploymentError."""
    _listen(installation, listening=False)
    for name in SHUT:
        installation.client("lambda").put_function_concurrency(
            FunctionName=installation.functions[name], ReservedConcurrentExecutions=0
        )


def reopen(installation: Installation) -> None:
    """With the concurrency that the configuration gives each. Raises DeploymentError."""
    client = installation.client("lambda")
    for name in SHUT:
        function = {"FunctionName": installation.functions[name]}
        reserved = installation.template["lambda_functions"][name].get("reserved_concurrency")
        if reserved is None:
            client.delete_function_concurrency(**function)
        else:
            client.put_function_concurrency(**function, ReservedConcurrentExecutions=reserved)
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
