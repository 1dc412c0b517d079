"""Routes for API keys."""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated

import msgspec
from chalice.app import Response

from chalicelib.accounts.keys import KeyRequest, ManagingKeys
from chalicelib.accounts.sessions import Scope, Session
from chalicelib.common.times import in_utc
from chalicelib.web.http import Api, body, find_caller, ok
from chalicelib.web.shapes import Json, moment
from chalicelib.wiring import now, use

api = Api(__name__)


class CreateKey(msgspec.Struct, forbid_unknown_fields=True):
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=60)]
    scopes: Annotated[list[Scope], msgspec.Meta(min_length=1, max_length=len(Scope))]
    expires_at: Annotated[datetime, msgspec.Meta(tz=True)] | None = None

    def request(self) -> KeyRequest:
        until = None if self.expires_at is None else in_utc(self.expires_at, field="expires_at")
        return KeyRequest(name=self.name, scopes=frozenset(self.scopes), expires_at=until)


@api.route("/keys", methods=["GET"])
def list_keys() -> Response:
    keys = use(ManagingKeys).list(by=find_caller(api.current_request), now=now())
    return ok({"keys": [_shape(each) for each in keys]})


@api.route("/keys", methods=["POST"])
def create_key() -> Response:
    request = api.current_request
    caller, wanted = find_caller(request), body(request, CreateKey)
    text, made = use(ManagingKeys).make(wanted.request(), by=caller, now=now())
    return ok(_shape(made) | {"key": text}, HTTPStatus.CREATED)


@api.route("/keys/{key_id}", methods=["DELETE"])
def delete_key(key_id: str) -> Response:
    use(ManagingKeys).delete(key_id, by=find_caller(api.current_request), now=now())
    return ok("", HTTPStatus.NO_CONTENT)


def _shape(session: Session) -> Json:
    key = session.key
    return {
        "id": session.id,
        "name": key.name if key else "",
        "scopes": sorted(key.scopes) if key else [],
        "created_at": moment(session.created_at),
        "expires_at": moment(session.expires_at),
        "last_used_at": moment(session.used_at),
    }
