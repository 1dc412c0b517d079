"""While Plex does not take the owner's token, provisioning pauses: no redemption fails because of it."""

from datetime import datetime, timedelta

from chalicelib.common.records import dataclass, replace
from chalicelib.common.retrying import doubled

_FIRST_PROBE = 15
_LONGEST = 300
"""Seconds."""


@dataclass(frozen=True, slots=True)
class Pause:
    """Since when, of which version of the token, and when it is tried all the same: plex.tv may be wrong."""

    since: datetime
    token_version: str
    next_probe_at: datetime
    probes: int = 0

    def holds(self, now: datetime) -> bool:
        """Whether that version of the token need not be tried yet."""
        return now < self.next_probe_at

    def probed(self, now: datetime, token_version: str) -> "Pause":
        """The token was tried, and refused again: the next probe comes later, five minutes at most."""
        wait = timedelta(seconds=doubled(_FIRST_PROBE, self.probes + 1, longest=_LONGEST))
        return replace(self, token_version=token_version, next_probe_at=now + wait, probes=self.probes + 1)


def begin_pause(now: datetime, token_version: str) -> Pause:
    return Pause(now, token_version, now + timedelta(seconds=_FIRST_PROBE))
