"""Every call to AWS and Plex that this process makes inside a block.

Those of local/pollers.py are left out: on AWS, Lambda itself makes them.
"""

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import botocore.client
import requests.adapters

from local.pollers import Poller
from testing.metering.meter import NONE, Meter, Units, reported, tables


@dataclass(frozen=True, slots=True)
class Call:
    """``service`` is AWS's name for it, or ``plex``; ``begun`` and ``ended`` in seconds of one clock."""

    service: str
    operation: str
    begun: float
    ended: float
    units: Units = NONE
    reported: float = 0
    """The emulator's figure."""
    tables: tuple[str, ...] = ()


@contextmanager
def counting(*, units: bool = False) -> Iterator[list[Call]]:
    """Collects the calls of all threads. ``units``: DynamoDB's units too, at the cost of further reads, not counted."""
    clients, adapter = botocore.client.BaseClient, requests.adapters.HTTPAdapter
    api_call, send = vars(clients)["_make_api_call"], vars(adapter)["send"]
    calls: list[Call] = []

    def counted(client: Any, operation: str, arguments: dict[str, Any]) -> Any:
        if isinstance(threading.current_thread(), Poller):
            return api_call(client, operation, arguments)
        service = client.meta.service_model.service_name
        metered = units and service == "dynamodb"
        meter = Meter(client, operation, arguments) if metered else None
        asked = arguments | {"ReturnConsumedCapacity": "INDEXES"} if metered else arguments
        answer, begun = None, perf_counter()
        try:
            answer = api_call(client, operation, asked)
        finally:
            ended = perf_counter()
            used, emulators = (meter.units(answer), reported(answer or {})) if meter else (NONE, 0.0)
            calls.append(Call(service, operation, begun, ended, used, emulators, tables(arguments)))
        return answer

    def sent(self: Any, request: Any, *given: Any, **options: Any) -> Any:
        begun = perf_counter()
        try:
            return send(self, request, *given, **options)
        finally:
            calls.append(Call("plex", request.method, begun, perf_counter()))

    _patch(clients, "_make_api_call", counted)
    _patch(adapter, "send", sent)
    try:
        yield calls
    finally:
        _patch(clients, "_make_api_call", api_call)
        _patch(adapter, "send", send)


def _patch(owner: Any, name: str, function: Any) -> None:
    setattr(owner, name, function)


def of_aws(calls: Iterable[Call]) -> list[Call]:
    return [call for call in calls if call.service != "plex"]


def depth(calls: Iterable[Call]) -> int:
    """The longest chain of calls of which each began after the one before had ended."""
    chain, last = 0, float("-inf")
    for call in sorted(calls, key=lambda each: each.ended):
        if call.begun >= last:
            chain, last = chain + 1, call.ended
    return chain
