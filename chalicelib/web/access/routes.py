"""Routes for what members have on Plex."""

from datetime import date, datetime
from http import HTTPStatus
from typing import Annotated, Literal

import msgspec
from chalice.app import Request, Response

from chalicelib.access.deciding.adopting import Adopting
from chalicelib.access.deciding.asking import AskingForMoreTime, GivingMoreTime
from chalicelib.access.deciding.batches import Action, DecidingForMany
from chalicelib.access.deciding.editing import FEATURES, AccessEdit, EditingAccess
from chalicelib.access.deciding.membership import DecidingMembership
from chalicelib.access.deciding.profiles import DeletingProfiles
from chalicelib.access.deciding.restoring import Restoring
from chalicelib.access.deciding.seating import ShowingSeats
from chalicelib.access.differences import Difference
from chalicelib.access.looking import AskingForLooks
from chalicelib.access.model import Hold
from chalicelib.access.ports import Which
from chalicelib.accounts.sessions import Scope
from chalicelib.common.records import replace
from chalicelib.common.refusals import BadInput, NotFound
from chalicelib.common.terms import Term
from chalicelib.common.times import Unit, in_utc
from chalicelib.web.access.shapes import (
    access_shape,
    adopted_shape,
    batch_shape,
    listed_shape,
    look_shape,
    own_access_shape,
    request_shape,
    seating_shape,
    stranger_shape,
)
from chalicelib.web.bodies import LibraryId, Nothing, Restrictions, Unset
from chalicelib.web.http import Api, body, find_caller, find_caller_with_settings, language_of, ok, query
from chalicelib.web.paging import BY_ID, read_cursor, read_limit, shape_page
from chalicelib.wiring import now, use

api = Api(__name__)

ANY = "any"
KINDS = (ANY, *Difference)
STATES = ("joining", "active", "ending", "grace", Hold.SUSPENDED.value, Hold.ENDED.value)


UserId = Annotated[str, msgspec.Meta(pattern="^[A-Za-z0-9_-]{1,64}$")]


class FeaturesChange(msgspec.Struct, forbid_unknown_fields=True):
    downloads: bool | Unset = msgspec.UNSET
    live_tv: bool | Unset = msgspec.UNSET
    plex_home: bool | Unset = msgspec.UNSET


class AccessFields(msgspec.Struct, forbid_unknown_fields=True):
    """What is left out stays."""

    libraries: Literal["default", "all"] | Annotated[list[LibraryId], msgspec.Meta(max_length=500)] | Unset = (
        msgspec.UNSET
    )
    features: FeaturesChange = msgspec.field(default_factory=FeaturesChange)
    restrictions: Restrictions | None | Unset = msgspec.UNSET

    def edit(self) -> AccessEdit:
        chosen = None if self.libraries is msgspec.UNSET else self.libraries
        features = {name: value for name in FEATURES if (value := getattr(self.features, name)) is not msgspec.UNSET}
        chosen_restrictions = Restrictions() if self.restrictions is None else self.restrictions
        restrictions = chosen_restrictions.values() if isinstance(chosen_restrictions, Restrictions) else None
        libraries = tuple(chosen) if isinstance(chosen, list) else chosen
        return AccessEdit(libraries=libraries, restrictions=restrictions, **features)


class AccessChange(AccessFields, kw_only=True):
    """``version``: that of the access which the change was made from."""

    version: Annotated[int, msgspec.Meta(ge=0)]
    ends_at: Annotated[datetime, msgspec.Meta(tz=True)] | None | Unset = msgspec.UNSET

    def edit(self) -> AccessEdit:
        edit = super().edit()
        if self.ends_at is msgspec.UNSET:
            return edit
        ends_at = in_utc(self.ends_at, field="ends_at") if isinstance(self.ends_at, datetime) else None
        return replace(edit, ends_at=ends_at, moves_end=True)


class Length(msgspec.Struct, forbid_unknown_fields=True):
    value: Annotated[int, msgspec.Meta(ge=1, le=10_000)]
    unit: Unit


class Extension(msgspec.Struct, forbid_unknown_fields=True):
    """``by`` so long, or ``until`` the end of a day: one of the two."""

    by: Length | None = None
    until: date | None = None
    version: Annotated[int, msgspec.Meta(ge=0)] | None = None

    def term(self) -> Term:
        """Raises BadInput."""
        if (self.by is None) == (self.until is None):
            raise BadInput("one_term", field="by")
        return Term(self.by.value, self.by.unit) if self.by else Term(until=self.until)


class Sentence(msgspec.Struct, forbid_unknown_fields=True):
    message: Annotated[str, msgspec.Meta(max_length=500)] = ""


