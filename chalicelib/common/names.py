"""Names of people: how they are shown, and when two are the same."""

import unicodedata

from chalicelib.common.emails import normal_email

LONGEST_NAME = 100


def shown_name(text: str) -> str:
    """A name as it is shown: NFC, nothing unprintable, blanks as single spaces, 100 characters at most."""
    printable = "".join(each if each.isprintable() else " " for each in unicodedata.normalize("NFC", text))
    return " ".join(printable.split())[:LONGEST_NAME]


def normal_name(name: str) -> str:
    """The form under which a local account's user name is unique: as for e-mail, and blanks do not count twice."""
    return " ".join(normal_email(name).split())
