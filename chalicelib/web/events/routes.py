"""Routes for endpoints: what hears of events, and what it was sent."""

from http import HTTPStatus
from typing import Annotated

import msgspec
from chalice.app import Response

from chalicelib.common.records import asdict
from chalicelib.events.deliveries import Delivery
from chalicelib.events.endpoints import LONGEST_URL, Endpoint, Turn, Work
from chalicelib.events.managing import EndpointEdit, EndpointRequest, ManagingEndpoints
from chalicelib.web import shapes
from chalicelib.web.bodies import Nothing, Unset
from chalicelib.web.http import Api, body, find_caller, ok
from chalicelib.web.paging import BY_ID, read_cursor, read_limit, shape_page
from chalicelib.wiring import now, use

api = Api(__name__)

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=60)]
Patterns = Annotated[
    list[Annotated[str, msgspec.Meta(min_length=1, max_length=60)]], msgspec.Meta(min_length=1, max_length=30)
]


class CreateEndpoint(msgspec.Struct, forbid_unknown_fields=True):
    name: Name
    events: Patterns
    url: Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST_URL)]


class ChangeEndpoint(msgspec.Struct, forbid_unknown_fields=True):
    name: Name | Unset = msgspec.UNSET
    events: Patterns | Unset = msgspec.UNSET
    enabled: bool | Unset = msgspec.UNSET

    def edit(self) -> EndpointEdit:
        given = {name: getattr(self, name) for name in self.__struct_fields__}
        values = {name: value for name, value in given.items() if value is not msgspec.UNSET}
        events = values.pop("events", None)
        return EndpointEdit(**values, events=None if events is None else tuple(events))


@api.route("/endpoints", methods=["GET"])
def list_endpoints() -> Response:
    turns = use(ManagingEndpoints).list(by=find_caller(api.current_request))
    return ok({"endpoints": [_shape(each) for each in turns]})


@api.route("/endpoints", methods=["POST"])
def create_endpoint() -> Response:
    request = api.current_request
    caller, wanted = find_caller(request), body(request, CreateEndpoint)
    asked = EndpointRequest(name=wanted.name, events=tuple(wanted.events), url=wanted.url)
    endpoint, secret = use(ManagingEndpoints).add(asked, by=caller, now=now())
    return ok(_new(endpoint) | {"secret": secret}, HTTPStatus.CREATED)


@api.route("/endpoints/{endpoint_id}", methods=["GET"])
def show_endpoint(endpoint_id: str) -> Response:
    return ok(_shape(use(ManagingEndpoints).show(endpoint_id, by=find_caller(api.current_request))))


@api.route("/endpoints/{endpoint_id}", methods=["PATCH"])
def change_endpoint(endpoint_id: str) -> Response:
    request = api.current_request
    caller, wanted = find_caller(request), body(request, ChangeEndpoint)
    managing = use(ManagingEndpoints)
    managing.change(endpoint_id, wanted.edit(), by=caller, now=now())
    return ok(_shape(managing.show(endpoint_id, by=caller)))


@api.route("/endpoints/{endpoint_id}", methods=["DELETE"])
def delete_endpoint(endpoint_id: str) -> Response:
    use(ManagingEndpoints).delete(endpoint_id, by=find_caller(api.current_request), now=now())
    return ok("", HTTPStatus.NO_CONTENT)


@api.route("/endpoints/{endpoint_id}/test", methods=["POST"])
def test_endpoint(endpoint_id: str) -> Response:
    request = api.current_request
    caller, _ = find_caller(request), body(request, Nothing)
    sent = use(ManagingEndpoints).test(endpoint_id, by=caller, now=now())
    return ok(_delivery(sent), HTTPStatus.ACCEPTED)


@api.route("/endpoints/{endpoint_id}/rotate", methods=["POST"])
def rotate_secret(endpoint_id: str) -> Response:
    request = api.current_request
    caller, _ = find_caller(request), body(request, Nothing)
    endpoint, secret = use(ManagingEndpoints).rotate(endpoint_id, by=caller, now=now())
    return ok({"id": endpoint.id, "secret": secret})


@api.route("/endpoints/{endpoint_id}/deliveries", methods=["GET"])
def list_deliveries(endpoint_id: str) -> Response:
    request = api.current_request
    page = use(ManagingEndpoints).log(
        endpoint_id, by=find_caller(request), after=read_cursor(request, place=BY_ID), limit=read_limit(request)
    )
    return ok(shape_page("deliveries", page, _delivery))


@api.route("/deliveries/{delivery_id}/replay", methods=["POST"])
def replay_delivery(delivery_id: str) -> Response:
    request = api.current_request
    caller, _ = find_caller(request), body(request, Nothing)
    return ok(_delivery(use(ManagingEndpoints).replay(delivery_id, by=caller, now=now())), HTTPStatus.ACCEPTED)


def _new(endpoint: Endpoint) -> shapes.Json:
    return _shape(Turn(endpoint, Work(), 0, None))


def _shape(turn: Turn) -> shapes.Json:
    endpoint = turn.endpoint
    return {
        "id": endpoint.id,
        "kind": "webhook",
        "name": endpoint.name,
        "events": list(endpoint.events),
        "url": endpoint.shown_url,
        "enabled": endpoint.enabled,
        "owner": shapes.person(endpoint.owner),
        "created_at": shapes.moment(endpoint.created_at),
        "failing_since": shapes.moment(turn.work.failing_since),
    }


def _delivery(delivery: Delivery) -> shapes.Json:
    return {
        "id": delivery.id,
        "event_id": delivery.event_id,
        "type": delivery.type,
        "state": delivery.state.value,
        "next_try_at": shapes.moment(delivery.due),
        "attempts": [asdict(each) | {"at": shapes.moment(each.at)} for each in delivery.attempts],
    }
