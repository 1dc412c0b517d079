import pytest
from botocore.exceptions import ClientError

from chalicelib.aws import clients
from chalicelib.aws.encryption import KmsEncryption


@pytest.fixture
def encryption():
    return KmsEncryption(clients.kms().create_key()["KeyMetadata"]["KeyId"])


def test_a_token_is_decrypted_for_its_redemption(encryption):
    sealed = encryption.encrypt("a token", "redemption1")
    assert b"a token" not in sealed
    assert encryption.decrypt(sealed, "redemption1") == "a token"


def test_a_token_is_decrypted_for_no_other_redemption(encryption):
    sealed = encryption.encrypt("a token", "redemption1")
    with pytest.raises(ClientError, match="InvalidCiphertext"):
        encryption.decrypt(sealed, "redemption2")
