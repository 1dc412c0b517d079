"""Calls to plex.tv in the owner's name, with their failures sorted."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from chalicelib.plex.errors import OwnerTokenRefused, PlexRefused, PlexTokenRefused, TemporaryPlexError
from chalicelib.plexapi_client.calls import PlexCalls
from chalicelib.plexapi_client.clients import split_client
from chalicelib.plexapi_client.resources import read_resources
from chalicelib.plexapi_client.transport import TIMEOUT, PlexSession, readable


class OwnerCalls:
    """``token`` is asked for at the first call only, and kept no longer than this object; ``client_id``: the client of
    a token that names none.
    """

    def __init__(
        self, *, token: Callable[[], str], client_id: str, base_url: str | None, timeout: float = TIMEOUT
    ) -> None:
        self._token, self._client_id, self._base_url, self._timeout = token, client_id, base_url, timeout
        self._calls: PlexCalls | None = None

    @contextmanager
    def _asking(self) -> Iterator[PlexCalls]:
        """The owner's account, for one call; a token refused there is the owner's."""
        try:
            with readable():
                yield self._account()
        except PlexTokenRefused as error:
            raise OwnerTokenRefused(str(error)) from error

    @contextmanager
    def _looking(self) -> Iterator[PlexCalls]:
        """For reading: a refusal there says nothing about the person whom it concerns, and may pass."""
        try:
            with self._asking() as account:
                yield account
        except PlexRefused as error:
            raise TemporaryPlexError(str(error)) from error

    @contextmanager
    def _removing(self) -> Iterator[PlexCalls]:
        """As for reading; and what is not there needs no removing."""
        with self._looking() as account:
            try:
                yield account
            except PlexRefused as error:
                if not error.is_absence:
                    raise

    def _owns(self, machine_id: str) -> bool:
        with self._looking() as account:
            return any(each.machine_id == machine_id and each.owned for each in read_resources(account))

    def _account(self) -> PlexCalls:
        if self._calls is None:
            value, client_id = split_client(self._token(), self._client_id)
            self._calls = PlexCalls(PlexSession(client_id, self._base_url, self._timeout), value)
        return self._calls
