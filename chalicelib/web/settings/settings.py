"""Routes for the settings and the libraries."""

from datetime import datetime
from enum import Enum
from http import HTTPStatus
from typing import Annotated, Any, Literal

import msgspec
from chalice.app import Response

from chalicelib.accounts.sessions import Scope
from chalicelib.common.addresses import LONGEST_ADDRESS
from chalicelib.common.people import Permission
from chalicelib.common.records import replace
from chalicelib.settings.editing import EditingSettings
from chalicelib.settings.model import (
    HIGHEST_SEAT_LIMIT,
    LONGEST_WELCOME,
    Policy,
    Refresh,
    RefreshFailure,
    Settings,
    TrialOutcome,
)
from chalicelib.setup.libraries import ManagingLibraries
from chalicelib.texts.catalogue import sentence
from chalicelib.web import shapes
from chalicelib.web.bodies import Days, LibraryId, Nothing, QuotaLimit, Unset
from chalicelib.web.http import Api, body, find_caller, find_caller_with_settings, language_of, ok
from chalicelib.wiring import now, use

api = Api(__name__)

Address = Annotated[str, msgspec.Meta(max_length=LONGEST_ADDRESS)]
LibraryIds = Literal["all"] | Annotated[list[LibraryId], msgspec.Meta(max_length=500)]


class DefaultQuota(msgspec.Struct, forbid_unknown_fields=True):
    limit: QuotaLimit | None | Unset = msgspec.UNSET
    days: Days | None | Unset = msgspec.UNSET


class DefaultFeatures(msgspec.Struct, forbid_unknown_fields=True):
    downloads: bool | Unset = msgspec.UNSET
    live_tv: bool | Unset = msgspec.UNSET
    plex_home: bool | Unset = msgspec.UNSET


class TrialSettings(msgspec.Struct, forbid_unknown_fields=True):
    enabled: bool | Unset = msgspec.UNSET
    days: Days | Unset = msgspec.UNSET
    outcome: TrialOutcome | Unset = msgspec.UNSET


class DifferenceSettings(msgspec.Struct, forbid_unknown_fields=True):
    missing: Policy | Unset = msgspec.UNSET
    narrower: Policy | Unset = msgspec.UNSET
    wider: Policy | Unset = msgspec.UNSET
    everything: Policy | Unset = msgspec.UNSET
    features: Policy | Unset = msgspec.UNSET
    restrictions: Policy | Unset = msgspec.UNSET
    unknown_person: Literal["report", "accept"] | Unset = msgspec.UNSET


class ChangeSettings(msgspec.Struct, forbid_unknown_fields=True):
    """``version``, if given, is that of the settings which the change was made from. What is left out stays, in
    objects too.
    """

    version: Annotated[int, msgspec.Meta(ge=0)] | None = None
    signup_enabled: bool | Unset = msgspec.UNSET
    application_url: Address | Unset = msgspec.UNSET
    application_title: Annotated[str, msgspec.Meta(min_length=1, max_length=100)] | Unset = msgspec.UNSET
    dashboard_url: Address | None | Unset = msgspec.UNSET
    time_zone: Annotated[str, msgspec.Meta(max_length=100)] | Unset = msgspec.UNSET
    local_signin_enabled: bool | Unset = msgspec.UNSET
    new_plex_signin_enabled: bool | Unset = msgspec.UNSET
    default_permissions: Annotated[list[Permission], msgspec.Meta(max_length=len(Permission))] | Unset = msgspec.UNSET
    default_quota: DefaultQuota | Unset = msgspec.UNSET
    default_features: DefaultFeatures | Unset = msgspec.UNSET
    enabled_libraries: LibraryIds | Unset = msgspec.UNSET
    default_libraries: LibraryIds | Unset = msgspec.UNSET
    trial: TrialSettings | Unset = msgspec.UNSET
    on_difference: DifferenceSettings | Unset = msgspec.UNSET
    seat_limit: Annotated[int, msgspec.Meta(ge=1, le=HIGHEST_SEAT_LIMIT)] | Unset = msgspec.UNSET
    reminders: Annotated[list[Annotated[int, msgspec.Meta(ge=1, le=60)]], msgspec.Meta(max_length=5)] | Unset = (
        msgspec.UNSET
    )
    grace_days: Annotated[int, msgspec.Meta(ge=0, le=14)] | Unset = msgspec.UNSET
    close_after_days: Annotated[int, msgspec.Meta(ge=1, le=3650)] | None | Unset = msgspec.UNSET
    welcome_text: Annotated[str, msgspec.Meta(max_length=LONGEST_WELCOME)] | Unset = msgspec.UNSET

    def apply(self, settings: Settings) -> Settings:
        """These settings with what was given in its place."""
        changed: Settings = _with(settings, self)
        return replace(changed, dashboard_url=changed.dashboard_url or None)


@api.route("/settings", methods=["GET"])
def show_settings() -> Response:
    by, settings = find_caller_with_settings(api.current_request)
    return ok(use(EditingSettings).show(settings, by=by))


@api.route("/settings", methods=["PATCH"])
def change_settings() -> Response:
    by = find_caller(api.current_request)
    wanted = body(api.current_request, ChangeSettings)
    return ok(use(EditingSettings).change(wanted.apply, version=wanted.version, by=by, now=now()))


@api.route("/libraries", methods=["GET"], scopes=(Scope.INVITES_READ, Scope.INVITES_CREATE))
def list_libraries() -> Response:
    by, settings = find_caller_with_settings(api.current_request)
    seen = use(ManagingLibraries).show(settings, by=by)
    return ok(_libraries_shape(seen, now(), language_of(api.current_request)))


@api.route("/libraries/refresh", methods=["POST"])
def refresh_libraries() -> Response:
    by, at = find_caller(api.current_request), now()
    body(api.current_request, Nothing)
    settings = use(ManagingLibraries).refresh(by=by, now=at)
    return ok(_libraries_shape(settings, at, language_of(api.current_request)), HTTPStatus.ACCEPTED)


def _libraries_shape(each: Settings, now: datetime, language: str) -> shapes.Json:
    enabled = set(each.enabled())
    return {
        "libraries": [
            {
                "id": library.id,
                "key": library.key,
                "title": library.title,
                "type": library.type,
                "enabled": library in enabled,
            }
            for library in each.libraries
        ],
        "server": each.server and {"machine_id": each.server.machine_id, "name": each.server.name},
        "plex_pass": each.libraries_refresh.plex_pass,
        "libraries_refresh": each.libraries_refresh.state(now).value,
        "libraries_refreshed_at": shapes.moment(each.libraries_refresh.refreshed_at),
        "libraries_refresh_message": _failure(each.libraries_refresh, now, language),
    }


def _failure(refresh: Refresh, now: datetime, language: str) -> str | None:
    code = refresh.failure_code(now)
    known = code if code in tuple(RefreshFailure) else RefreshFailure.NO_ANSWER
    return sentence("refresh_failures", known, language) if code else None


def _with(value: Any, given: msgspec.Struct) -> Any:
    """A dataclass with the fields that were given in place of its own; objects within likewise."""
    changes = {}
    for name in given.__struct_fields__:
        new = getattr(given, name)
        if new is not msgspec.UNSET and name != "version":
            changes[name] = _in_place_of(getattr(value, name), new)
    return replace(value, **changes)


def _in_place_of(old: Any, new: Any) -> Any:
    if isinstance(new, msgspec.Struct):
        return _with(old, new)
    if isinstance(old, Enum):
        return type(old)(new)
    if isinstance(new, list):
        return frozenset(new) if isinstance(old, frozenset) else tuple(dict.fromkeys(new))
    return new
