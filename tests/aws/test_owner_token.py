"""The owner's token as a parameter."""

import pytest

from chalicelib.aws import clients
from chalicelib.aws.owner_token import OwnerToken
from chalicelib.environment import Environment
from chalicelib.plex.errors import OwnerTokenRefused
from infra.deploy import secret_parameters

NAME = Environment({"APP_NAME": "streamarr", "STAGE": "dev"}).owner_token_name


@pytest.fixture
def owner_token():
    """As the deployment makes the parameter: with no token in it."""
    secret_parameters.ensure(clients.ssm(), app="streamarr", stage="dev")
    return OwnerToken(NAME)


def test_no_token_is_the_same_as_one_that_plex_refuses(owner_token):
    with pytest.raises(OwnerTokenRefused):
        owner_token.read()


def test_the_token_that_was_written_last_is_read(owner_token):
    owner_token.write("the first")
    owner_token.write("the second")
    assert owner_token.read() == "the second"


def test_the_version_changes_with_each_token_and_never_tells_it(owner_token):
    versions = [owner_token.version()]
    for token in ("the first", "the second"):
        owner_token.write(token)
        versions.append(owner_token.version())
        assert owner_token.version() == versions[-1]
        assert token not in versions[-1]
    assert len(set(versions)) == 3


def test_it_stays_encrypted_when_it_is_written(owner_token):
    owner_token.write("a token")
    kept = clients.ssm().get_parameter(Name=NAME)["Parameter"]
    assert kept["Type"] == "SecureString"
    assert kept["Value"] != "a token"


def test_only_reading_it_decrypts_and_asking_for_its_version_does_not(owner_token):
    asked = []
    clients.ssm().meta.events.register(
        "provide-client-params.ssm.GetParameter", lambda params, **_: asked.append(dict(params))
    )
    owner_token.write("a token")
    owner_token.version()
    owner_token.read()
    assert [each.get("WithDecryption", False) for each in asked] == [False, True]


def test_a_parameter_that_was_lost_is_made_again_by_the_next_renewal(owner_token):
    clients.ssm().delete_parameter(Name=NAME)
    with pytest.raises(clients.ssm().exceptions.ParameterNotFound):
        owner_token.read()
    owner_token.write("a token")
    assert owner_token.read() == "a token"
