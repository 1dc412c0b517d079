"""What the list of invites may be asked for, in the query string."""

from datetime import UTC, date, datetime, time, timedelta

from chalice.app import Request

from chalicelib.accounts.managing import LONGEST_SEARCH
from chalicelib.accounts.model import is_user_id
from chalicelib.common.refusals import BadInput
from chalicelib.common.times import in_utc
from chalicelib.invites.model import Status
from chalicelib.invites.searching import InviteSearch
from chalicelib.web.http import query

_LAST_MOMENT = datetime.max.replace(tzinfo=UTC)


def read_search(request: Request) -> InviteSearch:
    """Raises BadInput."""
    text = query(request, "q").strip()
    if len(text) > LONGEST_SEARCH:
        raise BadInput("search", field="q", longest=LONGEST_SEARCH)
    since, until = _moment(request, "from"), _moment(request, "to", ends_a_day=True)
    if since and until and since > until:
        raise BadInput("before_from", field="to")
    return InviteSearch(status=_status(request), creator_id=_creator_id(request), since=since, until=until, text=text)


def _creator_id(request: Request) -> str | None:
    text = query(request, "creator")
    if text and not is_user_id(text):
        raise BadInput("user_id", field="creator")
    return text or None


def _status(request: Request) -> Status | None:
    text = query(request, "status")
    if text and text not in tuple(Status):
        raise BadInput("one_of", field="status", choices=", ".join(Status))
    return Status(text) if text else None


def _moment(request: Request, name: str, *, ends_a_day: bool = False) -> datetime | None:
    """A date, or a time with its offset (UTC without). ``ends_a_day``: the first moment after, for it is included."""
    text = query(request, name)
    if not text:
        return None
    try:
        if len(text) <= len("2026-11-05"):
            day = datetime.combine(date.fromisoformat(text), time(), UTC)
            return day + timedelta(days=1) if ends_a_day else day
        moment = datetime.fromisoformat(text)
    except (ValueError, OverflowError) as error:
        raise BadInput("date", field=name) from error
    moment = in_utc(moment if moment.tzinfo else moment.replace(tzinfo=UTC), field=name)
    return moment + timedelta(microseconds=1) if ends_a_day and moment < _LAST_MOMENT else moment
