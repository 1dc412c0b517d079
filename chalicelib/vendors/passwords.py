"""Passwords under argon2id, by OWASP's smallest profile: 19 MiB, two passes, one lane (docs/security.md)."""

import unicodedata

PASSES, MEMORY = 2, 19 * 1024 * 1024
"""Memory in bytes. The lane is libsodium's only choice."""

OF_NO_ACCOUNT = "$argon2id$v=19$m=19456,t=2,p=1$9Xtl8ntainMP0CNlXxnm8g$GN5E5Ne36fbSEhjrUbJUYQUcq9JJMgA0B0Ytm7Zc+HM"
"""What is verified where there is no hash, so that unknown and known addresses take the same time. Always refused."""


class Argon2Passwords:
    """accounts.ports.HashPassword and VerifyPassword.

    The text is normalised first (NFKC): keyboards differ in how they write an umlaut.
    """

    def hash(self, password: str) -> str:
        from nacl.pwhash import argon2id

        return argon2id.str(_normal(password), opslimit=PASSES, memlimit=MEMORY).decode()

    def verify(self, password: str, password_hash: str | None) -> bool:
        from nacl.exceptions import InvalidkeyError
        from nacl.pwhash import argon2id

        try:
            argon2id.verify((password_hash or OF_NO_ACCOUNT).encode(), _normal(password))
        except InvalidkeyError:
            return False
        return password_hash is not None


def _normal(password: str) -> bytes:
    return unicodedata.normalize("NFKC", password).encode()
