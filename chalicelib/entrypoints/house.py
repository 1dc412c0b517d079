"""Routes for the settings and the libraries."""

from dataclasses import replace
from http import HTTPStatus
from typing import Annotated, Any, Literal

import msgspec
from chalice.app import Response

from chalicelib import wiring
from chalicelib.domain.quotas import MOST_INVITES
from chalicelib.domain.settings import Settings
from chalicelib.domain.users import Permission, User
from chalicelib.domain.web import LONGEST_ADDRESS
from chalicelib.entrypoints import shapes
from chalicelib.entrypoints.bodies import LibraryId, Nothing
from chalicelib.entrypoints.http import Api, body, caller, caller_with_settings, ok
from chalicelib.entrypoints.users import MOST_DAYS
from chalicelib.usecases import furnishing, libraries

api = Api(__name__)

Address = Annotated[str, msgspec.Meta(max_length=LONGEST_ADDRESS)]
LibraryIds = Literal["all"] | Annotated[list[LibraryId], msgspec.Meta(max_length=500)]
Unset = msgspec.UnsetType


class QuotaPart(msgspec.Struct, forbid_unknown_fields=True):
    limit: Annotated[int, msgspec.Meta(ge=0, le=MOST_INVITES)] | None | Unset = msgspec.UNSET
    days: Annotated[int, msgspec.Meta(ge=1, le=MOST_DAYS)] | None | Unset = msgspec.UNSET


class FeaturesPart(msgspec.Struct, forbid_unknown_fields=True):
    downloads: bool | Unset = msgspec.UNSET
    live_tv: bool | Unset = msgspec.UNSET
    plex_home: bool | Unset = msgspec.UNSET


class TrialPart(msgspec.Struct, forbid_unknown_fields=True):
    enabled: bool | Unset = msgspec.UNSET
    days: Annotated[int, msgspec.Meta(ge=1, le=MOST_DAYS)] | Unset = msgspec.UNSET


class ChangeSettings(msgspec.Struct, forbid_unknown_fields=True):
    """``version``, if given, is that of the settings which the change was made from. What is left out stays, in
    objects too.
    """

    version: Annotated[int, msgspec.Meta(ge=0)] | None = None
    signup_enabled: bool | Unset = msgspec.UNSET
    application_url: Address | Unset = msgspec.UNSET
    application_title: Annotated[str, msgspec.Meta(min_length=1, max_length=100)] | Unset = msgspec.UNSET
    dashboard_url: Address | None | Unset = msgspec.UNSET
    local_signin_enabled: bool | Unset = msgspec.UNSET
    new_plex_signin_enabled: bool | Unset = msgspec.UNSET
    default_permissions: Annotated[list[Permission], msgspec.Meta(max_length=len(Permission))] | Unset = msgspec.UNSET
    default_quota: QuotaPart | Unset = msgspec.UNSET
    default_features: FeaturesPart | Unset = msgspec.UNSET
    enabled_libraries: LibraryIds | Unset = msgspec.UNSET
    default_libraries: LibraryIds | Unset = msgspec.UNSET
    trial: TrialPart | Unset = msgspec.UNSET

    def of(self, settings: Settings) -> Settings:
        """These settings with what was given in its place."""
        changed: Settings = _with(settings, self)
        return replace(changed, dashboard_url=changed.dashboard_url or None)


@api.route("/settings", methods=["GET"])
def show_settings() -> Response:
    by, settings = caller_with_settings(api.current_request)
    by.must(Permission.ADMIN)
    return ok(settings_shape(settings))


@api.route("/settings", methods=["PATCH"])
def change_settings() -> Response:
    by = _admin()
    wanted = body(api.current_request, ChangeSettings)
    changed = furnishing.change(
        wanted.of,
        version=wanted.version,
        by=by,
        settings=wiring.house(),
        facts=settings_shape,
        new_id=wiring.new_id,
        now=wiring.now(),
    )
    return ok(settings_shape(changed))


@api.route("/libraries", methods=["GET"])
def list_libraries() -> Response:
    by, settings = caller_with_settings(api.current_request)
    by.must(Permission.ADVANCED_INVITES, Permission.MANAGE_INVITES)
    return ok(_libraries(settings))


@api.route("/libraries/refresh", methods=["POST"])
def refresh_libraries() -> Response:
    _admin()
    body(api.current_request, Nothing)
    house = libraries.ask(settings=wiring.house(), queue=wiring.queue(), now=wiring.now())
    return ok(_libraries(house), HTTPStatus.ACCEPTED)


def _admin() -> User:
    by = caller(api.current_request)
    by.must(Permission.ADMIN)
    return by


def settings_shape(each: Settings) -> shapes.Json:
    return {
        "signup_enabled": each.signup_enabled,
        "application_url": each.application_url,
        "application_title": each.application_title,
        "dashboard_url": each.dashboard_url,
        "local_signin_enabled": each.local_signin_enabled,
        "new_plex_signin_enabled": each.new_plex_signin_enabled,
        "default_permissions": sorted(each.default_permissions),
        "default_quota": {"limit": each.default_quota.limit, "days": each.default_quota.days},
        "default_features": shapes.features(each.default_features),
        "enabled_libraries": _chosen(each.enabled_libraries),
        "default_libraries": _chosen(each.default_libraries),
        "trial": {"enabled": each.trial.enabled, "days": each.trial.days},
        "version": each.version,
    }


def _libraries(each: Settings) -> shapes.Json:
    now, enabled = wiring.now(), set(each.enabled())
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
        "libraries_refresh": each.libraries_refresh.state(now).value,
        "libraries_refreshed_at": shapes.moment(each.libraries_refresh.refreshed_at),
        "libraries_refresh_message": each.libraries_refresh.message(now),
    }


def _chosen(ids: tuple[str, ...] | str) -> list[str] | str:
    return ids if isinstance(ids, str) else list(ids)


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
    if isinstance(new, list):
        return frozenset(new) if isinstance(old, frozenset) else tuple(dict.fromkeys(new))
    return new
