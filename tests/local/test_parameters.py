"""SSM's parameters in the emulator: what ministack has of them, and what local/ministack_parameters.py adds."""

import pytest
from botocore.exceptions import ClientError

NAME = "/emulated/secret"


@pytest.fixture
def ssm(local_client):
    client = local_client("ssm")
    yield client
    client.delete_parameters(Names=[NAME])


def put(ssm, value, **more):
    return ssm.put_parameter(Name=NAME, Value=value, Type="SecureString", **more)["Version"]


def test_a_secret_is_shown_to_those_who_ask_for_decryption_only(ssm):
    put(ssm, "plain text")
    assert ssm.get_parameter(Name=NAME)["Parameter"]["Value"] != "plain text"
    assert ssm.get_parameter(Name=NAME, WithDecryption=True)["Parameter"]["Value"] == "plain text"


def test_each_write_makes_a_version_and_the_earlier_ones_stay_in_the_history(ssm):
    assert [put(ssm, "first"), put(ssm, "second", Overwrite=True)] == [1, 2]
    assert ssm.get_parameter(Name=NAME)["Parameter"]["Version"] == 2
    history = ssm.get_parameter_history(Name=NAME, WithDecryption=True)["Parameters"]
    assert [each["Value"] for each in history] == ["first", "second"]


def test_what_is_there_is_overwritten_only_if_that_is_said(ssm):
    put(ssm, "first")
    with pytest.raises(ssm.exceptions.ParameterAlreadyExists):
        put(ssm, "second")
    assert ssm.get_parameter(Name=NAME, WithDecryption=True)["Parameter"]["Value"] == "first"


def test_tags_are_given_at_the_making_and_not_when_overwriting(ssm):
    with pytest.raises(ClientError, match="tags and overwrite can't be used together"):
        put(ssm, "first", Overwrite=True, Tags=[{"Key": "app", "Value": "streamarr"}])


def test_no_secret_is_empty(ssm):
    with pytest.raises(ClientError, match="Member must have length greater than or equal to 1"):
        put(ssm, "")


@pytest.mark.parametrize("name", ["/aws-app-dev/secret", "/ssm-app-dev/secret"])
def test_names_that_aws_keeps_for_itself_are_refused(ssm, name):
    with pytest.raises(ClientError, match=r"reserved parameter name|can't be prefixed"):
        ssm.put_parameter(Name=name, Value="x", Type="SecureString")
