"""What settings must be to make sense together."""

from collections.abc import Iterable

from chalicelib.common.addresses import must_be_address
from chalicelib.common.people import Permission
from chalicelib.common.refusals import BadInput, SetupIncomplete
from chalicelib.common.times import find_zone
from chalicelib.plex.model import SectionIds
from chalicelib.settings.model import Settings


def must_be_sound(changed: Settings, *, was: Settings) -> None:
    """Raise BadInput naming the field, or SetupIncomplete, unless the settings may become ``changed``."""
    if changed.application_url:
        must_be_address(changed.application_url, field="application_url")
    if changed.dashboard_url:
        must_be_address(changed.dashboard_url, field="dashboard_url")
    if find_zone(changed.time_zone) is None:
        raise BadInput("time_zone", field="time_zone")
    _check_title(changed.application_title)
    if Permission.ADMIN in changed.default_permissions:
        raise BadInput("admin_by_default", field="default_permissions")
    _check_libraries(changed, was)
    _check_signup(changed)


def _check_title(title: str) -> None:
    if not title.strip() or not title.isprintable():
        raise BadInput("title", field="application_title")


def _check_libraries(changed: Settings, was: Settings) -> None:
    """Only what is newly named must be known: an id that Plex dropped must not stand in the way of other edits."""
    known = {library.id for library in changed.libraries}
    for field in ("enabled_libraries", "default_libraries"):
        before = _ids(getattr(was, field))
        for id_ in _ids(getattr(changed, field)):
            if id_ not in known and id_ not in before:
                raise BadInput("unknown_library", field=field, library=id_)
    if changed.libraries and _chooses_anew(changed, was):
        if not changed.enabled():
            raise BadInput("no_library_enabled", field="enabled_libraries")
        if not changed.shared_by_default():
            raise BadInput("no_library_shared", field="default_libraries")


def _chooses_anew(changed: Settings, was: Settings) -> bool:
    return (changed.enabled_libraries, changed.default_libraries) != (was.enabled_libraries, was.default_libraries)


def _ids(chosen: SectionIds | str) -> Iterable[str]:
    return () if isinstance(chosen, str) else chosen


def _check_signup(settings: Settings) -> None:
    if settings.signup_enabled and settings.server is None:
        raise SetupIncomplete("server_for_signup", field="signup_enabled")
    if settings.signup_enabled and not settings.application_url:
        raise SetupIncomplete("address_for_signup", field="application_url")
