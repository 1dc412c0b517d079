"""A library of a grant is gone: "all" libraries, or the default ones, mean what is there now."""

from datetime import datetime

from chalicelib.access.entitlement import Rule
from chalicelib.access.model import Access
from chalicelib.common.ports import Clock
from chalicelib.common.records import dataclass
from chalicelib.plex.model import Library
from chalicelib.plex.ports import WorkQueue
from chalicelib.settings.model import Settings
from chalicelib.settings.ports import SettingsStore

_READ_WITHIN = 8
"""Tries: about four minutes. Reading twice takes ten seconds where Plex answers."""


@dataclass(frozen=True, slots=True)
class ResolvingAnew:
    settings: SettingsStore
    queue: WorkQueue
    clock: Clock

    def resolve(self, access: Access) -> Access | None:
        """The access, to be tried again: with what its rule gives now, or once the libraries were read.

        None where it cannot give what it promised: it names its libraries, or nothing else is there after all.
        """
        if access.decided.grant.rule not in (Rule.ALL, Rule.DEFAULT):
            return None
        if access.done.resolves_since is None:
            self.queue.refresh_libraries()
            return access.doing(resolves_since=self.clock())
        settings = self.settings.get()
        if not _was_read(settings, access.done.resolves_since):
            return access if access.done.tries < _READ_WITHIN else None
        libraries, wanted = _given(access, settings), access.wanted
        is_same = wanted is not None and {library.id for library in libraries} == wanted.section_ids
        return None if is_same or not libraries else access.doing(resolved=libraries)


def _was_read(settings: Settings, since: datetime) -> bool:
    read_at = settings.libraries_refresh.refreshed_at
    return read_at is not None and read_at > since


def _given(access: Access, settings: Settings) -> tuple[Library, ...]:
    if settings.server is None or settings.server.machine_id != access.machine_id:
        return ()
    return settings.enabled() if access.decided.grant.rule is Rule.ALL else settings.shared_by_default()
