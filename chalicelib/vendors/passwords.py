"""Passwords under argon2id, by OWASP's smallest profile: 19 MiB, two passes, one lane (docs/security.md)."""

import unicodedata
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from argon2 import PasswordHasher

OF_NO_ACCOUNT = "$argon2id$v=19$m=19456,t=2,p=1$9Xtl8ntainMP0CNlXxnm8g$GN5E5Ne36fbSEhjrUbJUYQUcq9JJMgA0B0Ytm7Zc+HM"
"""What is verified where there is no hash, so that unknown and known addresses take the same time. Always refused."""


class Argon2Passwords:
    """accounts.ports.Passwords. The text is normalised first (NFKC): keyboards differ in how they write an umlaut."""

    def hash(self, password: str) -> str:
        return _hasher().hash(_normal(password))

    def verify(self, password: str, password_hash: str | None) -> bool:
        from argon2.exceptions import VerifyMismatchError

        try:
            _hasher().verify(password_hash or OF_NO_ACCOUNT, _normal(password))
        except VerifyMismatchError:
            return False
        return password_hash is not None


@cache
def _hasher() -> "PasswordHasher":
    from argon2 import PasswordHasher

    return PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


def _normal(password: str) -> str:
    return unicodedata.normalize("NFKC", password)
