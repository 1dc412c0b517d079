"""What the deployment makes of secrets, and takes away."""

import boto3
import pytest
from moto import mock_aws
from nacl.encoding import Base64Encoder
from nacl.public import PrivateKey

from chalicelib.aws.owner_token import NOT_SET
from infra.deploy import secret_parameters

PRIVATE, OWNER = "/streamarr-prod/tokens-private-key", "/streamarr-prod/plex-owner-token"
DELIVERY = "/streamarr-prod/delivery-private-key"


@pytest.fixture
def ssm(monkeypatch):
    for name in ("AWS_ENDPOINT_URL", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    with mock_aws():
        yield boto3.client("ssm", region_name="eu-central-1")


def ensure(ssm, stage="prod"):
    return secret_parameters.ensure(ssm, app="streamarr", stage=stage)


def remove(ssm):
    secret_parameters.remove(ssm, app="streamarr", stage="prod")


def value(ssm, name):
    return ssm.get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"]


def names(ssm):
    return {each["Name"] for each in ssm.describe_parameters()["Parameters"]}


def test_what_is_made_is_encrypted_free_of_charge_and_tagged(ssm):
    ensure(ssm)
    made = ssm.describe_parameters()["Parameters"]
    assert {each["Name"] for each in made} == {PRIVATE, OWNER, DELIVERY}
    for each in made:
        assert (each["Type"], each["Tier"], each["KeyId"]) == ("SecureString", "Standard", "alias/aws/ssm")
        tags = ssm.list_tags_for_resource(ResourceType="Parameter", ResourceId=each["Name"])["TagList"]
        assert tags == [{"Key": "app", "Value": "streamarr"}, {"Key": "stage", "Value": "prod"}]


def test_the_public_key_is_that_of_the_private_one(ssm):
    keys = ensure(ssm)
    names = {"TOKENS_PUBLIC_KEY": PRIVATE, "DELIVERY_PUBLIC_KEY": DELIVERY}
    private = {variable: PrivateKey(value(ssm, name).encode(), Base64Encoder) for variable, name in names.items()}
    assert keys == {variable: each.public_key.encode(Base64Encoder).decode() for variable, each in private.items()}


def test_no_owner_s_token_is_set_at_first(ssm):
    ensure(ssm)
    assert value(ssm, OWNER) == NOT_SET


def test_what_is_there_stays(ssm):
    keys = ensure(ssm)
    ssm.put_parameter(Name=OWNER, Value="the owner's", Overwrite=True)
    before = value(ssm, PRIVATE)
    assert ensure(ssm) == keys
    assert (value(ssm, PRIVATE), value(ssm, OWNER)) == (before, "the owner's")
    assert ssm.get_parameter(Name=PRIVATE)["Parameter"]["Version"] == 1


@pytest.mark.parametrize("lost", [PRIVATE, OWNER])
def test_what_is_missing_is_made_beside_what_is_there(ssm, lost):
    """After an interruption, or when one was deleted to be replaced."""
    ensure(ssm)
    kept = {PRIVATE, OWNER, DELIVERY} - {lost}
    before = {name: value(ssm, name) for name in kept}
    ssm.delete_parameter(Name=lost)
    ensure(ssm)
    assert names(ssm) == {PRIVATE, OWNER, DELIVERY}
    assert {name: value(ssm, name) for name in kept} == before


def test_a_key_pair_that_was_deleted_is_replaced_by_another(ssm):
    before = ensure(ssm)
    ssm.delete_parameter(Name=PRIVATE)
    after = ensure(ssm)
    assert after.keys() == before.keys()
    assert after != before
    assert ensure(ssm) == after


def test_two_stages_share_nothing(ssm):
    assert ensure(ssm, "dev") != ensure(ssm, "prod")
    remove(ssm)
    kept = ("tokens-private-key", "delivery-private-key", "plex-owner-token")
    assert names(ssm) == {f"/streamarr-dev/{name}" for name in kept}


def test_removing_can_be_done_again_and_goes_on_where_it_was_cut_off(ssm):
    ensure(ssm)
    ssm.delete_parameter(Name=OWNER)
    remove(ssm)
    assert names(ssm) == set()
    remove(ssm)
