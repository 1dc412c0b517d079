"""Taking away what Plex gave. Nothing counts as gone before a read says so."""

from dataclasses import dataclass

from chalicelib.ports import PlexHomes, PlexPassing, PlexSharing


@dataclass(frozen=True, slots=True)
class Withdrawing:
    sharing: PlexSharing
    homes: PlexHomes

    def withdraw(self, account_id: int, machine_id: str, *, home: bool) -> None:
        """End the account's share of that server, or take the invite back; with ``home``, its place there too.

        Repeatable. Raises PlexPassing unless both are certainly gone, and OwnerTokenRefused.
        """
        self._end_share(account_id, machine_id)
        if home:
            self._leave_home(account_id)

    def managed_user(self, title: str) -> int | None:
        """The managed user of that title in the Home."""
        return next((member.account_id for member in self.homes.members() if is_titled(member.title, title)), None)

    def _end_share(self, account_id: int, machine_id: str) -> None:
        share = self.sharing.find_share(account_id, machine_id)
        if share is None:
            return
        self.sharing.remove(share)
        if self.sharing.find_share(account_id, machine_id):
            raise PlexPassing("the share is still there")

    def _leave_home(self, account_id: int) -> None:
        self.homes.remove(account_id)
        members = {member.account_id for member in self.homes.members()}
        if account_id in members or self.homes.holds(account_id):
            raise PlexPassing("the place in the Plex Home is still there")


def is_titled(one: str, other: str) -> bool:
    return one.strip().casefold() == other.strip().casefold()
