"""A sweep where DynamoDB has not deleted anything by itself yet: with a local AWS of its own, which does so late."""

import json
import os
import subprocess
import sys

import pytest

from local.aws import ROOT, free_port, ministack

COUNT = 450
"""More than two batches of single steps, and a dozen transactions."""


@pytest.fixture(scope="module")
def late_aws(tmp_path_factory):
    log = tmp_path_factory.mktemp("late") / "ministack.log"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MINISTACK_TTL_SECONDS", "3600")
        with ministack(port=free_port(), log=log) as aws:
            yield aws


def swept(aws, *arguments):
    settings = {**os.environ, **aws.environment, "PLEX_BASE_URL": "http://127.0.0.1:9"}
    command = [sys.executable, "-m", "testing.sweeping_load", *arguments]
    done = subprocess.run(command, cwd=ROOT, env=settings, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_a_sweep_that_runs_out_of_time_is_finished_by_the_next(late_aws):
    hurried = swept(late_aws, str(COUNT), "0.3")
    assert hurried["before"] == {"invites": COUNT, "images": COUNT, "sign_ins": COUNT // 10}
    assert sum(hurried["after"].values()) > 0
    assert swept(late_aws, "0")["after"] == {"invites": 0, "images": 0, "sign_ins": 0}


def test_one_sweep_takes_all_that_is_due(late_aws):
    assert swept(late_aws, str(COUNT))["after"] == {"invites": 0, "images": 0, "sign_ins": 0}
