"""A running product to measure: the same local stack that tests use."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing import Pipe, get_context
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx

from local.run import StackOptions
from testing.people import Stack


@contextmanager
def stack(**wishes: Any) -> Iterator[Stack]:
    """``wishes``: fields of local.run.StackOptions. In process, so that botocore's calls by the API can be counted."""
    with TemporaryDirectory() as state:
        wish = StackOptions(**{"port": 0, "state": Path(state), "sweep_seconds": 3600, **wishes})
        with stack(wish) as running, Stack(running) as here:
            yield here


@contextmanager
def house_apart(**wishes: Any) -> Iterator[tuple[Stack, int]]:
    """The same in a process of its own, whose id comes with it: what people here need is no part of what it takes."""
    ours, theirs = Pipe()
    process = get_context("spawn").Process(target=_keep_house, args=[wishes, theirs])
    process.start()
    try:
        theirs.close()
        with Stack(ours.recv()) as here:
            yield here, process.pid or 0
    finally:
        ours.close()
        process.join()


def _keep_house(wishes: dict[str, Any], line: Connection) -> None:
    with stack(**wishes) as here:
        line.send(here.running)
        with suppress(EOFError):
            line.recv()


def unheard(response: httpx.Response) -> None:
    """In place of Stack.hears: holding answers against the contract is for tests, and takes a processor's time."""
