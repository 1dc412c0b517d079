"""The owner's account at plex.tv, for whatever is done in the owner's name."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from chalicelib.adapters.plex.accounts import SignedInAccount
from chalicelib.adapters.plex.transport import TIMEOUT, PlexSession, readable
from chalicelib.ports import OwnerTokenRefused, PlexPassing, PlexRefused, PlexTokenRefused


class Owner:
    """``token`` is asked for at the first call only, and kept no longer than this object."""

    def __init__(
        self, *, token: Callable[[], str], client_id: str, base_url: str | None, timeout: float = TIMEOUT
    ) -> None:
        self._token, self._session = token, PlexSession(client_id, base_url, timeout)
        self._signed_in: SignedInAccount | None = None

    @contextmanager
    def asking(self) -> Iterator[SignedInAccount]:
        """The owner's account, for one call; a token refused there is the owner's."""
        try:
            with readable():
                yield self._account()
        except PlexTokenRefused as error:
            raise OwnerTokenRefused(str(error)) from error

    @contextmanager
    def looking(self) -> Iterator[SignedInAccount]:
        """For reading: a refusal there says nothing about whoever it concerns, and may pass."""
        try:
            with self.asking() as account:
                yield account
        except PlexRefused as error:
            raise PlexPassing(str(error)) from error

    @contextmanager
    def removing(self) -> Iterator[SignedInAccount]:
        """As for reading; and what is not there needs no removing."""
        with self.looking() as account:
            try:
                yield account
            except PlexRefused as error:
                if not error.is_absence:
                    raise

    def owns(self, machine_id: str) -> bool:
        with self.looking() as account:
            return any(each.clientIdentifier == machine_id and each.owned for each in account.reachable())

    def _account(self) -> SignedInAccount:
        if self._signed_in is None:
            self._signed_in = SignedInAccount(self._token(), self._session)
        return self._signed_in
