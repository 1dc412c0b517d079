"""E-mail addresses: one reading for every entrance (sign-up, sign-in, what plex.tv says)."""

import re
import unicodedata

LONGEST_EMAIL = 254
_ADDRESS = re.compile(r"[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+")


def normal_email(address: str) -> str:
    """The form under which an address is unique: NFKC, no outer blanks, case folded."""
    return unicodedata.normalize("NFKC", address).strip().casefold()


def parse_email(text: str) -> str | None:
    """The address in its normal form; None unless it can be one.

    One @ with at most 64 characters before it (RFC 5321, 4.5.3.1.1) and a dot behind it, 254 characters in all,
    all of them visible: a zero-width space would make a second address that looks like the first.
    """
    address = normal_email(text)
    is_address = len(address) <= LONGEST_EMAIL and address.isprintable() and _ADDRESS.fullmatch(address)
    return address if is_address else None