class BulkChange(AccessFields, kw_only=True):
    """One decision for many. What is changed counts for ``edit`` alone, ``by`` and ``until`` for ``extend``."""

    user_ids: Annotated[
        list[Annotated[str, msgspec.Meta(pattern="^[A-Za-z0-9_-]{1,64}$")]], msgspec.Meta(min_length=1, max_length=100)
    ]
    action: Action
    by: Length | None = None
    until: date | None = None

    def term(self) -> Term | None:
        """Raises BadInput."""
        return Extension(by=self.by, until=self.until).term() if self.by or self.until else None


class AgainstVersion(msgspec.Struct, forbid_unknown_fields=True):
    """``version``: that of the access which was seen."""

    version: Annotated[int, msgspec.Meta(ge=0)]


class People(msgspec.Struct, forbid_unknown_fields=True):
    plex_ids: Annotated[list[Annotated[int, msgspec.Meta(ge=1)]], msgspec.Meta(min_length=1, max_length=100)]


@api.route("/users/{user_id}/access", methods=["GET"], scopes=(Scope.PEOPLE_READ,))
def show_access(user_id: str) -> Response:
    request = api.current_request
    member = use(EditingAccess).show(user_id, by=find_caller(request))
    return ok(access_shape(member, language_of(request), now()))


@api.route("/users/{user_id}/access", methods=["PATCH"], scopes=(Scope.PEOPLE_WRITE,))
def change_access(user_id: str) -> Response:
    request = api.current_request
    by, change = find_caller(request), body(request, AccessChange)
    member = use(EditingAccess).edit(user_id, change.edit(), version=change.version, by=by, now=now())
    return ok(access_shape(member, language_of(request), now()), HTTPStatus.ACCEPTED)


@api.route("/users/{user_id}/access/restore", methods=["POST"], scopes=(Scope.PEOPLE_WRITE,))
def restore_access(user_id: str) -> Response:
    request = api.current_request
    by, said = find_caller(request), body(request, AgainstVersion)
    member = use(Restoring).restore(user_id, version=said.version, by=by, now=now())
    return ok(access_shape(member, language_of(request), now()), HTTPStatus.ACCEPTED)


@api.route("/users/{user_id}/access/accept", methods=["POST"], scopes=(Scope.PEOPLE_WRITE,))
def accept_access(user_id: str) -> Response:
    request = api.current_request
    by, said = find_caller(request), body(request, AgainstVersion)
    member = use(Restoring).accept(user_id, version=said.version, by=by, now=now())
    return ok(access_shape(member, language_of(request), now()), HTTPStatus.ACCEPTED)


@api.route("/users/{user_id}/access/suspend", methods=["POST"], scopes=(Scope.PEOPLE_WRITE,))
def suspend_access(user_id: str) -> Response:
    request = api.current_request
    by, said = find_caller(request), body(request, AgainstVersion)
    member = use(DecidingMembership).suspend(user_id, version=said.version, by=by, now=now())
    return ok(access_shape(member, language_of(request), now()), HTTPStatus.ACCEPTED)


@api.route("/users/{user_id}/access/resume", methods=["POST"], scopes=(Scope.PEOPLE_WRITE,))
def resume_access(user_id: str) -> Response:
    request = api.current_request
    by, said = find_caller(request), body(request, AgainstVersion)
    member = use(DecidingMembership).resume(user_id, version=said.version, by=by, now=now())
    return ok(access_shape(member, language_of(request), now()), HTTPStatus.ACCEPTED)


@api.route("/users/{user_id}/access/extend", methods=["POST"], scopes=(Scope.PEOPLE_WRITE,))
def extend_access(user_id: str) -> Response:
    request = api.current_request
    by, said = find_caller(request), body(request, Extension)
    member = use(DecidingMembership).extend(user_id, said.term(), version=said.version, by=by, now=now())
    return ok(access_shape(member, language_of(request), now()), HTTPStatus.ACCEPTED)


@api.route("/users/{user_id}/access/delete-profile", methods=["POST"])
def delete_profile(user_id: str) -> Response:
    request = api.current_request
    by, said = find_caller(request), body(request, AgainstVersion)
    member = use(DeletingProfiles).delete(user_id, version=said.version, by=by, now=now())
    return ok(access_shape(member, language_of(request), now()), HTTPStatus.ACCEPTED)


@api.route("/access", methods=["GET"], scopes=(Scope.PEOPLE_READ,))
def list_accesses() -> Response:
    request = api.current_request
    at = now()
    page, settings = use(EditingAccess).page(
        _which(request),
        now=at,
        by=find_caller(request),
        after=read_cursor(request, place=BY_ID),
        limit=read_limit(request),
    )
    language = language_of(request)
    return ok(shape_page("access", page, lambda each: listed_shape(each, settings, language, at)))


