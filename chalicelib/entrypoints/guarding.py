"""Who knocks, and whether they have knocked too often."""

import hmac
from contextlib import suppress

from chalice.app import Request

from chalicelib import wiring
from chalicelib.domain.rate_limits import Route, caller_at, surcharge
from chalicelib.domain.refusals import Refusal, TooManyRequests
from chalicelib.domain.sessions import hashed
from chalicelib.settings import environment
from chalicelib.usecases import rate_limits

ORIGIN_SECRET = "X-Origin-Secret"  # noqa: S105 - a header's name
VIEWER = "CloudFront-Viewer-Address"


def address(request: Request) -> str:
    """The IP address that asks: API Gateway's word, or CloudFront's where CloudFront alone can have sent it.

    No other header is looked at: whatever else is forwarded may be forged.
    """
    if _came_through_cloudfront(request):
        viewer, _, _port = str(request.headers.get(VIEWER, "")).rpartition(":")
        if viewer:
            return viewer.strip("[]")
    return str(request.context.get("identity", {}).get("sourceIp", ""))


def knock(request: Request, route: Route) -> None:
    """Count this request. Raises TooManyRequests."""
    rate_limits.knock(route, caller_at(address(request)), counters=wiring.counters(), now=wiring.now())


def charge_for(request: Request, route: Route, refusal: Refusal) -> None:
    """A wrong guess counts more than a request. The answer stays what it was; the next one may be a 429."""
    if hits := surcharge(refusal):
        with suppress(TooManyRequests):
            who = caller_at(address(request))
            rate_limits.knock(route, who, counters=wiring.counters(), now=wiring.now(), hits=hits)


def _came_through_cloudfront(request: Request) -> bool:
    expected = environment().origin_secret_hash
    sent = str(request.headers.get(ORIGIN_SECRET, ""))
    return expected is not None and hmac.compare_digest(hashed(sent), expected)
