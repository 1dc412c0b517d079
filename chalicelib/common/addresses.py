"""Web addresses that Streamarr gives out."""

import re

from chalicelib.common.refusals import BadInput

LONGEST_ADDRESS = 500
_HIGHEST_PORT = 65535
_ADDRESS = re.compile(
    r"https?://"
    r"(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])"
    r"(?::(?P<port>[0-9]{1,5}))?"
    r"(?:/[A-Za-z0-9._~!$&'()*+,;=:@%/-]*)?"
)


def must_be_address(text: str, *, field: str) -> None:
    """Raise BadInput unless ``text`` is an http(s) address with a host and perhaps a port and a path, and no more.

    Credentials, a query or a fragment would end up in links, mails and logs.
    """
    found = _ADDRESS.fullmatch(text) if len(text) <= LONGEST_ADDRESS else None
    if found is None or int(found["port"] or 1) > _HIGHEST_PORT:
        raise BadInput("address", field=field)
