"""The Plex tokens of people who signed in, encrypted, each for its key alone."""

from base64 import b64decode, b64encode
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Any

from pynamodb.attributes import ListAttribute, TTLAttribute, UnicodeAttribute
from pynamodb.exceptions import DeleteError
from pynamodb.expressions.condition import size
from pynamodb.models import Model

from chalicelib.accounts.ports import Held
from chalicelib.common.ports import DecryptionFailed
from chalicelib.stores.database.expired import BY_TTL, Expiring
from chalicelib.stores.database.transactions import is_condition_failed

Encrypt = Callable[[str, str], bytes]
"""A token, and the key that it is for."""

Decrypt = Callable[[bytes, str], str]
"""The reverse, for the same key only. Raises DecryptionFailed."""


class HeldTokenModel(Model):
    """``sealed``: the tokens that are held under this key, the latest last, encrypted for it only, in Base64."""

    class Meta:
        table_name = "held_tokens"

    key = UnicodeAttribute(hash_key=True)
    sealed = ListAttribute[Any](of=UnicodeAttribute)
    expires_at = TTLAttribute()
    due_kind = UnicodeAttribute(default=BY_TTL)
    due = Expiring()


class DynamoHeldTokens:
    """accounts.ports.HeldTokens."""

    def __init__(self, encrypt: Encrypt, decrypt: Decrypt) -> None:
        self._encrypt, self._decrypt = encrypt, decrypt

    def hold(self, key: str, plex_token: str, *, expires_at: datetime) -> None:
        """By an update that reads nothing: the API must not read what is held."""
        sealed = seal(self._encrypt, plex_token, key)
        HeldTokenModel(key=key).update(
            [
                HeldTokenModel.sealed.set((HeldTokenModel.sealed | []).append([sealed])),
                HeldTokenModel.expires_at.set(expires_at),
                HeldTokenModel.due_kind.set(BY_TTL),
            ]
        )

    def latest(self, key: str, *, now: datetime) -> str | None:
        held = _find(key)
        return self._open(held.sealed[-1], key) if held and held.expires_at > now else None

    def all(self, key: str) -> Held | None:
        held = _find(key)
        return self._held(held) if held else None

    def drop(self, key: str, count: int) -> None:
        try:
            HeldTokenModel(key=key).delete(_number_of_tokens() == count)
        except DeleteError as error:
            if not is_condition_failed(error):
                raise

    def _held(self, record: HeldTokenModel) -> Held:
        tokens = []
        for each in record.sealed:
            with suppress(DecryptionFailed):  # told by the number of those that are left
                tokens.append(self._open(each, record.key))
        return Held(tuple(tokens), record.expires_at, len(record.sealed) - len(tokens))

    def _open(self, sealed: str, key: str) -> str:
        return self._decrypt(b64decode(sealed), key)


def _number_of_tokens() -> Any:
    return size(HeldTokenModel.sealed)  # type: ignore[no-untyped-call]  # PynamoDB


def seal(encrypt: Encrypt, plex_token: str, key: str) -> str:
    return b64encode(encrypt(plex_token, key)).decode()


def _find(key: str) -> HeldTokenModel | None:
    try:
        return HeldTokenModel.get(key, consistent_read=True)
    except HeldTokenModel.DoesNotExist:
        return None
