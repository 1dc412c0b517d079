"""Routes for those who manage users."""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any

import msgspec
from chalice.app import Request, Response

from chalicelib.accounts.managing import AccountEdit, ManagingUsers
from chalicelib.accounts.model import AccountState, User
from chalicelib.accounts.quotas import QuotaUse
from chalicelib.accounts.sessions import Scope
from chalicelib.common.people import Permission, known_permissions
from chalicelib.common.refusals import BadInput
from chalicelib.common.times import in_utc
from chalicelib.invites.closing import ClosingInviters
from chalicelib.settings.model import Quota
from chalicelib.web import shapes
from chalicelib.web.bodies import Days, QuotaLimit, Unset
from chalicelib.web.http import Api, body, find_caller, ok, query
from chalicelib.web.paging import read_cursor, read_limit, shape_page
from chalicelib.wiring import now, use

api = Api(__name__)


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
    page = use(ManagingUsers).list(
        by=find_caller(request),
        state=_state(request),
        text=query(request, "q"),
        after=read_cursor(request),
        limit=read_limit(request),
    )
    return ok(shape_page("users", page, user_shape))


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


def _state(request: Request) -> AccountState:
    text = query(request, "state") or AccountState.ACTIVE.value
    if text not in tuple(AccountState):
        raise BadInput("one_of", field="state", choices=", ".join(AccountState))
    return AccountState(text)
