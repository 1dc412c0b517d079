import time
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest

from local.aws import LocalAws, free_port, ministack


@pytest.fixture(scope="session")
def local_aws(tmp_path_factory) -> Iterator[LocalAws]:
    """One emulator for all tests of the local AWS; expiry, redelivery and redrive happen within seconds."""
    log = tmp_path_factory.mktemp("ministack") / "ministack.log"
    quick = {"VisibilitySeconds": "2", "MaxReceives": "2"}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MINISTACK_TTL_SECONDS", "0.5")
        with ministack(port=free_port(), log=log, stage="test", parameters=quick) as aws:
            yield aws


def _is_gone(process: Path) -> bool:
    """A container without an init keeps orphans as zombies: those are gone too, once their last thread is."""
    try:
        is_zombie = (process / "stat").read_text().rpartition(") ")[2].startswith("Z")
        return is_zombie and len(list((process / "task").iterdir())) == 1
    except (FileNotFoundError, ProcessLookupError):
        return True


@pytest.fixture
def gone_within():
    def check(seconds, pid):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if _is_gone(Path(f"/proc/{pid}")):
                return True
            time.sleep(0.05)
        return False

    return check


@pytest.fixture
def local_client(local_aws):
    def client(service):
        settings = local_aws.environment
        return boto3.client(
            service,
            endpoint_url=local_aws.endpoint,
            region_name=settings["AWS_REGION"],
            aws_access_key_id=settings["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=settings["AWS_SECRET_ACCESS_KEY"],
        )

    return client
