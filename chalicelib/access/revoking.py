"""Taking away what Plex gave. Nothing counts as gone before a read says so."""

from dataclasses import dataclass

from chalicelib.access.model import Given
from chalicelib.plex.errors import TemporaryPlexError
from chalicelib.plex.ports import PlexOwner


@dataclass(frozen=True, slots=True)
class Revoking:
    plex_owner: PlexOwner

    def take_back(self, given: Given) -> None:
        """Take back all of it from the account that it was given to. Repeatable. Raises TemporaryPlexError unless
        that is certainly gone, and OwnerTokenRefused.
        """
        account_id = self._find_account(given)
        if account_id is None:
            return
        if given.share:
            self._end_share(account_id, given.machine_id)
        if given.home:
            self._leave_home(account_id)

    def _find_account(self, given: Given) -> int | None:
        """The Plex account that it was given to; a managed user is found by its title."""
        if given.plex_id is not None or not given.home_title:
            return given.plex_id
        members = self.plex_owner.home_members()
        return next((member.account_id for member in members if is_titled(member.title, given.home_title)), None)

    def _end_share(self, account_id: int, machine_id: str) -> None:
        share = self.plex_owner.find_share(account_id, machine_id)
        if share is None:
            return
        self.plex_owner.unshare(share)
        if self.plex_owner.find_share(account_id, machine_id):
            raise TemporaryPlexError("the share is still there")

    def _leave_home(self, account_id: int) -> None:
        self.plex_owner.remove_from_home(account_id)
        members = {member.account_id for member in self.plex_owner.home_members()}
        if account_id in members or self.plex_owner.is_at_home(account_id):
            raise TemporaryPlexError("the place in the Plex Home is still there")


def is_titled(one: str, other: str) -> bool:
    return one.strip().casefold() == other.strip().casefold()
