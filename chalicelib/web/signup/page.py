"""The signup page: complete without JavaScript up to the sign-in, so that opening a link changes nothing."""

import json
from datetime import datetime
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any

from chalice.app import Request, Response
from markupsafe import Markup

from chalicelib.accounts.rate_limits import Route
from chalicelib.common import refusals
from chalicelib.common.records import dataclass, field_names
from chalicelib.common.times import iso
from chalicelib.invites.model import Invite, typed_code
from chalicelib.redemptions.offers import Offer, ReadingOffers
from chalicelib.texts.catalogue import date_text, refusal_sentence, sentence
from chalicelib.web import rate_limits
from chalicelib.web.http import INTERNAL_ERROR, Api, headers_of, language_of, query, response, status_of
from chalicelib.wiring import now, use

api = Api(__name__)

PAGES = Path(__file__).parent.parent.parent / "pages"
_NOT_OURS = (refusals.TooManyRequests.__name__, INTERNAL_ERROR)
"""What API Gateway answers by itself, in English: the script says it in the page's language."""

_LONGEST_SHOWN = 60
"""Characters of what was typed instead of a code."""

_MOST_GIFTS = 5
"""As many are in sight on a phone, with the button below them."""


@dataclass(frozen=True, slots=True)
class _Shared:
    """What a chat shows of the link (Open Graph)."""

    title: str
    text: str
    picture: Markup = Markup()


_MAY_BE_REDEEMED = (refusals.InviteNotActive, refusals.InviteExpired)
"""Refusals that also meet the person who redeemed the invite, and opens its link again."""


def _refuse(request: Request, refusal: refusals.Refusal) -> Response:
    code = _code_of(request)
    if isinstance(refusal, refusals.InviteNotFound) and rate_limits.may_be_explained(request):
        refusal = use(ReadingOffers).explain_not_found(code)
    page = _refusal_page(code, refusal, language_of(request))
    return _html(page, status_of(refusal), **headers_of(refusal))


@api.route("/signup", methods=["GET", "HEAD"], limited=Route.VALIDATE, refused=_refuse)
def signup_page() -> Response:
    code, language = _code_of(api.current_request), language_of(api.current_request)
    if not code:
        return _html(_question_page(language), HTTPStatus.OK)
    offer = use(ReadingOffers).read(code, now=now())
    return _html(_offer_page(code, offer, language), HTTPStatus.OK)


def _code_of(request: Request) -> str:
    return typed_code(query(request, "icode"))[:_LONGEST_SHOWN]


@api.route("/signup.css", methods=["GET"])
def stylesheet() -> Response:
    return _asset("signup.css", "text/css; charset=utf-8")


@api.route("/signup.js", methods=["GET"])
def script() -> Response:
    return _asset("signup.js", "text/javascript; charset=utf-8")


def _offer_page(code: str, offer: Offer, language: str) -> Markup:
    settings, words = offer.settings, page_texts(language)
    server_name = settings.server.name if settings.server else ""
    invites_you = words["invites_you"].format(name=offer.invite.created_by.name)
    gifts = _gifts(offer, language)
    shown = _MOST_GIFTS if len(gifts) > _MOST_GIFTS + 1 else len(gifts)
    content = _fill(
        "offer.html",
        language,
        invites_you=invites_you,
        server_name=server_name,
        gifts=Markup().join(gifts[:shown]),
        folded=_folded(gifts[shown:], language),
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
        left=_left(offer.invite),
        shared=_Shared(
            f"{invites_you} {server_name}",
            words["shared"].format(gifts=", ".join(each.title for each in offer.libraries[:_MOST_GIFTS])),
            _picture(settings.application_url, language),
        ),
    )


def _picture(application_url: str | None, language: str) -> Markup:
    """What a chat shows beside a shared link. It is a file of the site, which is at the same address."""
    if not application_url:
        return Markup()
    return _fill("picture.html", language, picture_url=f"{application_url.rstrip('/')}/preview.png")


def _folded(gifts: list[Markup], language: str) -> Markup:
    """Those that a click shows, so that the way on stays in sight."""
    if not gifts:
        return Markup()
    more = page_texts(language)["more_gifts"].format(count=len(gifts))
    return _fill("more-gifts.html", language, more=more, gifts=Markup().join(gifts))


