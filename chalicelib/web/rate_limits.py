"""Rate limits: who is counted for a request."""

from contextlib import suppress

from chalice.app import Request

from chalicelib.accounts.rate_limiting import count_request
from chalicelib.accounts.rate_limits import Route, address_key, surcharge
from chalicelib.common.refusals import Refusal, TooManyRequests
from chalicelib.web.origins import came_through_cloudfront
from chalicelib.wiring import now, ports

VIEWER = "CloudFront-Viewer-Address"


def find_address(request: Request) -> str:
    """The IP address that asks: API Gateway's word, or CloudFront's where CloudFront alone can have sent it.

    No other header is looked at: what else is forwarded may be forged.
    """
    if came_through_cloudfront(request):
        viewer, _, _port = str(request.headers.get(VIEWER, "")).rpartition(":")
        if viewer:
            return viewer.strip("[]")
    return str(request.context.get("identity", {}).get("sourceIp", ""))


def count(request: Request, route: Route) -> None:
    """Count this request. Raises TooManyRequests."""
    count_request(route, address_key(find_address(request)), counters=ports.counters, now=now())


def may_be_explained(request: Request) -> bool:
    """Whether this caller may be told still why a code is not found: every answer makes guessing easier."""
    try:
        count(request, Route.EXPLAIN)
    except TooManyRequests:
        return False
    return True


def charge_for(request: Request, route: Route, refusal: Refusal) -> None:
    """A wrong guess counts more than a request. The answer stays what it was; the next one may be a 429."""
    if hits := surcharge(refusal):
        with suppress(TooManyRequests):
            caller = address_key(find_address(request))
            count_request(route, caller, counters=ports.counters, now=now(), hits=hits)
