"""The route that shows who changed what."""

import re

from chalice.app import Request, Response

from chalicelib.common.refusals import BadInput
from chalicelib.events.model import SETTINGS
from chalicelib.events.reading import ReadingJournal
from chalicelib.web import shapes
from chalicelib.web.http import Api, find_caller, ok, query
from chalicelib.web.paging import read_cursor, read_limit, shape_page
from chalicelib.wiring import use

api = Api(__name__)

_SUBJECT = re.compile(rf"{SETTINGS}|(?:user|invite|redemption|endpoint|key)#[A-Za-z0-9_-]{{1,64}}")


@api.route("/audit", methods=["GET"])
def list_journal() -> Response:
    request = api.current_request
    page = use(ReadingJournal).list(
        _subject(request), by=find_caller(request), after=read_cursor(request), limit=read_limit(request)
    )
    return ok(shape_page("entries", page, shapes.full_entry))


def _subject(request: Request) -> str | None:
    text = query(request, "subject")
    if text and not _SUBJECT.fullmatch(text):
        raise BadInput("subject", field="subject")
    return text or None