def _left(invite: Invite) -> str:
    """How many uses there are, empty where there is no limit: the page offers the invite to other people or not."""
    return "" if invite.usage_limit is None else str(invite.usage_limit - invite.uses)


def _gifts(offer: Offer, language: str) -> list[Markup]:
    """The libraries by name and kind, then what else the invite gives."""
    words, features = page_texts(language), offer.invite.features
    kinds = words["library_types"]
    libraries = [_gift(library.title, kinds.get(library.type, "")) for library in offer.libraries]
    chosen = [_gift(words["restricted"])] if offer.invite.filters else []
    return libraries + chosen + [_gift(words[name]) for name in field_names(features) if getattr(features, name)]


def _gift(title: str, kind: str = "") -> Markup:
    shown = Markup('<span class="quiet">{}</span>').format(kind) if kind.lower() not in title.lower() else ""
    return Markup("<li><span>{}</span>{}</li>").format(title, shown)


def _expiry(moment: datetime | None, language: str) -> Markup:
    if moment is None:
        return Markup()
    when = Markup('<time datetime="{}">{}</time>').format(iso(moment), date_text(moment, language))
    told = Markup.escape(page_texts(language)["valid_until"]).format(when=when)
    return Markup('<p class="expiry quiet small">{}</p>').format(told)


def _local_form(invite: Invite, language: str) -> Markup:
    note = "local_note_home" if invite.features.plex_home else "local_note"
    return _fill("local.html", language, local_note=page_texts(language)[note])


def _question_page(language: str) -> Markup:
    """For a person who types the code by hand."""
    title = page_texts(language)["ask"]
    content = _fill("question.html", language, form=_code_form("", language))
    return _page("", content, language, title=title)


def _code_form(code: str, language: str) -> Markup:
    return _fill("code-form.html", language, code=code)


def _refusal_page(code: str, refusal: refusals.Refusal, language: str) -> Markup:
    message = refusal_sentence(refusal, language)
    advice = page_texts(language)["advice"].get(refusal.code, "")
    content = _fill("refusal.html", language, message=message, advice=advice, way_on=_way_on(code, refusal, language))
    return _page(code, content, language, title=message)


def _way_on(code: str, refusal: refusals.Refusal, language: str) -> Markup:
    """What a person who is refused may do on this page."""
    if isinstance(refusal, refusals.InviteNotFound):
        return _code_form(code, language)
    return _fill("returning.html", language) if isinstance(refusal, _MAY_BE_REDEEMED) else Markup()


def _page(
    code: str, content: Markup, language: str, *, title: str, shared: _Shared | None = None, **facts: str
) -> Markup:
    """``shared``: what a chat shows of the link; nothing of an invite that is not valid."""
    told = {"brand": "Streamarr", "dashboard": "", "left": "0"} | facts
    shared = shared or _Shared(told["brand"], page_texts(language)["shared_nothing"])
    return _fill(
        "signup.html",
        language,
        lang=language,
        code=code,
        content=content,
        title=title,
        shared_title=shared.title,
        shared_text=shared.text,
        picture=shared.picture,
        texts=_script_texts(language),
        **told,
    )


@cache
def _script_texts(language: str) -> str:
    words = page_texts(language)
    not_ours = {code: sentence("refusals", code, language) for code in _NOT_OURS}
    return json.dumps(words["script"] | {"advice": words["advice"], "not_ours": not_ours}, ensure_ascii=False)


def _fill(name: str, language: str, **facts: str) -> Markup:
    """The template with the language's texts and these facts, all of them escaped unless they are Markup."""
    words = {key: text for key, text in page_texts(language).items() if isinstance(text, str)}
    return Markup(_text(name)).format(**words | facts)  # noqa: S704 - the template is ours


@cache
def page_texts(language: str) -> dict[str, Any]:
    """The page's own texts, by name; some are groups of texts."""
    content: dict[str, Any] = json.loads(_text(f"{language}.json"))
    return content


@cache
def _text(name: str) -> str:
    return (PAGES / name).read_text(encoding="utf-8")


def _html(text: Markup, status: HTTPStatus, **headers: str) -> Response:
    about = {"Content-Type": "text/html; charset=utf-8", "Vary": "Accept-Language"}
    return response(str(text), about | headers, status)


def _asset(name: str, content_type: str) -> Response:
    return response(_text(name), {"Content-Type": content_type, "Cache-Control": "public, max-age=300"})
