"""What a share lets a person do, in the names that plex.tv uses on the wire."""

from collections.abc import Mapping
from urllib.parse import quote, unquote

from local.plex.errors import Malformed
from local.plex.rules.options import Options

SharingSettings = dict[str, bool | int | str]

DEFAULTS: SharingSettings = {
    "allowSync": False,
    "allowCameraUpload": False,
    "allowChannels": False,
    "allowSubtitleAdmin": False,
    "allowTuners": 0,
    "filterAll": "",
    "filterMovies": "",
    "filterMusic": "",
    "filterPhotos": "",
    "filterTelevision": "",
}
WORDS_FOR_BOOL = {"1": True, "true": True, "0": False, "false": False}
TUNERS = {"0": 0, "1": 1, "2": 2}
"""Live TV: none, watch, watch and record."""


def changed(settings: SharingSettings, changes: object, *, may_set_tuners: bool) -> SharingSettings:
    """Return the settings with those changes made; names that plex.tv does not know are passed over.

    Only the v2 share endpoint sets `allowTuners`; everywhere else it is one of the passed over.
    """
    if not isinstance(changes, Mapping):
        raise Malformed
    known = {name: value for name, value in changes.items() if name in DEFAULTS}
    if not may_set_tuners:
        known.pop("allowTuners", None)
    return {**settings, **{name: _as_setting(name, value) for name, value in known.items()}}


def restricts(settings: SharingSettings) -> bool:
    return any(value for name, value in settings.items() if name.startswith("filter"))


def as_shown(settings: SharingSettings, options: Options) -> SharingSettings:
    """As plex.tv writes them: filters may come otherwise than they were told."""
    return {
        name: _rewritten(value, options) if name.startswith("filter") and isinstance(value, str) else value
        for name, value in settings.items()
    }


def _rewritten(text: str, options: Options) -> str:
    conditions = [part for part in text.split("|") if part]
    if options.filters_reversed:
        conditions = [_reversed(part) for part in reversed(conditions)]
    if options.filters_unquoted:
        conditions = [unquote(part) for part in conditions]
    return options.filters_joined_by.join(conditions)


def _reversed(condition: str) -> str:
    field, _, values = condition.partition("=")
    return f"{field}={quote(','.join(reversed(unquote(values).split(','))), safe='')}"


def _as_setting(name: str, value: object) -> bool | int | str:
    if name.startswith("filter"):
        return str(value or "")
    word = str(value).lower()
    if name == "allowTuners" and word in TUNERS:
        return TUNERS[word]
    if name != "allowTuners" and word in WORDS_FOR_BOOL:
        return WORDS_FOR_BOOL[word]
    raise Malformed(f"{name} cannot be that")
