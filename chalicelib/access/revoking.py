"""Taking away what Plex gave. Nothing counts as gone before a read says so."""

from dataclasses import dataclass

from chalicelib.access.model import Given
from chalicelib.plex.errors import TemporaryPlexError
from chalicelib.plex.model import Share
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
            self._end_share(account_id, given)
        if given.home:
            self._leave_home(account_id)

    def _find_account(self, given: Given) -> int | None:
        """The Plex account that it was given to; a managed user is found by its title."""
        if given.plex_id is not None or not given.home_title:
            return given.plex_id
        members = self.plex_owner.home_members()
        return next((member.account_id for member in members if is_titled(member.title, given.home_title)), None)

    def _end_share(self, account_id: int, given: Given) -> None:
        share = self.plex_owner.find_share(account_id, given.machine_id)
        if share is None:
            return
        if given.found and given.found.id == share.id:
            self._put_back(share, given.found, given.machine_id)
            return
        self.plex_owner.unshare(share)
        if self.plex_owner.find_share(account_id, given.machine_id):
            raise TemporaryPlexError("the share is still there")

    def _put_back(self, share: Share, was: Share, machine_id: str) -> None:
        """What another hand had shared is that again, but for libraries that are gone, and as so many libraries where
        it was everything: that is never asked of Plex. Nothing is done where none of them is left.
        """
        library_ids = was.library_ids & self.plex_owner.library_ids(machine_id)
        if not library_ids or _is_back(share, was, library_ids):
            return
        self.plex_owner.put_back(share, was, machine_id, library_ids)
        found = self.plex_owner.find_share(share.account_id, machine_id)
        if found and not _is_back(found, was, library_ids):
            raise TemporaryPlexError("the share is not what it was")

    def _leave_home(self, account_id: int) -> None:
        self.plex_owner.remove_from_home(account_id)
        members = {member.account_id for member in self.plex_owner.home_members()}
        if account_id in members or self.plex_owner.is_at_home(account_id):
            raise TemporaryPlexError("the place in the Plex Home is still there")


def _is_back(share: Share, was: Share, library_ids: frozenset[str]) -> bool:
    features = (bool(share.downloads), bool(share.live_tv), share.filters)
    return share.library_ids == library_ids and features == (bool(was.downloads), bool(was.live_tv), was.filters)


def is_titled(one: str, other: str) -> bool:
    return one.strip().casefold() == other.strip().casefold()
