"""Routes for those who manage users."""

import re
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any

import msgspec
from chalice.app import Request, Response

from chalicelib.access.ending import state_at
from chalicelib.access.listing import Listed, ListingPeople, ends_soon_by
from chalicelib.accounts.managing import AccountEdit, ManagingUsers
from chalicelib.accounts.model import AccountState, User
from chalicelib.accounts.quotas import QuotaUse
from chalicelib.accounts.sessions import Scope
from chalicelib.common.people import Permission, known_permissions
from chalicelib.common.refusals import BadInput
from chalicelib.common.times import in_utc
from chalicelib.invites.closing import ClosingInviters
from chalicelib.settings.model import Quota, Settings
from chalicelib.web import shapes
from chalicelib.web.bodies import Days, QuotaLimit, Unset
from chalicelib.web.http import Api, body, find_caller, find_caller_with_settings, ok, query
from chalicelib.web.paging import read_cursor, read_limit, shape_page
from chalicelib.wiring import now, use

api = Api(__name__)

SOON, ANY = "soon", "any"
ENDS = (SOON, ANY)

BY_END = re.compile(r"\d{1,12}\.\d{1,6}#[A-Za-z0-9_-]{1,64}")
"""A place in the list of those whose access ends."""


class UserQuota(msgspec.Struct, forbid_unknown_fields=True):
    limit: QuotaLimit | None
    days: Days | None


class UserTrial(msgspec.Struct, forbid_unknown_fields=True):
    ends_at: Annotated[datetime, msgspec.Meta(tz=True)]


class ChangeUser(msgspec.Struct, forbid_unknown_fields=True):
    """``quota`` null takes the override back; ``trial`` null ends the trial."""

    permissions: Annotated[list[Permission], msgspec.Meta(max_length=len(Permission))] | Unset = msgspec.UNSET
    quota: UserQuota | None | Unset = msgspec.UNSET
    trial: UserTrial | None | Unset = msgspec.UNSET

    def edit(self) -> AccountEdit:
        given: dict[str, Any] = {}
        if self.permissions is not msgspec.UNSET:
            given["permissions"] = frozenset(self.permissions)
        if self.quota is not msgspec.UNSET:
            given["quota"] = self.quota and Quota(self.quota.limit, self.quota.days)
        if self.trial is not msgspec.UNSET:
            given["trial_ends_at"] = self.trial and in_utc(self.trial.ends_at, field="trial.ends_at")
        return AccountEdit(**given, named=frozenset(given))


@api.route("/users", methods=["GET"], scopes=(Scope.PEOPLE_READ,))
def list_users() -> Response:
    request = api.current_request
    by, settings = find_caller_with_settings(request)
    at, listing, text, limit = now(), use(ListingPeople), query(request, "q"), read_limit(request)
    state, ends = _one_of(request, "state", tuple(AccountState)), _one_of(request, "ends", ENDS)
    if ends:
        before = ends_soon_by(settings, at) if ends == SOON else None
        after = read_cursor(request, place=BY_END)
        page = listing.list_ending(before, by=by, text=text, after=after, limit=limit)
    else:
        account_state = AccountState(state or AccountState.ACTIVE)
        page = listing.list(by=by, state=account_state, text=text, after=read_cursor(request), limit=limit)
    return ok(shape_page("users", page, lambda each: _listed_shape(each, settings, at)))


@api.route("/users/{user_id}", methods=["GET"], scopes=(Scope.PEOPLE_READ,))
def show_user(user_id: str) -> Response:
    by = find_caller(api.current_request)
    user, quota_use = use(ManagingUsers).show(user_id, by=by, now=now())
    open_invites = use(ClosingInviters).count_open(user.id, by=by, now=now())
    return ok(user_shape(user) | {"quota_use": quota_use_shape(quota_use), "open_invites": open_invites})


@api.route("/users/{user_id}", methods=["PATCH"])
def change_user(user_id: str) -> Response:
    by = find_caller(api.current_request)
    edit = body(api.current_request, ChangeUser).edit()
    return ok(user_shape(use(ManagingUsers).change(user_id, edit, by=by, now=now())))


@api.route("/users/{user_id}", methods=["DELETE"])
def close_user(user_id: str) -> Response:
    use(ClosingInviters).close(user_id, by=find_caller(api.current_request), now=now())
    return ok("", HTTPStatus.NO_CONTENT)


def user_shape(user: User) -> shapes.Json:
    return {
        "id": user.id,
        "name": user.name,
        "email": user.email,
        "kind": user.kind.value,
        "plex_id": user.plex_id,
        "permissions": known_permissions(user.permissions),
        "state": user.state.value,
        "quota": user.quota and {"limit": user.quota.limit, "days": user.quota.days},
        "trial_ends_at": shapes.moment(user.trial_ends_at),
        "created_at": shapes.moment(user.created_at),
        "invited_by": user.invited_by and shapes.person(user.invited_by),
        "redemption": {"id": user.redemption_id, "code": user.came_by} if user.redemption_id else None,
    }


def quota_use_shape(each: QuotaUse) -> shapes.Json:
    return {
        "limit": each.limit,
        "days": each.days,
        "used": each.used,
        "remaining": each.remaining,
        "renews_at": shapes.moment(each.renews_at),
    }


def _listed_shape(each: Listed, settings: Settings, at: datetime) -> shapes.Json:
    access = each.access
    shown = access and {"state": state_at(access, settings, at), "ends_at": shapes.moment(access.decided.ends_at)}
    return user_shape(each.user) | {"access": shown}


def _one_of(request: Request, name: str, choices: tuple[str, ...]) -> str | None:
    """None where it is not given. Raises BadInput."""
    text = query(request, name) or None
    if text not in (None, *choices):
        raise BadInput("one_of", field=name, choices=", ".join(choices))
    return text
