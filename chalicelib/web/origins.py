"""Where a request comes from: from our own pages and through our own address, or from elsewhere.

Browsers say whether another site makes a request (``Sec-Fetch-Site``), and no page can change that. Old browsers and
programs do not say it; what they could do is what any program can do.
"""

import hmac

from chalice.app import Request

from chalicelib.accounts.sessions import hash_secret
from chalicelib.common.refusals import OtherSite, UnsupportedMediaType, WrongAddress
from chalicelib.environment import environment

ORIGIN_SECRET = "X-Origin-Secret"  # noqa: S105 - a header's name
_OURS = ("", "same-origin", "none")
"""``none``: a person typed the address, or opened a bookmark."""
_READING = ("GET", "HEAD")


def came_through_cloudfront(request: Request) -> bool:
    """Whether CloudFront sent it, which alone knows the secret."""
    expected = environment().origin_secret_hash
    sent = str(request.headers.get(ORIGIN_SECRET, ""))
    return expected is not None and hmac.compare_digest(hash_secret(sent), expected)


def check_origin(request: Request) -> None:
    """Raise WrongAddress where it did not come through CloudFront although there is one, OtherSite where another site
    makes it. Before anything is counted: no other site uses up a visitor's limits.
    """
    if environment().origin_secret_hash and not came_through_cloudfront(request):
        raise WrongAddress
    if request.headers.get("sec-fetch-site", "") not in _OURS and not _opens_a_page(request):
        raise OtherSite


def must_be_json(request: Request) -> None:
    """Raise UnsupportedMediaType for a body that does not say that it is JSON: then a browser has asked us before it
    let another site send it.
    """
    kind, _, _ = str(request.headers.get("content-type", "")).partition(";")
    if request.raw_body and kind.strip().lower() != "application/json":
        raise UnsupportedMediaType


def _opens_a_page(request: Request) -> bool:
    """Whether a person follows a link from another site, with the whole window."""
    asked = request.headers.get("sec-fetch-mode"), request.headers.get("sec-fetch-dest")
    return request.method in _READING and asked == ("navigate", "document")
