"""The SecureString parameters of SSM, which CloudFormation cannot make: what is missing is made, nothing overwritten.

Of each key pair only the private key is stored, for one write cannot be interrupted half-way; the public key is
derived from it. AWS's own managed key encrypts the parameters, for which it asks no money.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from nacl.encoding import Base64Encoder
from nacl.public import PrivateKey

from chalicelib.aws.owner_token import NOT_SET
from chalicelib.environment import Environment

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient


def ensure(ssm: "SSMClient", *, app: str, stage: str) -> dict[str, str]:
    """Make what is missing; gives the public keys by the names that they have in the functions' environment."""
    here = _environment(app, stage)
    tags = {"app": app, "stage": stage}
    _make_unless_there(ssm, here.owner_token_name, NOT_SET, tags)
    return {variable: _public_key(_private_key(ssm, name, tags)) for variable, name in _key_pairs(here).items()}


def remove(ssm: "SSMClient", *, app: str, stage: str) -> None:
    """Delete them with all their versions; nothing happens where there are none."""
    here = _environment(app, stage)
    for name in (here.owner_token_name, *_key_pairs(here).values()):
        try:
            ssm.delete_parameter(Name=name)
        except ssm.exceptions.ParameterNotFound:
            continue


def _environment(app: str, stage: str) -> Environment:
    return Environment({"APP_NAME": app, "STAGE": stage})


def _key_pairs(here: Environment) -> dict[str, str]:
    """The public key's variable, and the parameter that holds the private key."""
    return {
        "TOKENS_PUBLIC_KEY": here.tokens_private_key_name,
        "DELIVERY_PUBLIC_KEY": here.delivery_private_key_name,
    }


def _private_key(ssm: "SSMClient", name: str, tags: Mapping[str, str]) -> str:
    fresh = PrivateKey.generate().encode(Base64Encoder).decode()
    if _make_unless_there(ssm, name, fresh, tags):
        return fresh
    return ssm.get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"]


def _public_key(private_key: str) -> str:
    return PrivateKey(private_key.encode(), Base64Encoder).public_key.encode(Base64Encoder).decode()


def _make_unless_there(ssm: "SSMClient", name: str, value: str, tags: Mapping[str, str]) -> bool:
    """Whether it was made now."""
    try:
        ssm.put_parameter(
            Name=name,
            Value=value,
            Type="SecureString",
            Tier="Standard",
            Tags=[{"Key": key, "Value": each} for key, each in tags.items()],
        )
    except ssm.exceptions.ParameterAlreadyExists:
        return False
    return True
