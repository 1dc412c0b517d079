"""All work pauses while Plex does not take the owner's token, and goes on by itself once it does."""

from datetime import datetime

from chalicelib.access.pauses import Pause, begin_pause
from chalicelib.access.ports import AccessStore
from chalicelib.common.records import dataclass
from chalicelib.plex.ports import OwnerTokenVersion, WorkQueue

_RESUMED_AT_ONCE = 200
"""The others follow when they are due (model.py)."""


@dataclass(frozen=True, slots=True)
class Pausing:
    accesses: AccessStore
    owner_token_version: OwnerTokenVersion
    queue: WorkQueue

    def holds(self, pause: Pause, *, now: datetime) -> bool:
        """Whether Plex need not be asked yet: the token is the one that was refused, and no probe is due."""
        return pause.holds(now) and self.owner_token_version() == pause.token_version

    def note_refusal(self, pause: Pause | None, *, now: datetime) -> Pause:
        """Plex did not take the owner's token, again if there is a pause already."""
        version = self.owner_token_version()
        noted = pause.probed(now, version) if pause else begin_pause(now, version)
        self.accesses.save_pause(noted)
        return noted

    def end(self) -> None:
        """Plex takes the token: have all that waited for it go on."""
        self.accesses.end_pause()
        for user_id in self.accesses.waiting_for_owner(_RESUMED_AT_ONCE):
            self.queue.align(user_id)

    def end_if_token_changed(self) -> None:
        """Go on at once if the token is another than the one that was refused. Costs one read while all is well."""
        pause = self.accesses.pause()
        if pause and self.owner_token_version() != pause.token_version:
            self.end()
