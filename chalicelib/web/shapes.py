"""How what several concepts show looks in JSON (docs/openapi.yaml)."""

from datetime import datetime
from typing import Any

from chalicelib.common.people import Person
from chalicelib.common.records import asdict
from chalicelib.common.times import iso
from chalicelib.events.model import Entry
from chalicelib.plex.filters import Filters
from chalicelib.plex.restrictions import NAMES, read_restrictions

Json = dict[str, Any]


def person(each: Person) -> Json:
    return {"id": each.id, "name": each.name}


def moment(at: datetime | None) -> str | None:
    return iso(at) if at else None


def entry(each: Entry) -> Json:
    return {
        "at": moment(each.at),
        "by": person(each.by),
        "action": each.action,
        "before": each.before,
        "after": each.after,
    }


def full_entry(each: Entry) -> Json:
    return entry(each) | {"id": each.id, "subject": each.subject}


def restrictions_shape(filters: Filters) -> Json | None:
    """Null where nothing is hidden that this site knows how to hide."""
    read = {kind: asdict(each) for kind, each in read_restrictions(filters).items()}
    return {kind: read.get(kind) for kind in NAMES} if read else None
