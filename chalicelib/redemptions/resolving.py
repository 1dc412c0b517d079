"""A library of a grant is gone: an invite for all libraries, or for the default ones, means what is there now."""

from dataclasses import dataclass
from datetime import datetime

from chalicelib.common.ports import Clock
from chalicelib.plex.model import Library
from chalicelib.plex.ports import WorkQueue
from chalicelib.redemptions.model import Redemption
from chalicelib.settings.model import Settings
from chalicelib.settings.ports import SettingsStore


@dataclass(frozen=True, slots=True)
class ResolvingAnew:
    settings: SettingsStore
    queue: WorkQueue
    clock: Clock

    def resolve(self, redemption: Redemption) -> Redemption | None:
        """The redemption, to be tried again: with what its invite gives now, or once the libraries were read.

        None where it cannot give what it promised: it names its libraries, or nothing else is there after all.
        """
        if redemption.libraries not in ("all", "default"):
            return None
        if redemption.resolves_since is None:
            self.queue.refresh_libraries()
            return redemption.resolving_anew(self.clock())
        settings = self.settings.get()
        if not _was_read(settings, redemption.resolves_since):
            return redemption if redemption.tries < _READ_WITHIN else None
        libraries = _given(redemption, settings)
        is_same = {library.id for library in libraries} == set(redemption.grant.section_ids)
        return None if is_same or not libraries else redemption.resolved(libraries)


_READ_WITHIN = 8
"""Tries: about four minutes. Reading twice takes ten seconds where Plex answers."""


def _was_read(settings: Settings, since: datetime) -> bool:
    read_at = settings.libraries_refresh.refreshed_at
    return read_at is not None and read_at > since


def _given(redemption: Redemption, settings: Settings) -> tuple[Library, ...]:
    if settings.server is None or settings.server.machine_id != redemption.grant.machine_id:
        return ()
    return settings.enabled() if redemption.libraries == "all" else settings.shared_by_default()
