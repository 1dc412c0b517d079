"""The local stack that tests use, to be measured: in this process or in one of its own."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing import Pipe, get_context
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory

from local.run import StackOptions, run_stack
from testing.people import Stack, Visitor


class MeasuredStack(Stack):
    """Its answers are not checked against the contract: that is for tests, and takes the processor's time."""

    check = staticmethod(lambda response: None)  # noqa: ARG005 - in place of the check, and called like it


@contextmanager
def stack_here() -> Iterator[Stack]:
    """In this process, so that the calls of its API can be counted and disturbed."""
    with TemporaryDirectory() as state:
        options = StackOptions(port=0, state=Path(state), sweep_seconds=3600)
        with run_stack(options) as running, MeasuredStack(running) as stack:
            yield stack


@contextmanager
def stack_apart() -> Iterator[tuple[Stack, int]]:
    """In a process of its own, with that process's id: what its clients here take is no part of what it takes."""
    ours, theirs = Pipe()
    process = get_context("spawn").Process(target=_run_until_closed, args=[theirs])
    process.start()
    try:
        with MeasuredStack(ours.recv()) as stack:
            yield stack, process.pid or 0
    finally:
        ours.close()
        process.join()


def leave_server(stack: Stack, visitor: Visitor) -> int:
    """End the visitor's shares, which Plex has a limit for; how many were accepted."""
    visitor.browser.close()
    shares = stack.plex.shares(visitor.account)
    for share in shares:
        stack.plex.control.delete(f"/_standin/shares/{share['id']}").raise_for_status()
    return sum(share["accepted"] for share in shares)


def _run_until_closed(line: Connection) -> None:
    with stack_here() as stack, suppress(EOFError):
        line.send(stack.running)
        line.recv()
