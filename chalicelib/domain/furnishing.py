"""What settings must be to make sense together."""

from collections.abc import Iterable

from chalicelib.domain.refusals import BadInput, SetupIncomplete
from chalicelib.domain.settings import LibraryIds, Settings
from chalicelib.domain.users import Permission
from chalicelib.domain.web import must_be_address


def must_be_sound(changed: Settings, *, was: Settings) -> None:
    """Raise BadInput naming the field, or SetupIncomplete, unless the settings may become ``changed``."""
    if changed.application_url:
        must_be_address(changed.application_url, field="application_url")
    if changed.dashboard_url:
        must_be_address(changed.dashboard_url, field="dashboard_url")
    _title(changed.application_title)
    if Permission.ADMIN in changed.default_permissions:
        raise BadInput("Nobody becomes an admin by default.", field="default_permissions")
    _libraries(changed, was)
    _ready_for_sign_up(changed)


def _title(title: str) -> None:
    if not title.strip() or not title.isprintable():
        raise BadInput("Give a title of one line.", field="application_title")


def _libraries(changed: Settings, was: Settings) -> None:
    """Only what is newly named must be known: an id that Plex dropped must not stand in the way of other edits."""
    known = {library.id for library in changed.libraries}
    for field in ("enabled_libraries", "default_libraries"):
        before = _ids(getattr(was, field))
        for id_ in _ids(getattr(changed, field)):
            if id_ not in known and id_ not in before:
                raise BadInput(f"There is no library {id_}.", field=field)
    if changed.libraries and _chosen_anew(changed, was):
        if not changed.enabled():
            raise BadInput("Enable at least one library.", field="enabled_libraries")
        if not changed.shared_by_default():
            raise BadInput("Share at least one enabled library by default.", field="default_libraries")


def _chosen_anew(changed: Settings, was: Settings) -> bool:
    return (changed.enabled_libraries, changed.default_libraries) != (was.enabled_libraries, was.default_libraries)


def _ids(chosen: LibraryIds | str) -> Iterable[str]:
    return () if isinstance(chosen, str) else chosen


def _ready_for_sign_up(settings: Settings) -> None:
    if settings.signup_enabled and settings.server is None:
        raise SetupIncomplete("Sign-up needs a Plex server. Choose yours in the set-up first.", field="signup_enabled")
    if settings.signup_enabled and not settings.application_url:
        message = "Sign-up needs the address that invite links begin with. Give the application URL first."
        raise SetupIncomplete(message, field="application_url")
