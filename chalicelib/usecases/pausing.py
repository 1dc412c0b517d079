"""Provisioning pauses while Plex does not take the owner's token, and goes on by itself once it does."""

from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain.pauses import Pause, begun
from chalicelib.ports import OwnersToken, Pauses, ProvisionQueue, Redemptions

_RESUMED_AT_ONCE = 200
"""The others follow when they are due (domain/redemptions.py)."""


@dataclass(frozen=True, slots=True)
class Pausing:
    pauses: Pauses
    redemptions: Redemptions
    token: OwnersToken
    queue: ProvisionQueue

    def holds(self, pause: Pause, now: datetime) -> bool:
        """Whether Plex need not be asked yet: the token is the one that was refused, and no probe is due."""
        return pause.holds(now) and self.token.version() == pause.token_version

    def refused(self, pause: Pause | None, now: datetime) -> Pause:
        """Plex did not take the owner's token, again if there is a pause already."""
        version = self.token.version()
        noted = pause.probed(now, version) if pause else begun(now, version)
        self.pauses.save(noted)
        return noted

    def over(self) -> None:
        """Plex takes the token: have all that waited for it go on."""
        self.pauses.end()
        for redemption_id in self.redemptions.waiting_for_owner(_RESUMED_AT_ONCE):
            self.queue.send(redemption_id)

    def token_was_renewed(self) -> None:
        """Go on at once if the token is another than the one that was refused. Costs one read while all is well."""
        pause = self.pauses.current()
        if pause and self.token.version() != pause.token_version:
            self.over()
