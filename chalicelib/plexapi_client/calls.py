"""Calls to plex.tv in the name of one account, for what plexapi does not wrap or gets wrong (docs/plex.md, traps)."""

from typing import Any
from xml.etree import ElementTree as ET

import requests
from plexapi import BASE_HEADERS
from plexapi.utils import parseXMLString

from chalicelib.plexapi_client.transport import PlexSession


class PlexCalls:
    """``token`` None is for calls that need no account. An empty one is refused: it is certainly a mistake."""

    def __init__(self, session: PlexSession, token: str | None, *, product: str | None = None) -> None:
        if token == "":
            raise ValueError("a Plex account needs its token")
        self._session = session
        named = {"X-Plex-Token": token, "X-Plex-Product": product}
        self._headers = {**BASE_HEADERS, **{name: value for name, value in named.items() if value}}

    def xml(self, method: str, url: str, *, params: dict[str, Any] | None = None) -> ET.Element:
        """One call of the v1 API, with what it takes in ``params``, quoted; an element without attributes for an
        answer without XML. plexapi's parser overlooks the characters that XML forbids and that names may hold.
        Raises ParseError, PlexError.
        """
        answer = self._session.request(method, url, headers=self._headers, params=params)
        element = None if _is_bare(answer) else parseXMLString(answer.text)
        return ET.Element("nothing") if element is None else element

    def json(self, method: str, url: str, *, params: dict[str, Any] | None = None, body: Any = None) -> Any:
        """One call of the v2 API; None for an answer without JSON. Raises ValueError, PlexError."""
        headers = self._headers | {"Accept": "application/json"}
        answer = self._session.request(method, url, headers=headers, params=params, json=body)
        return None if _is_bare(answer) else answer.json()


def _is_bare(answer: requests.Response) -> bool:
    """Nothing, or a word in plain text: plex.tv answers so to some calls that change something."""
    return not answer.content.strip() or "text/plain" in answer.headers.get("Content-Type", "")
