"""What stops a deployment before anything is made, in plain words."""

import sys

import boto3
import pytest
from botocore.exceptions import ClientError, LoginTokenLoadError
from moto import mock_aws

from infra.deploy.account import check
from infra.deploy.installation import DeploymentError, Installation


@pytest.fixture
def aws(monkeypatch, tmp_path):
    """Credentials and a region, and no configuration of this machine's."""
    for name in ("AWS_PROFILE", "AWS_REGION", "AWS_ENDPOINT_URL", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / name))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    with mock_aws():
        yield monkeypatch


def test_an_account_that_holds_nothing_yet_is_taken(aws):
    check(Installation("prod"), packages=True)


def test_without_a_region_one_is_asked_for(aws):
    aws.delenv("AWS_DEFAULT_REGION")
    with pytest.raises(DeploymentError, match="No region is set"):
        check(Installation("prod"))


@pytest.mark.parametrize("region", ["cn-north-1", "us-gov-west-1"])
def test_china_and_govcloud_are_not_supported(aws, region):
    aws.setenv("AWS_DEFAULT_REGION", region)
    with pytest.raises(DeploymentError, match="not supported"):
        check(Installation("prod"))


def test_without_credentials_the_way_to_them_is_told(monkeypatch, tmp_path):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / name))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    with pytest.raises(DeploymentError, match="There are no AWS credentials"):
        check(Installation("prod"))


@pytest.mark.parametrize(
    ("code", "sentence"),
    [("ExpiredToken", "have expired"), ("InvalidClientTokenId", "does not know these credentials")],
)
def test_credentials_that_aws_refuses_are_explained(aws, code, sentence):
    def refuse(*_: object) -> str:
        raise ClientError({"Error": {"Code": code, "Message": "no"}}, "GetCallerIdentity")

    aws.setattr(Installation, "account", property(refuse))
    with pytest.raises(DeploymentError, match=sentence):
        check(Installation("prod"))


def test_a_stage_that_is_in_another_region_is_not_made_a_second_time(aws):
    here = Installation("prod")
    client = boto3.client("s3", region_name="eu-west-1")
    client.create_bucket(
        Bucket=f"streamarr-prod-qr-{here.account}", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
    )
    with pytest.raises(DeploymentError, match="Set AWS_DEFAULT_REGION=eu-west-1"):
        check(here)
    aws.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    check(Installation("prod"))


@pytest.mark.parametrize("version", [(3, 10), (3, 99)])
def test_a_python_that_lambda_does_not_run_is_told_before_anything_is_made(aws, monkeypatch, version):
    monkeypatch.setattr(sys, "version_info", version)
    with pytest.raises(DeploymentError, match="Lambda cannot run"):
        check(Installation("prod"), packages=True)
    check(Installation("prod"))


def test_credentials_of_aws_login_are_read(monkeypatch, tmp_path):
    """Which takes a library that AWS does not install with its own: without it, botocore says so instead."""
    config = tmp_path / "config"
    config.write_text("[profile mine]\nregion = eu-central-1\nlogin_session = arn:aws:iam::123456789012:user/me\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    with pytest.raises(LoginTokenLoadError):
        boto3.Session(profile_name="mine").client("sts").get_caller_identity()
