"""Calls without waiting, of functions that stand for real ones."""

import threading

import boto3
import pytest

from local.called_functions import Caller, calling
from local.sandbox import InvocationFailedError

A_WHILE = 5.0


class Function:
    """A sandbox whose invocations last until they may end."""

    def __init__(self, began):
        self.began, self.may_end = began, threading.Event()
        self.invoked = 0
        self.fails = False

    def invoke(self, event):
        assert event == {}
        self.invoked += 1
        self.began.release()
        assert self.may_end.wait(A_WHILE)
        if self.fails:
            raise InvocationFailedError("it raised")

    def kill(self):
        self.may_end.set()

    def close(self):
        """It has nothing that stays open."""


@pytest.fixture
def began():
    return threading.Semaphore(0)


@pytest.fixture
def functions(began):
    return [Function(began), Function(began)]


@pytest.fixture
def call(functions):
    with calling({"streamarr-dev-deliver": Caller("deliver", functions)}) as address:
        client = boto3.client(
            "lambda",
            endpoint_url=address,
            region_name="us-east-1",
            aws_access_key_id="x",
            aws_secret_access_key="x",
        )
        yield lambda name="deliver": client.invoke(FunctionName=f"streamarr-dev-{name}", InvocationType="Event")


def test_a_call_does_not_wait_for_an_earlier_one(call, functions, began):
    for _ in functions:
        assert call()["StatusCode"] == 202
        assert began.acquire(timeout=A_WHILE)
    assert [each.invoked for each in functions] == [1, 1]


def test_more_calls_than_sandboxes_wait_for_one(call, functions, began):
    for _ in range(3):
        call()
    assert all(began.acquire(timeout=A_WHILE) for _ in functions)
    functions[1].may_end.set()
    assert began.acquire(timeout=A_WHILE)
    assert [each.invoked for each in functions] == [1, 2]


def test_a_call_that_fails_does_not_end_the_ones_after_it(call, functions, began):
    for function in functions:
        function.fails = True
        function.may_end.set()
    for _ in range(6):
        call()
    assert all(began.acquire(timeout=A_WHILE) for _ in range(6))


def test_a_function_that_is_not_there_cannot_be_called(call):
    with pytest.raises(Exception, match="404"):
        call("nothing")
