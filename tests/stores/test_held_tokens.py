"""Held tokens after the key pair was replaced: those that were encrypted to the earlier public key."""

from datetime import timedelta

import pytest
from nacl.encoding import Base64Encoder
from nacl.public import PrivateKey

from chalicelib.accounts.ports import Held
from chalicelib.common.ports import DecryptionFailed
from chalicelib.stores.accounts.held_tokens import DynamoHeldTokens
from chalicelib.vendors.encryption import Decrypter, Encrypter
from chalicelib.wiring import ports


def tokens_under(private_key):
    encrypter = Encrypter(private_key.public_key.encode(Base64Encoder).decode())
    decrypter = Decrypter(lambda: private_key.encode(Base64Encoder).decode())
    return DynamoHeldTokens(encrypter.encrypt, decrypter.decrypt)


@pytest.fixture
def earlier(stack):
    return tokens_under(PrivateKey.generate())


@pytest.fixture
def present(stack):
    return tokens_under(PrivateKey.generate())


def test_what_only_the_earlier_key_decrypts_is_counted_and_deleted_with_the_others(earlier, present):
    key, expires_at = ports.new_id(), ports.clock().replace(microsecond=0) + timedelta(hours=1)
    earlier.hold(key, "old", expires_at=expires_at)
    present.hold(key, "new", expires_at=expires_at)
    assert present.all(key) == Held(("new",), expires_at, undecryptable=1)
    present.drop(key, 2)
    assert present.all(key) is None


def test_a_token_that_is_needed_and_cannot_be_decrypted_is_not_passed_over(earlier, present):
    key, now = ports.new_id(), ports.clock()
    earlier.hold(key, "old", expires_at=now + timedelta(hours=1))
    with pytest.raises(DecryptionFailed):
        present.latest(key, now=now)
