"""E-mail addresses: one reading for every entrance (sign-up, sign-in, what plex.tv says)."""

import re

LONGEST_EMAIL = 254
"""Of characters, and of bytes, for an address has ASCII alone."""

_LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"[!-?A-~]{{1,64}}@{_LABEL}(?:\.{_LABEL})+")
"""RFC 5321, 4.5.3.1: 64 characters before the @, 63 in each part of the domain; international domains as ``xn--``."""


def parse_email(text: str) -> str | None:
    """The address in its one form, in small letters; None unless it can be one.

    ASCII alone: letters that look alike, or that fold to others (``ß``, full-width letters), would let one address pass
    for another. Two addresses are the same exactly where this gives the same, so it may serve as a proof.
    """
    address = text.strip().lower() if text.isascii() else ""
    is_address = len(address) <= LONGEST_EMAIL and _ADDRESS.fullmatch(address)
    return address if is_address else None
