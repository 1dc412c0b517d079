"""What is written of somebody in the product's books and at Plex, and whether the two agree."""

from dataclasses import dataclass
from typing import Any

from chalicelib import wiring
from chalicelib.accounts.model import AccountState
from chalicelib.redemptions.model import Redemption, State
from chalicelib.stores.accounts.identities import plex_identity
from chalicelib.stores.accounts.records import IdentityModel, UserModel
from chalicelib.stores.database.transactions import get_all
from chalicelib.stores.invites.records import InviteModel
from chalicelib.stores.redemptions.records import HeldTokenModel, RedemptionModel
from local.plex import demo
from local.plex.world import World

GIVEN = (demo.MOVIES, demo.MUSIC)


@dataclass(frozen=True)
class Someone:
    """A person with an account at the stand-in, and what redeeming gave them."""

    account_id: int
    redemption_id: str
    user_id: str
    code: str


@dataclass(frozen=True)
class Books:
    """What is written of somebody, read in one go."""

    redemption: Redemption
    uses: int
    state: AccountState
    held_token: Any
    identity: Any
    plex_id: int | None


class Truth:
    """Looks at Plex and at the books, and compares them."""

    def __init__(self, world: World) -> None:
        self.world = world

    def redemption(self, someone: Someone) -> Redemption:
        return wiring.redemptions().get(someone.redemption_id)

    def shares(self, account_id: int | None) -> list[Any]:
        return [one for one in self.world.shares.values() if account_id is not None and one.invitee == account_id]

    def uses(self, someone: Someone) -> int:
        return self.uses_of(someone.code)

    def uses_of(self, code: str) -> int:
        return wiring.invites().get(code).uses

    def home_members(self) -> list[int]:
        home = self.world.homes.get(demo.OWNER.id)
        return [] if home is None else [one for one in home.member_ids if one != demo.OWNER.id]

    def must_be_true(self, someone: Someone, *, alone: bool = True) -> Redemption:
        """Access and account, or neither; nothing in between, and the redemption says which."""
        books = self._books(someone)
        assert books.held_token is None
        if books.redemption.state is State.DONE:
            self._must_have_exactly_the_grant(books)
        else:
            assert books.redemption.state is State.FAILED
            self._must_have_nothing(books)
        if alone:
            at_home = books.redemption.state is State.DONE and books.redemption.grant.features.plex_home
            assert (len(self.home_members()), self.world.home_invites) == (int(at_home), {})
        return books.redemption

    def must_have_left(self, someone: Someone) -> None:
        books = self._books(someone)
        departure = wiring.departures().get(someone.user_id)
        assert departure
        assert departure.ended_at
        assert self.shares(books.plex_id) == []
        assert (self.home_members(), self.world.home_invites) == ([], {})
        assert (books.state, books.identity, books.held_token) == (AccountState.CLOSED, None, None)

    def _must_have_exactly_the_grant(self, books: "Books") -> None:
        grant = books.redemption.grant
        (share,) = self.shares(books.plex_id)
        assert sorted(share.section_ids) == sorted(GIVEN)
        assert not share.all_libraries
        assert share.accepted_at
        assert share.settings["allowSync"] == grant.features.downloads
        assert share.settings["allowTuners"] == int(grant.features.live_tv)
        assert books.plex_id in self.home_members() or not grant.features.plex_home
        assert (books.uses, books.state, books.redemption.reason) == (1, AccountState.ACTIVE, None)

    def _must_have_nothing(self, books: "Books") -> None:
        assert books.redemption.reason
        assert self.shares(books.plex_id) == []
        assert books.plex_id not in self.home_members()
        assert (books.uses, books.state, books.identity) == (0, AccountState.CLOSED, None)

    def _books(self, someone: Someone) -> "Books":
        redemption, invite, user, token, identity = get_all(
            wiring.connection(),
            (RedemptionModel, someone.redemption_id),
            (InviteModel, someone.code),
            (UserModel, someone.user_id),
            (HeldTokenModel, someone.redemption_id),
            (IdentityModel, plex_identity(someone.account_id)),
        )
        plex_id = redemption.record.plex_id or someone.account_id or None
        return Books(redemption.record, int(invite.uses), AccountState(user.state), token, identity, plex_id)
