"""An AWS for each test, in memory: moto's, for one caller at a time. What many do at once is tested on the emulator."""

from functools import cache

import pytest
from moto import mock_aws

from chalicelib.aws import clients

ELSEWHERE = ("AWS_ENDPOINT_URL", "AWS_PROFILE", "AWS_REGION")
"""Variables that would lead to another AWS."""


@pytest.fixture(autouse=True)
def aws(monkeypatch):
    for name in ELSEWHERE:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    monkeypatch.setattr("boto3.DEFAULT_SESSION", None)
    for name in ("s3", "sqs", "ssm"):
        monkeypatch.setattr(clients, name, cache(getattr(clients, name).__wrapped__))
    with mock_aws():
        yield
