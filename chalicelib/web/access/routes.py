"""Routes for what members have on Plex."""

from http import HTTPStatus
from typing import Annotated, Literal

import msgspec
from chalice.app import Response

from chalicelib.access.editing import AccessEdit, EditingAccess
from chalicelib.web.access.shapes import access_shape
from chalicelib.web.bodies import LibraryId, Unset
from chalicelib.web.http import Api, body, find_caller, language_of, ok
from chalicelib.wiring import now, use

api = Api(__name__)


class FeaturesChange(msgspec.Struct, forbid_unknown_fields=True):
    downloads: bool | Unset = msgspec.UNSET
    live_tv: bool | Unset = msgspec.UNSET


class AccessChange(msgspec.Struct, forbid_unknown_fields=True):
    """``version``: that of the access which the change was made from. What is left out stays."""

    version: Annotated[int, msgspec.Meta(ge=0)]
    libraries: Literal["default", "all"] | Annotated[list[LibraryId], msgspec.Meta(max_length=500)] | Unset = (
        msgspec.UNSET
    )
    features: FeaturesChange = msgspec.field(default_factory=FeaturesChange)

    def edit(self) -> AccessEdit:
        chosen = None if self.libraries is msgspec.UNSET else self.libraries
        features = {
            name: value
            for name in ("downloads", "live_tv")
            if (value := getattr(self.features, name)) is not msgspec.UNSET
        }
        return AccessEdit(libraries=tuple(chosen) if isinstance(chosen, list) else chosen, **features)


@api.route("/users/{user_id}/access", methods=["GET"])
def show_access(user_id: str) -> Response:
    request = api.current_request
    member = use(EditingAccess).show(user_id, by=find_caller(request))
    return ok(access_shape(member, language_of(request)))


@api.route("/users/{user_id}/access", methods=["PATCH"])
def change_access(user_id: str) -> Response:
    request = api.current_request
    by, change = find_caller(request), body(request, AccessChange)
    member = use(EditingAccess).edit(user_id, change.edit(), version=change.version, by=by, now=now())
    return ok(access_shape(member, language_of(request)), HTTPStatus.ACCEPTED)


@api.route("/me/access", methods=["GET"])
def show_own_access() -> Response:
    request = api.current_request
    return ok(access_shape(use(EditingAccess).show_own(by=find_caller(request)), language_of(request)))
