"""Whether what the product has stored of a person and what Plex shares with them agree."""

from dataclasses import dataclass
from typing import Any

from chalicelib.access.model import Access, Part
from chalicelib.access.progress import State
from chalicelib.accounts.model import AccountState
from chalicelib.redemptions.model import Redemption
from chalicelib.stores.access.records import AccessModel, read_access
from chalicelib.stores.accounts.held_tokens import HeldTokenModel
from chalicelib.stores.accounts.identities import plex_identity
from chalicelib.stores.accounts.records import IdentityModel, UserModel
from chalicelib.stores.database.transactions import get_all
from chalicelib.stores.invites.records import InviteModel
from chalicelib.stores.redemptions.records import RedemptionModel, read_redemption
from local.plex import demo
from local.plex.world import World
from tests.plex_faults.ports import ScenarioPorts

GRANTED = (demo.MOVIES, demo.MUSIC)
BY_HAND = [demo.TV_SHOWS]
"""What the owner shares with a person at Plex."""
"""The libraries of every invite here."""


@dataclass(frozen=True)
class Redeemer:
    """A person with an account at the stand-in (0: without one), and what redeeming gave them."""

    account_id: int
    redemption_id: str
    user_id: str
    code: str


@dataclass(frozen=True)
class Records:
    """What is stored of a redeemer, read in one go. ``identity``: where it is held, or its end is still to come."""

    redemption: Redemption
    access: Access
    uses: int
    state: AccountState
    held_token: Any
    identity: Any

    @property
    def plex_id(self) -> int | None:
        return self.access.plex_id


class Consistency:
    """Looks at Plex and at what is stored, and compares them."""

    world: World
    ports: ScenarioPorts

    def redemption(self, redeemer: Redeemer) -> Redemption:
        return self.ports.redemptions.get(redeemer.redemption_id)

    def shares(self, account_id: int | None) -> list[Any]:
        return [one for one in self.world.shares.values() if account_id is not None and one.invitee == account_id]

    def uses(self, code: str) -> int:
        return self.ports.invites.get_even_deleted(code).uses

    def home_members(self) -> list[int]:
        home = self.world.homes.get(demo.OWNER.id)
        return [] if home is None else [one for one in home.member_ids if one != demo.OWNER.id]

    def must_be_consistent(self, redeemer: Redeemer, *, alone: bool = True) -> Redemption:
        """Access and account, or neither; nothing in between, and the redemption says which.

        ``alone``: no other person can be in the Home.
        """
        records = self._read(redeemer)
        assert records.held_token is None
        if records.redemption.state is State.DONE:
            self._must_have_exactly_the_grant(records)
        else:
            assert records.redemption.state is State.FAILED
            self._must_have_nothing(records)
        if alone:
            at_home = records.redemption.state is State.DONE and records.redemption.grant.features.plex_home
            assert (len(self.home_members()), self.world.home_invites) == (int(at_home), {})
        return records.redemption

    def must_have_no_access(self, redeemer: Redeemer) -> None:
        """The account is closed, its access has ended, and nothing is left on Plex."""
        records = self._read(redeemer)
        assert records.access.is_settled
        assert self.shares(records.plex_id) == []
        assert (self.home_members(), self.world.home_invites) == ([], {})
        assert (records.state, records.identity, records.held_token) == (AccountState.CLOSED, None, None)

    def must_have(self, redeemer: Redeemer, section_ids: list[int] | None) -> None:
        """Their access is settled, and these libraries are shared with them; None: nothing is."""
        records = self._read(redeemer)
        assert (records.access.is_settled, records.access.lease, records.access.done.begun) == (True, None, None)
        found = [sorted(one.section_ids) for one in self.shares(records.plex_id) if one.accepted_at]
        assert found == ([] if section_ids is None else [section_ids])

    def _must_have_exactly_the_grant(self, records: Records) -> None:
        grant = records.redemption.grant
        (share,) = self.shares(records.plex_id)
        assert sorted(share.section_ids) == sorted(GRANTED)
        assert not share.all_libraries
        assert share.accepted_at
        assert share.settings["allowSync"] == grant.features.downloads
        assert share.settings["allowTuners"] == int(grant.features.live_tv)
        assert records.plex_id in self.home_members() or not grant.features.plex_home
        assert (records.uses, records.state, records.redemption.reason) == (1, AccountState.ACTIVE, None)

    def _must_have_nothing(self, records: Records) -> None:
        assert records.redemption.reason
        entry = records.access.entry(Part.SHARE)
        found = entry.before if entry else None
        shares = self.shares(records.plex_id)
        assert all(sorted(one.section_ids) == BY_HAND for one in shares)
        if found and found.accepted:
            assert [str(one.id) for one in shares] == [found.id]
        assert records.plex_id not in self.home_members()
        assert (records.uses, records.state, records.identity) == (0, AccountState.CLOSED, None)

    def _read(self, redeemer: Redeemer) -> Records:
        redemption, access, invite, user, token, identity = get_all(
            self.ports.connection,
            (RedemptionModel, redeemer.redemption_id),
            (AccessModel, redeemer.user_id),
            (InviteModel, redeemer.code),
            (UserModel, redeemer.user_id),
            (HeldTokenModel, redeemer.redemption_id),
            (IdentityModel, plex_identity(redeemer.account_id)),
        )
        known = read_access(access)
        held = None if identity is None or _has_ended(identity) else identity
        return Records(read_redemption(redemption), known, int(invite.uses), AccountState(user.state), token, held)


def _has_ended(identity: Any) -> bool:
    """Whether the Plex id is held by no account, and all that it had here is known to be gone."""
    return identity.tombstone is not None and identity.tombstone.ended_at is not None
