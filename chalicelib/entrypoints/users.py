"""Routes for those who manage users."""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any

import msgspec
from chalice.app import Request, Response

from chalicelib import wiring
from chalicelib.domain.quotas import MOST_INVITES, Quota, Standing, standing
from chalicelib.domain.refusals import BadInput
from chalicelib.domain.times import in_utc
from chalicelib.domain.users import AccountState, Permission, User
from chalicelib.entrypoints import shapes
from chalicelib.entrypoints.http import Api, body, caller, ok, query
from chalicelib.entrypoints.paging import limit_of, listed, place_of
from chalicelib.usecases import managing_users
from chalicelib.usecases.managing_users import Change
from chalicelib.usecases.quotas import in_force

api = Api(__name__)

MOST_DAYS = 3650


class QuotaBody(msgspec.Struct, forbid_unknown_fields=True):
    limit: Annotated[int, msgspec.Meta(ge=0, le=MOST_INVITES)] | None
    days: Annotated[int, msgspec.Meta(ge=1, le=MOST_DAYS)] | None


class TrialBody(msgspec.Struct, forbid_unknown_fields=True):
    ends_at: Annotated[datetime, msgspec.Meta(tz=True)]


class ChangeUser(msgspec.Struct, forbid_unknown_fields=True):
    """``quota`` null takes the override back; ``trial`` null ends the trial."""

    permissions: Annotated[list[Permission], msgspec.Meta(max_length=len(Permission))] | msgspec.UnsetType = (
        msgspec.UNSET
    )
    quota: QuotaBody | None | msgspec.UnsetType = msgspec.UNSET
    trial: TrialBody | None | msgspec.UnsetType = msgspec.UNSET

    def change(self) -> Change:
        wanted: dict[str, Any] = {}
        if self.permissions is not msgspec.UNSET:
            wanted["permissions"] = frozenset(self.permissions)
        if self.quota is not msgspec.UNSET:
            wanted["quota"] = self.quota and Quota(self.quota.limit, self.quota.days)
        if self.trial is not msgspec.UNSET:
            wanted["trial_ends_at"] = self.trial and in_utc(self.trial.ends_at, field="trial.ends_at")
        return Change(**wanted, named=frozenset(wanted))


@api.route("/users", methods=["GET"])
def list_users() -> Response:
    request = api.current_request
    page = wiring.managing_users().listed(
        by=caller(request),
        state=_state(request),
        text=query(request, "q"),
        after=place_of(request),
        limit=limit_of(request),
    )
    return ok(listed("users", page, user_shape))


@api.route("/users/{user_id}", methods=["GET"])
def show_user(user_id: str) -> Response:
    user, ground = managing_users.shown(user_id, by=caller(api.current_request), invites=wiring.invites())
    use = standing(in_force(user, ground.settings), ground.created, wiring.now())
    return ok(user_shape(user) | {"quota_use": standing_shape(use)})


@api.route("/users/{user_id}", methods=["PATCH"])
def change_user(user_id: str) -> Response:
    by = caller(api.current_request)
    change = body(api.current_request, ChangeUser).change()
    return ok(user_shape(wiring.managing_users().change(user_id, change, by=by, now=wiring.now())))


@api.route("/users/{user_id}", methods=["DELETE"])
def close_user(user_id: str) -> Response:
    wiring.managing_users().close(user_id, by=caller(api.current_request), now=wiring.now())
    return ok("", HTTPStatus.NO_CONTENT)


def user_shape(user: User) -> shapes.Json:
    return {
        "id": user.id,
        "name": user.name,
        "email": user.email,
        "kind": user.kind.value,
        "plex_id": user.plex_id,
        "permissions": sorted(user.permissions),
        "state": user.state.value,
        "quota": user.quota and {"limit": user.quota.limit, "days": user.quota.days},
        "trial_ends_at": shapes.moment(user.trial_ends_at),
        "created_at": shapes.moment(user.created_at),
        "invited_by": user.invited_by and shapes.person(user.invited_by),
    }


def standing_shape(each: Standing) -> shapes.Json:
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
        raise BadInput("state is active or closed.", field="state")
    return AccountState(text)