@api.route("/seats", methods=["GET"], scopes=(Scope.PEOPLE_READ,))
def show_seats() -> Response:
    by, settings = find_caller_with_settings(api.current_request)
    return ok(seating_shape(use(ShowingSeats).show(settings, by=by)))


@api.route("/access/bulk", methods=["POST"], scopes=(Scope.PEOPLE_WRITE,))
def decide_for_many() -> Response:
    request = api.current_request
    by, said = find_caller(request), body(request, BulkChange)
    batch = use(DecidingForMany).ask(said.action, said.edit(), tuple(said.user_ids), term=said.term(), by=by, now=now())
    return ok({"batch_id": batch.id}, HTTPStatus.ACCEPTED)


@api.route("/batches/{batch_id}", methods=["GET"], scopes=(Scope.PEOPLE_READ, Scope.PEOPLE_WRITE))
def show_batch(batch_id: str) -> Response:
    request = api.current_request
    batch = use(DecidingForMany).show(batch_id, by=find_caller(request))
    return ok(batch_shape(batch, language_of(request)))


@api.route("/access/look", methods=["POST"], scopes=(Scope.PEOPLE_WRITE,))
def ask_for_look() -> Response:
    request = api.current_request
    by = find_caller(request)
    body(request, Nothing)
    return ok({"look_id": use(AskingForLooks).ask(by=by, now=now()).id}, HTTPStatus.ACCEPTED)


@api.route("/access/look", methods=["GET"], scopes=(Scope.PEOPLE_READ,))
def show_look() -> Response:
    look = use(AskingForLooks).latest(by=find_caller(api.current_request))
    return ok({"look": look and look_shape(look, now())})


@api.route("/access/looks/{look_id}", methods=["GET"], scopes=(Scope.PEOPLE_READ,))
def show_one_look(look_id: str) -> Response:
    look = use(AskingForLooks).latest(by=find_caller(api.current_request))
    if look is None or look.id != look_id:
        raise NotFound
    return ok(look_shape(look, now()))


@api.route("/access/unknown", methods=["GET"], scopes=(Scope.PEOPLE_READ,))
def list_strangers() -> Response:
    request = api.current_request
    by, settings = find_caller_with_settings(request)
    return ok({"people": [stranger_shape(each, settings) for each in use(Adopting).strangers(by=by)]})


@api.route("/access/adopt", methods=["POST"])
def adopt() -> Response:
    request = api.current_request
    by, said = find_caller(request), body(request, People)
    adopted = use(Adopting).adopt(tuple(said.plex_ids), by=by, now=now())
    return ok({"results": [adopted_shape(each, language_of(request)) for each in adopted]}, HTTPStatus.ACCEPTED)


@api.route("/me/access", methods=["GET"])
def show_own_access() -> Response:
    request = api.current_request
    return ok(own_access_shape(use(EditingAccess).show_own(by=find_caller(request)), language_of(request), now()))


@api.route("/me/extension", methods=["POST"])
def ask_for_more_time() -> Response:
    by, said = find_caller(api.current_request), body(api.current_request, Sentence)
    asked = use(AskingForMoreTime).ask(said.message, by=by, now=now())
    return ok(request_shape(asked), HTTPStatus.CREATED)


@api.route("/extensions", methods=["GET"], scopes=(Scope.PEOPLE_READ,))
def list_requests() -> Response:
    asked = use(AskingForMoreTime).list(by=find_caller(api.current_request))
    return ok({"extensions": [request_shape(each) for each in asked]})


@api.route("/extensions/{user_id}/approve", methods=["POST"], scopes=(Scope.PEOPLE_WRITE,))
def approve_request(user_id: str) -> Response:
    request = api.current_request
    by, said = find_caller(request), body(request, Extension)
    member = use(GivingMoreTime).approve(user_id, said.term(), by=by, now=now())
    return ok(access_shape(member, language_of(request), now()), HTTPStatus.ACCEPTED)


@api.route("/extensions/{user_id}/refuse", methods=["POST"], scopes=(Scope.PEOPLE_WRITE,))
def refuse_request(user_id: str) -> Response:
    by, said = find_caller(api.current_request), body(api.current_request, Sentence)
    use(AskingForMoreTime).refuse(user_id, said.message, by=by, now=now())
    return ok("", HTTPStatus.NO_CONTENT)


def _which(request: Request) -> Which:
    """Raises BadInput."""
    kind, state = query(request, "difference") or None, query(request, "state") or None
    if kind not in (None, *KINDS):
        raise BadInput("one_of", field="difference", choices=", ".join(KINDS))
    if state not in (None, *STATES):
        raise BadInput("one_of", field="state", choices=", ".join(STATES))
    return Which(differing=kind == ANY, kind=Difference(kind) if kind and kind != ANY else None, state=state)
