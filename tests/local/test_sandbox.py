import os
import signal
import subprocess
import sys

import pytest

from local.sandbox import ROOT, Function, InvocationFailedError, Sandbox


@pytest.fixture
def sandbox_of(tmp_path):
    sandboxes = []

    def make(handler, timeout=10.0):
        function = Function("streamarr-test-it", handler, timeout=timeout, memory=256, environment={"STAGE": "test"})
        sandboxes.append(Sandbox(function, pid_file=tmp_path / "it-1.pid", log=tmp_path / "it.log"))
        return sandboxes[-1]

    yield make
    for sandbox in sandboxes:
        sandbox.close()


def test_a_handler_sees_what_lambda_would_show_it(sandbox_of):
    seen = sandbox_of("tests.local.handlers.describe").invoke({"ask": 1})
    assert seen["event"] == {"ask": 1}
    assert seen["function_name"] == "streamarr-test-it"
    assert seen["function_version"] == "$LATEST"
    assert seen["memory_limit_in_mb"] == 256
    assert seen["invoked_function_arn"] == "arn:aws:lambda:us-east-1:000000000000:function:streamarr-test-it"
    assert seen["log_group_name"] == "/aws/lambda/streamarr-test-it"
    assert seen["log_stream_name"]
    assert len(seen["aws_request_id"]) == 36
    assert 5_000 < seen["remaining"] <= 10_000
    assert seen["variables"]["STAGE"] == "test"


def test_a_sandbox_stays_warm(sandbox_of, tmp_path):
    sandbox = sandbox_of("tests.local.handlers.describe")
    pids = {sandbox.invoke({})["pid"] for _ in range(3)}
    assert pids == {int((tmp_path / "it-1.pid").read_text())}


def test_what_a_handler_prints_is_its_log(sandbox_of, tmp_path):
    sandbox_of("tests.local.handlers.describe").invoke({"print": "hello"})
    assert "hello" in (tmp_path / "it.log").read_text()


def test_a_handler_that_raises_fails_and_stays_warm(sandbox_of, tmp_path):
    sandbox = sandbox_of("tests.local.handlers.describe")
    pid = sandbox.invoke({})["pid"]
    with pytest.raises(InvocationFailedError, match="ValueError: no"):
        sandbox.invoke({"raise": "no"})
    assert "Traceback" in (tmp_path / "it.log").read_text()
    assert sandbox.invoke({})["pid"] == pid


def test_an_answer_that_is_no_json_fails(sandbox_of):
    with pytest.raises(InvocationFailedError, match="not JSON serializable"):
        sandbox_of("tests.local.handlers.answer_with_an_object").invoke({})


def test_a_handler_that_cannot_be_imported_fails(sandbox_of, tmp_path):
    with pytest.raises(InvocationFailedError, match=r"see it\.log"):
        sandbox_of("tests.local.nowhere.handler").invoke({})
    assert "ModuleNotFoundError" in (tmp_path / "it.log").read_text()


def test_a_handler_that_takes_too_long_is_killed(sandbox_of):
    sandbox = sandbox_of("tests.local.handlers.describe", timeout=0.3)
    pid = sandbox.invoke({})["pid"]
    with pytest.raises(InvocationFailedError, match=r"timed out after 0\.3 s"):
        sandbox.invoke({"sleep": 30})
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    assert sandbox.invoke({})["pid"] != pid


def test_a_sandbox_killed_between_invocations_is_replaced(sandbox_of, gone_within):
    sandbox = sandbox_of("tests.local.handlers.describe")
    pid = sandbox.invoke({})["pid"]
    os.kill(pid, signal.SIGKILL)
    assert gone_within(5, pid)
    assert sandbox.invoke({})["pid"] != pid


def test_a_killed_sandbox_starts_no_other(sandbox_of, tmp_path):
    sandbox = sandbox_of("tests.local.handlers.describe")
    sandbox.invoke({})
    sandbox.kill()
    for _ in range(2):
        with pytest.raises(InvocationFailedError):
            sandbox.invoke({})
    assert not (tmp_path / "it-1.pid").exists()


OWNER = """
import sys, pathlib
from local.sandbox import Function, Sandbox
folder = pathlib.Path(sys.argv[1])
function = Function("it", "tests.local.handlers.describe", timeout=60, memory=128, environment={})
sandbox = Sandbox(function, pid_file=folder / "it.pid", log=folder / "it.log")
print(sandbox.invoke({})["pid"], flush=True)
sandbox.invoke({"sleep": 60})
"""


def test_a_busy_sandbox_ends_with_its_owner(tmp_path, gone_within):
    command = [sys.executable, "-c", OWNER, str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as owner:
        assert owner.stdout
        pid = int(owner.stdout.readline())
        owner.kill()
        owner.wait(5)
    assert gone_within(5, pid)
