"""What becomes of the libraries that were chosen when Plex shows others."""

from typing import Literal

from chalicelib.common.records import replace
from chalicelib.plex.model import Library, SectionIds
from chalicelib.settings.model import Settings


def lacks_some(read: tuple[Library, ...], settings: Settings) -> bool:
    """Whether libraries that were there are missing in what Plex says."""
    return not {library.id for library in settings.libraries} <= {library.id for library in read}


def with_libraries(settings: Settings, read: tuple[Library, ...]) -> Settings:
    """The settings with these libraries. One that was deleted and made again, under the same title and of the same
    kind, takes the place of the earlier one wherever that was chosen.
    """
    instead = made_again(settings.libraries, read)
    return replace(
        settings,
        libraries=read,
        enabled_libraries=_chosen(settings.enabled_libraries, instead),
        default_libraries=_chosen(settings.default_libraries, instead),
    )


def made_again(were: tuple[Library, ...], read: tuple[Library, ...]) -> dict[str, str]:
    """The ids of libraries that are gone, and of those that stand in their places now."""
    there, known = {library.id for library in read}, {library.id for library in were}
    fresh = {(library.title, library.type): library.id for library in read if library.id not in known}
    gone = [library for library in were if library.id not in there]
    return {each.id: fresh[each.title, each.type] for each in gone if (each.title, each.type) in fresh}


def _chosen(ids: SectionIds | Literal["all"], instead: dict[str, str]) -> SectionIds | Literal["all"]:
    return ids if ids == "all" else tuple(instead.get(id_, id_) for id_ in ids)
