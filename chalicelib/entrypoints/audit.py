"""The route that shows who changed what."""

import re

from chalice.app import Request, Response

from chalicelib import wiring
from chalicelib.domain.audit import Entry
from chalicelib.domain.refusals import BadInput
from chalicelib.domain.users import Permission
from chalicelib.entrypoints import shapes
from chalicelib.entrypoints.http import Api, caller, ok, query
from chalicelib.entrypoints.paging import limit_of, listed, place_of

api = Api(__name__)

_SUBJECT = re.compile(r"settings|(?:user|invite)#[A-Za-z0-9_-]{1,64}")


@api.route("/audit", methods=["GET"])
def list_audit() -> Response:
    request = api.current_request
    caller(request).must(Permission.ADMIN)
    page = wiring.audit().page(_subject(request), after=place_of(request), limit=limit_of(request))
    return ok(listed("entries", page, _shape))


def _subject(request: Request) -> str | None:
    text = query(request, "subject")
    if text and not _SUBJECT.fullmatch(text):
        raise BadInput("subject is settings, user#<id> or invite#<code>.", field="subject")
    return text or None


def _shape(entry: Entry) -> shapes.Json:
    return {
        "id": entry.id,
        "subject": entry.subject,
        "action": entry.action,
        "by": shapes.person(entry.by),
        "at": shapes.moment(entry.at),
        "before": entry.before,
        "after": entry.after,
    }
