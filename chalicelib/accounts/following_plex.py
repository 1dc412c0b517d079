"""Names and addresses follow Plex: what plex.tv says of a person at a sign-in is what their account has afterwards."""

from datetime import datetime

from chalicelib.accounts.model import Kind, User
from chalicelib.accounts.ports import AccountStore
from chalicelib.common.emails import parse_email
from chalicelib.common.ports import NewId, StaleWrite
from chalicelib.common.records import dataclass, replace
from chalicelib.common.refusals import AddressTaken
from chalicelib.events.model import Entry, Facts, about_user, change_entry
from chalicelib.plex.model import PlexAccount


@dataclass(frozen=True, slots=True)
class FollowingPlex:
    accounts: AccountStore
    new_id: NewId

    def follow(self, user: User, account: PlexAccount, *, now: datetime) -> User:
        """The account under the name and the verified address that its Plex account has now.

        A local account keeps its own name. An address that another account has stays with that one, and is asked for
        again at the next sign-in. Where the account is changed at the same moment, that sign-in follows instead.
        """
        becomes = _as_on_plex(user, account)
        if becomes == user:
            return user
        try:
            return self._write(user, becomes, now)
        except StaleWrite:
            return user

    def let_go_of_address(self, user: User, *, now: datetime) -> None:
        """Plex gave the address to another account: theirs keeps it from no one. Raises StaleWrite."""
        becomes = replace(user, holds_address=False)
        self.accounts.rename(user, becomes, self._entry(user, becomes, now))

    def _write(self, user: User, becomes: User, now: datetime) -> User:
        try:
            self.accounts.rename(user, becomes, self._entry(user, becomes, now))
        except AddressTaken:
            becomes = replace(becomes, holds_address=False)
            if becomes != user:
                self.accounts.rename(user, becomes, self._entry(user, becomes, now))
        return becomes

    def _entry(self, user: User, becomes: User, now: datetime) -> Entry:
        return change_entry(
            self.new_id(),
            about_user(user.id),
            "followed Plex",
            by=becomes.person,
            now=now,
            before=_facts(user),
            after=_facts(becomes),
        )


def _as_on_plex(user: User, account: PlexAccount) -> User:
    """An address that plex.tv did not verify changes nothing."""
    name = account.name if user.kind is Kind.PLEX else user.name
    address = parse_email(account.email) if account.email and account.confirmed else None
    if address is None:
        return replace(user, name=name)
    return replace(user, name=name, email=address, holds_address=True)


def _facts(user: User) -> Facts:
    return {"name": user.name, "email": user.email}
