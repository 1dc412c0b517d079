"""Encryption to a public key, for one record."""

import pytest
from nacl.encoding import Base64Encoder
from nacl.public import PrivateKey

from chalicelib.common.ports import DecryptionFailed
from chalicelib.vendors.encryption import Decrypter, Encrypter


def key_pair():
    """Public and private, in Base64."""
    private = PrivateKey.generate()
    return private.public_key.encode(Base64Encoder).decode(), private.encode(Base64Encoder).decode()


PUBLIC, PRIVATE = key_pair()
encrypter, decrypter = Encrypter(PUBLIC), Decrypter(lambda: PRIVATE)


@pytest.mark.parametrize("text", ["a token", "", 'with "quotes", [commas] and ü'])
def test_a_text_is_decrypted_for_its_record(text):
    assert decrypter.decrypt(encrypter.encrypt(text, "record1"), "record1") == text


def test_neither_text_nor_record_can_be_read_in_it():
    encrypted = encrypter.encrypt("a token", "record1")
    assert b"a token" not in encrypted
    assert b"record1" not in encrypted


def test_the_same_text_is_encrypted_differently_each_time():
    assert encrypter.encrypt("a token", "record1") != encrypter.encrypt("a token", "record1")


def test_a_text_is_decrypted_for_no_other_record():
    encrypted = encrypter.encrypt("a token", "record1")
    with pytest.raises(DecryptionFailed, match=r"^What record2 holds was encrypted for record1\.$"):
        decrypter.decrypt(encrypted, "record2")


@pytest.mark.parametrize(
    ("text", "record", "other"), [('1", "a token', "record", 'record1", "a'), ("1a token", "record", "record1")]
)
def test_no_record_s_id_can_be_stretched_into_the_text(text, record, other):
    with pytest.raises(DecryptionFailed):
        decrypter.decrypt(encrypter.encrypt(text, record), other)


def test_what_is_damaged_anywhere_is_not_decrypted():
    encrypted = encrypter.encrypt("a token", "record1")
    for place in range(len(encrypted)):
        damaged = bytearray(encrypted)
        damaged[place] ^= 1
        with pytest.raises(DecryptionFailed, match="damaged"):
            decrypter.decrypt(bytes(damaged), "record1")


@pytest.mark.parametrize("length", [0, 1, 47, 48, -1])
def test_what_was_cut_off_is_not_decrypted(length):
    with pytest.raises(DecryptionFailed, match="damaged"):
        decrypter.decrypt(encrypter.encrypt("a token", "record1")[:length], "record1")


def test_what_was_encrypted_to_another_key_is_not_decrypted():
    other, _ = key_pair()
    with pytest.raises(DecryptionFailed, match="another public key"):
        decrypter.decrypt(Encrypter(other).encrypt("a token", "record1"), "record1")


def test_a_new_private_key_counts_at_once():
    public, private = key_pair()
    stored = [PRIVATE, private]
    replaced = Decrypter(lambda: stored.pop(0))
    assert replaced.decrypt(encrypter.encrypt("to the first", "record1"), "record1") == "to the first"
    assert replaced.decrypt(Encrypter(public).encrypt("to the second", "record1"), "record1") == "to the second"


def test_what_is_not_decrypted_tells_nothing_of_the_text():
    with pytest.raises(DecryptionFailed) as raised:
        decrypter.decrypt(encrypter.encrypt("a token", "record1"), "record2")
    assert "a token" not in str(raised.value)
