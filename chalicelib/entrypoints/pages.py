"""The signup page: complete without JavaScript up to the sign-in, so that opening a link changes nothing."""

from functools import cache
from html import escape
from http import HTTPStatus
from pathlib import Path
from string import Template

from chalice.app import Response

from chalicelib import wiring
from chalicelib.domain import refusals
from chalicelib.domain.settings import Features
from chalicelib.entrypoints.http import Api, query, response, status_of
from chalicelib.usecases.redeeming import Offer, validate

api = Api(__name__)

_PAGES = Path(__file__).parent.parent / "pages"
_ADVICE: dict[type[refusals.Refusal], str] = {
    refusals.InviteNotFound: "Check that the whole link was copied, or ask the person who sent it.",
    refusals.InviteNotActive: "It was used up or switched off. Ask the person who sent it for a new one.",
    refusals.InviteExpired: "Ask the person who sent it for a new one.",
}
_FEATURES = {
    "downloads": "Downloads to watch offline",
    "live_tv": "Live TV",
    "plex_home": "A place in the Plex Home",
}
_TYPES = {"movie": "Movies", "show": "Series", "artist": "Music", "photo": "Photos"}


@api.route("/signup", methods=["GET"])
def signup_page() -> Response:
    code = query(api.current_request, "icode")
    try:
        offer = validate(code, invites=wiring.invites(), now=wiring.now())
    except refusals.Refusal as refusal:
        return _html(_page(code, _refusal(refusal), title=refusal.message), status_of(refusal))
    return _html(_offer_page(code, offer), HTTPStatus.OK)


@api.route("/signup.css", methods=["GET"])
def stylesheet() -> Response:
    return _asset("signup.css", "text/css; charset=utf-8")


@api.route("/signup.js", methods=["GET"])
def script() -> Response:
    return _asset("signup.js", "text/javascript; charset=utf-8")


def _offer_page(code: str, offer: Offer) -> str:
    settings, invite = offer.settings, offer.invite
    server_name = settings.server.name if settings.server else ""
    libraries = "".join(
        f"<li>{escape(library.title)} <span class=quiet>{escape(_TYPES.get(library.type, ''))}</span></li>"
        for library in offer.libraries
    )
    expiry = f"<p class=quiet>Valid until {invite.expires_at:%-d %B %Y, %H:%M} UTC.</p>" if invite.expires_at else ""
    content = _template("offer.html").substitute(
        invited_by=escape(invite.created_by.name),
        server_name=escape(server_name),
        libraries=libraries,
        features=_features(invite.features),
        expiry=expiry,
    )
    return _page(
        code,
        content,
        title=f"Invitation to {server_name}",
        brand=settings.application_title,
        dashboard=settings.dashboard_url or "",
    )


def _features(features: Features) -> str:
    given = [words for name, words in _FEATURES.items() if getattr(features, name)]
    return f"<p>{', '.join(given)}.</p>" if given else ""


def _refusal(refusal: refusals.Refusal) -> str:
    advice = _ADVICE.get(type(refusal), "")
    return _template("refusal.html").substitute(message=escape(refusal.message), advice=escape(advice))


def _page(code: str, content: str, *, title: str, brand: str = "Streamarr", dashboard: str = "") -> str:
    return _template("signup.html").substitute(
        code=escape(code),
        content=content,
        title=escape(title),
        brand=escape(brand),
        dashboard=escape(dashboard),
    )


@cache
def _template(name: str) -> Template:
    return Template(_text(name))


@cache
def _text(name: str) -> str:
    return (_PAGES / name).read_text(encoding="utf-8")


def _html(text: str, status: HTTPStatus) -> Response:
    return response(text, {"Content-Type": "text/html; charset=utf-8"}, status)


def _asset(name: str, content_type: str) -> Response:
    return response(_text(name), {"Content-Type": content_type, "Cache-Control": "public, max-age=300"})
