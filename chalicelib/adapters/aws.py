"""boto3 clients, made on first use: importing boto3 costs a cold start that most requests need not pay."""

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sqs import SQSClient


@cache
def sqs() -> "SQSClient":
    import boto3

    return boto3.client("sqs")


@cache
def kms() -> "KMSClient":
    import boto3

    return boto3.client("kms")


@cache
def secrets_manager() -> "SecretsManagerClient":
    import boto3

    return boto3.client("secretsmanager")


@cache
def s3() -> "S3Client":
    import boto3

    return boto3.client("s3")
