import pytest

from chalicelib.aws import clients
from chalicelib.aws.owner_token import OwnerToken
from chalicelib.plex.errors import OwnerTokenRefused

NAME = "streamarr-dev/plex-owner-token"


@pytest.fixture
def owner_token():
    """As infra/template.yaml makes the secret: with no token in it."""
    clients.secrets_manager().create_secret(Name=NAME, SecretString="{}")
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
