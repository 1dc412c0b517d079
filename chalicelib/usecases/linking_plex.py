"""A local account gets its Plex account, and with it what its invite promised."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from chalicelib.domain.redemptions import Redemption
from chalicelib.domain.refusals import TryAgain
from chalicelib.domain.users import AccountState, Kind, User, normal_email
from chalicelib.ports import (
    Claims,
    Contention,
    Credentials,
    HeldTokens,
    OutOfDate,
    PlexAccount,
    ProvisionQueue,
    Redemptions,
    Sealer,
    Users,
)
from chalicelib.usecases.redeeming import TOKEN_HELD_FOR

_JUST_BEFORE = timedelta.resolution
"""The session of whoever links begins now, and counts."""


@dataclass(frozen=True, slots=True)
class LinkingPlex:
    credentials: Credentials
    users: Users
    claims: Claims
    redemptions: Redemptions
    held_tokens: HeldTokens
    sealer: Sealer
    queue: ProvisionQueue

    def link(self, account: PlexAccount, plex_token: str, now: datetime) -> User | None:
        """Link the local account of the same e-mail address, which plex.tv must have verified, and provide what it
        was granted; None where there is none to link.

        Nobody verified the address when the account was made, so its password and its sessions may be a stranger's:
        both end with the link, and Plex is the way in from then on.

        Raises AlreadyHasAccess when another account here holds that Plex account, TryAgain.
        """
        user = self._local_account(account)
        if user is None:
            return None
        redemption = self._waiting(user)
        if redemption:
            redemption = redemption.linked(now, plex_id=account.id, invited_as=account.email)
            sealed = self.sealer.seal(plex_token, redemption.id)
            self.held_tokens.replace(redemption.id, sealed, now + TOKEN_HELD_FOR)
        try:
            self.claims.link(user, account.id, redemption, sessions_end_at=now - _JUST_BEFORE)
        except (OutOfDate, Contention) as error:
            raise TryAgain from error
        if redemption:
            self.queue.send(redemption.id)
        return replace(user, plex_id=account.id)

    def _local_account(self, account: PlexAccount) -> User | None:
        """An address that plex.tv did not verify proves nothing: anybody may enter it there."""
        if not account.email or not account.confirmed or account.restricted:
            return None
        credential, _ = self.credentials.find(normal_email(account.email))
        user = self.users.get(credential.user_id) if credential else None
        if user is None or user.state is not AccountState.ACTIVE or user.kind is not Kind.LOCAL or user.plex_id:
            return None
        return user

    def _waiting(self, user: User) -> Redemption | None:
        redemption = self.redemptions.get(user.redemption_id) if user.redemption_id else None
        if redemption is None or not redemption.in_progress or redemption.managed:
            return None
        return redemption
