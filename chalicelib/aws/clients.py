"""boto3 clients, made on first use: importing boto3 costs a cold start that most requests need not pay."""

from collections.abc import Callable
from functools import cache, wraps
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_ssm import SSMClient

Client = TypeVar("Client")

_making = Lock()


def _once(make: Callable[[], Client]) -> Callable[[], Client]:
    """Made by the first caller: boto3's session cannot make clients for two threads at a time."""
    made = cache(make)

    @wraps(make)
    def client() -> Client:
        with _making:
            return made()

    return client


@_once
def sqs() -> "SQSClient":
    import boto3

    return boto3.client("sqs")


@_once
def ssm() -> "SSMClient":
    import boto3

    return boto3.client("ssm")


@_once
def functions() -> Any:
    import boto3

    return boto3.client("lambda")


@_once
def s3() -> "S3Client":
    """Presigned URLs name the bucket's own region: what boto3 gives otherwise redirects away from its signature."""
    import boto3
    from botocore.config import Config

    own_region = Config(signature_version="s3v4", s3={"addressing_style": "virtual"}, connect_timeout=2, read_timeout=5)
    return boto3.client("s3", config=own_region)
