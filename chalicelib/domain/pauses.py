"""When Plex does not take the owner's token, provisioning pauses: nobody's redemption fails of it."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

_FIRST_PROBE = timedelta(seconds=15)
_LONGEST = timedelta(minutes=5)


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
        pause = min(_FIRST_PROBE * 2 ** min(self.probes + 1, 10), _LONGEST)
        return replace(self, token_version=token_version, next_probe_at=now + pause, probes=self.probes + 1)


def begun(now: datetime, token_version: str) -> Pause:
    return Pause(now, token_version, now + _FIRST_PROBE)
