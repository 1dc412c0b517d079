"""Text encrypted to a public key (X25519, libsodium's sealed boxes): the API encrypts, the queue function decrypts.

A sealed box has no associated data. So the id of the record that holds the text is encrypted with it, and compared
when it is decrypted. Keys are 32 bytes in Base64.
"""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING

from chalicelib.common.ports import DecryptionFailed

if TYPE_CHECKING:
    from nacl.public import PrivateKey


class Encrypter:
    """Cannot decrypt what it encrypts."""

    def __init__(self, public_key: str) -> None:
        self._public_key = public_key

    def encrypt(self, text: str, record_id: str) -> bytes:
        from nacl.encoding import Base64Encoder
        from nacl.public import PublicKey, SealedBox

        box = SealedBox(PublicKey(self._public_key.encode(), Base64Encoder))
        return box.encrypt(json.dumps([record_id, text]).encode())


class Decrypter:
    """``read_private_key`` is asked each time: a new key counts at once."""

    def __init__(self, read_private_key: Callable[[], str]) -> None:
        self._read_private_key = read_private_key

    def decrypt(self, encrypted: bytes, record_id: str) -> str:
        """Raises DecryptionFailed."""
        meant_for, text = json.loads(_unseal(encrypted, self._private_key()))
        if meant_for != record_id:
            raise DecryptionFailed(f"What {record_id} holds was encrypted for {meant_for}.")
        return str(text)

    def _private_key(self) -> "PrivateKey":
        from nacl.encoding import Base64Encoder
        from nacl.public import PrivateKey

        return PrivateKey(self._read_private_key().encode(), Base64Encoder)


def _unseal(encrypted: bytes, private_key: "PrivateKey") -> bytes:
    from nacl.exceptions import CryptoError
    from nacl.public import SealedBox

    try:
        return SealedBox(private_key).decrypt(encrypted)
    except CryptoError as error:
        raise DecryptionFailed("It is damaged, or was encrypted to another public key.") from error
