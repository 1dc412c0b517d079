"""Whether a deployment can begin: asked before anything is made, and answered in plain words."""

import sys

from botocore.exceptions import (
    ClientError,
    LoginError,
    NoCredentialsError,
    NoRegionError,
    ProfileNotFound,
    TokenRetrievalError,
)

from infra.deploy.installation import DeploymentError, Installation

RUNTIMES = ((3, 11), (3, 12), (3, 13), (3, 14))
"""Pythons that Lambda runs and Chalice knows; the package is made for the one that runs this."""

_NOT_SIGNED_IN = (TokenRetrievalError, LoginError)
_EXPIRED = frozenset({"ExpiredToken", "ExpiredTokenException", "RequestExpired"})
_UNKNOWN = frozenset({"InvalidClientTokenId", "UnrecognizedClientException", "SignatureDoesNotMatch", "AuthFailure"})


def check(installation: Installation, *, packages: bool = False) -> None:
    """Raises DeploymentError where credentials, region or account do not fit, or, if it ``packages``, the Python."""
    if packages:
        _check_python(sys.version_info[:2])
    try:
        _check_region(installation)
        account = installation.account
    except (*_NOT_SIGNED_IN, NoRegionError, NoCredentialsError, ProfileNotFound, ClientError) as error:
        raise DeploymentError(_sentence(error)) from error
    _must_be_the_region(installation, account)


def _check_python(version: tuple[int, ...]) -> None:
    if version not in RUNTIMES:
        known = ", ".join(".".join(map(str, each)) for each in RUNTIMES)
        own = ".".join(map(str, version))
        raise DeploymentError(
            f"Lambda cannot run what Python {own} packages. Use one of {known}: `make clean`, then"
            " `make deploy PYTHON=python3.13 …`."
        )


def _check_region(installation: Installation) -> None:
    region = installation.session.region_name
    if region is None:
        raise NoRegionError
    partition = installation.session.get_partition_for_region(region)
    if partition != "aws":
        raise DeploymentError(
            f"{region} is in the partition {partition} (China, GovCloud or the like), which is not supported:"
            " CloudFront, certificates and prices differ there."
        )


def _sentence(error: Exception) -> str:
    code = error.response["Error"]["Code"] if isinstance(error, ClientError) else ""
    if isinstance(error, NoRegionError):
        return (
            "No region is set. Choose one, such as AWS_DEFAULT_REGION=eu-central-1, and keep it for every deployment."
        )
    if isinstance(error, NoCredentialsError):
        return "There are no AWS credentials. Run `aws login`, or set AWS_PROFILE (docs/first-deployment.md)."
    if isinstance(error, _NOT_SIGNED_IN) or code in _EXPIRED:
        return "The AWS credentials have expired. Sign in again (`aws login`, or `aws sso login`)."
    if code in _UNKNOWN:
        return "AWS does not know these credentials. Look at AWS_PROFILE, or make new ones (docs/first-deployment.md)."
    return str(error)


def _must_be_the_region(installation: Installation, account: str) -> None:
    """A stage is in one region. In another, a second one would be made, with roles and buckets of the same names."""
    bucket = f"{installation.name}-qr-{account}"
    try:
        found = installation.client("s3").head_bucket(Bucket=bucket)
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] == _NOT_FOUND:
            return
        found = error.response
    headers = found["ResponseMetadata"]["HTTPHeaders"]
    there, here = found.get("BucketRegion") or headers.get("x-amz-bucket-region"), installation.session.region_name
    if there and there != here:
        raise DeploymentError(
            f"{installation.name} is in {there} already, and this would make a second one in {here}."
            f" Set AWS_DEFAULT_REGION={there}. To move it, see docs/operations.md, Backup and restore."
        )


_NOT_FOUND = 404
