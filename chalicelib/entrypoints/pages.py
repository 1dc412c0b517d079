"""The signup page: complete without JavaScript up to the sign-in, so that opening a link changes nothing."""

import json
from datetime import datetime
from functools import cache
from html import escape
from http import HTTPStatus
from string import Template

from chalice.app import Request, Response

from chalicelib import wiring
from chalicelib.domain import refusals
from chalicelib.domain.invites import Invite
from chalicelib.domain.rate_limits import Route
from chalicelib.domain.times import iso
from chalicelib.entrypoints.http import Api, headers_of, query, response, status_of
from chalicelib.entrypoints.languages import PAGES, preferred, texts
from chalicelib.usecases.redeeming import Offer, validate

api = Api(__name__)

_FOR_THE_SCRIPT = ("advice", "refusals")


def _refused(request: Request, refusal: refusals.Refusal) -> Response:
    page = _refusal_page(query(request, "icode"), refusal, _language(request))
    return _html(page, status_of(refusal), **headers_of(refusal))


@api.route("/signup", methods=["GET"], limited=Route.VALIDATE, refused=_refused)
def signup_page() -> Response:
    code = query(api.current_request, "icode")
    offer = validate(code, invites=wiring.invites(), now=wiring.now())
    return _html(_offer_page(code, offer, _language(api.current_request)), HTTPStatus.OK)


@api.route("/signup.css", methods=["GET"])
def stylesheet() -> Response:
    return _asset("signup.css", "text/css; charset=utf-8")


@api.route("/signup.js", methods=["GET"])
def script() -> Response:
    return _asset("signup.js", "text/javascript; charset=utf-8")


def _offer_page(code: str, offer: Offer, language: str) -> str:
    settings, words = offer.settings, texts(language)
    server_name = settings.server.name if settings.server else ""
    content = _filled(
        "offer.html",
        language,
        invites_you=escape(words["invites_you"].format(name=offer.invite.created_by.name)),
        server_name=escape(server_name),
        gifts="".join(_gifts(offer, language)),
        expiry=_expiry(offer.invite.expires_at, language),
        local=_local_form(offer.invite, language) if settings.local_signin_enabled else "",
    )
    return _page(
        code,
        content,
        language,
        title=words["title"].format(server=server_name),
        brand=settings.application_title,
        dashboard=settings.dashboard_url or "",
    )


def _gifts(offer: Offer, language: str) -> list[str]:
    """The libraries by name and kind, then whatever else the invite gives."""
    words, features = texts(language), offer.invite.features
    kinds = words["library_types"]
    libraries = [_gift(library.title, kinds.get(library.type, "")) for library in offer.libraries]
    return libraries + [_gift(words[name]) for name in features.__slots__ if getattr(features, name)]


def _gift(title: str, kind: str = "") -> str:
    told = f'<span class="quiet">{escape(kind)}</span>' if kind.lower() not in title.lower() else ""
    return f"<li><span>{escape(title)}</span>{told}</li>"


def _expiry(moment: datetime | None, language: str) -> str:
    if moment is None:
        return ""
    words = texts(language)
    when = words["date"].format(
        day=moment.day, month=words["months"][moment.month - 1], year=moment.year, time=f"{moment:%H:%M}"
    )
    told = f'<time datetime="{iso(moment)}">{escape(when)}</time>'
    return f'<p class="expiry quiet small">{escape(words["valid_until"]).format(when=told)}</p>'


def _local_form(invite: Invite, language: str) -> str:
    note = "local_note_home" if invite.features.plex_home else "local_note"
    return _filled("local.html", language, local_note=escape(texts(language)[note]))


def _refusal_page(code: str, refusal: refusals.Refusal, language: str) -> str:
    words = texts(language)
    message = words["refusals"].get(refusal.code, refusal.message)
    advice = words["advice"].get(refusal.code, "")
    content = _filled("refusal.html", language, message=escape(message), advice=escape(advice))
    return _page(code, content, language, title=message)


def _page(code: str, content: str, language: str, *, title: str, brand: str = "Streamarr", dashboard: str = "") -> str:
    words = texts(language)
    for_the_script = words["script"] | {group: words[group] for group in _FOR_THE_SCRIPT}
    return _filled(
        "signup.html",
        language,
        lang=language,
        code=escape(code),
        content=content,
        title=escape(title),
        brand=escape(brand),
        dashboard=escape(dashboard),
        texts=escape(json.dumps(for_the_script, ensure_ascii=False)),
    )


def _filled(name: str, language: str, **facts: str) -> str:
    """The template with the language's texts and these facts, which are HTML already."""
    words = {key: escape(text) for key, text in texts(language).items() if isinstance(text, str)}
    return _template(name).substitute(words | facts)


@cache
def _template(name: str) -> Template:
    return Template(_text(name))


@cache
def _text(name: str) -> str:
    return (PAGES / name).read_text(encoding="utf-8")


def _language(request: Request) -> str:
    return preferred(request.headers.get("accept-language", ""))


def _html(text: str, status: HTTPStatus, **headers: str) -> Response:
    about = {"Content-Type": "text/html; charset=utf-8", "Vary": "Accept-Language"}
    return response(text, about | headers, status)


def _asset(name: str, content_type: str) -> Response:
    return response(_text(name), {"Content-Type": content_type, "Cache-Control": "public, max-age=300"})
