"""A local account gets its Plex account, and with it what its invite promised."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from chalicelib.accounts.model import Kind, User
from chalicelib.accounts.ports import AccountStore
from chalicelib.common.emails import parse_email
from chalicelib.common.ports import StaleWrite
from chalicelib.common.refusals import TryAgain
from chalicelib.plex.model import PlexAccount
from chalicelib.plex.ports import WorkQueue
from chalicelib.redemptions.model import Redemption
from chalicelib.redemptions.ports import Claims, RedemptionStore
from chalicelib.redemptions.redeeming import TOKEN_HELD_FOR

_JUST_BEFORE = timedelta.resolution
"""The session of the person who links begins now, and counts."""


@dataclass(frozen=True, slots=True)
class LinkingPlex:
    accounts: AccountStore
    claims: Claims
    redemptions: RedemptionStore
    queue: WorkQueue

    def link(self, account: PlexAccount, plex_token: str, *, now: datetime) -> User | None:
        """Link the local account of the same e-mail address, which plex.tv must have verified, and provide what it
        was granted; None where there is none to link.

        The address was not verified when the account was made, so its password and its sessions may be a stranger's:
        both end with the link, and Plex is the way in from then on.

        Raises AlreadyHasAccess when another account here holds that Plex account, TryAgain.
        """
        user = self._find_local_account(account)
        if user is None:
            return None
        redemption = self._find_waiting(user)
        if redemption:
            redemption = redemption.linked(now, plex_id=account.id, invited_as=account.email)
            self.redemptions.hold_token(redemption.id, plex_token, expires_at=now + TOKEN_HELD_FOR)
        try:
            self.claims.link(user, account.id, redemption, sessions_end_at=now - _JUST_BEFORE)
        except StaleWrite as error:
            raise TryAgain from error
        if redemption:
            self.queue.provision(redemption.id)
        return replace(user, plex_id=account.id)

    def _find_local_account(self, account: PlexAccount) -> User | None:
        """An address that plex.tv did not verify proves nothing: anyone may enter it there."""
        address = parse_email(account.email) if account.email and account.confirmed else None
        if address is None or account.restricted:
            return None
        credential, _ = self.accounts.find_credential(address)
        user = self.accounts.get(credential.user_id) if credential else None
        if user is None or not user.is_open or user.kind is not Kind.LOCAL or user.plex_id:
            return None
        return user

    def _find_waiting(self, user: User) -> Redemption | None:
        redemption = self.redemptions.get(user.redemption_id) if user.redemption_id else None
        if redemption is None or not redemption.in_progress or redemption.managed:
            return None
        return redemption
