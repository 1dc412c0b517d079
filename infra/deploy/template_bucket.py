"""A small private bucket that CloudFormation reads the template from: one that is sent with the request may have 51,200
bytes at most.
"""

from typing import TYPE_CHECKING, cast

import boto3

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.literals import BucketLocationConstraintType

KEY = "template.json"


def name_of(session: boto3.Session, stack: str, *, endpoint: str | None = None) -> str:
    """Buckets of all accounts share their names."""
    account = session.client("sts", endpoint_url=endpoint).get_caller_identity()["Account"]
    return f"{stack}-deploy-{account}"


def upload(session: boto3.Session, stack: str, body: str, *, endpoint: str | None = None) -> str:
    """Put the template there, over the one before; gives its address for CloudFormation."""
    bucket, s3 = name_of(session, stack, endpoint=endpoint), session.client("s3", endpoint_url=endpoint)
    _make_unless_there(s3, bucket, session.region_name)
    s3.put_object(Bucket=bucket, Key=KEY, Body=body.encode(), ContentType="application/json")
    return f"https://s3.{session.region_name}.amazonaws.com/{bucket}/{KEY}"


def remove(session: boto3.Session, stack: str, *, endpoint: str | None = None) -> None:
    """Nothing happens where there is none."""
    bucket, s3 = name_of(session, stack, endpoint=endpoint), session.client("s3", endpoint_url=endpoint)
    try:
        s3.delete_object(Bucket=bucket, Key=KEY)
        s3.delete_bucket(Bucket=bucket)
    except s3.exceptions.NoSuchBucket:
        return


def _make_unless_there(s3: "S3Client", bucket: str, region: str) -> None:
    """In us-east-1, making one's own bucket again is no error; elsewhere it is."""
    try:
        if region == "us-east-1":
            s3.create_bucket(Bucket=bucket)
        else:
            s3.create_bucket(
                Bucket=bucket,
                CreateBucketConfiguration={"LocationConstraint": cast("BucketLocationConstraintType", region)},
            )
    except s3.exceptions.BucketAlreadyOwnedByYou:
        return
    s3.put_public_access_block(
        Bucket=bucket,
        PublicAccessBlockConfiguration={
            "BlockPublicAcls": True,
            "IgnorePublicAcls": True,
            "BlockPublicPolicy": True,
            "RestrictPublicBuckets": True,
        },
    )
