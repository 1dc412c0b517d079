"""Times are aware and in UTC everywhere; here they are written, read and counted on, by the server's own calendar."""

import calendar
import re
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from chalicelib.common.refusals import BadInput

_ZONE = re.compile(r"[A-Za-z][A-Za-z0-9_+-]{0,31}(/[A-Za-z0-9_+-]{1,32}){0,2}")


class Unit(StrEnum):
    DAYS = "days"
    WEEKS = "weeks"
    MONTHS = "months"


def iso(moment: datetime) -> str:
    """``2026-03-12T08:30:00.000000Z``: always of the same width, so that text sorts as time does."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def in_utc(moment: datetime, *, field: str) -> datetime:
    """``moment`` in UTC. Raises BadInput where that lies before the year 1 or after 9999."""
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise BadInput("too_far", field=field) from error


def in_whole_seconds(moment: datetime) -> datetime:
    """``moment``, or the next full second after it; the last second of the year 9999 has none."""
    begun = moment.replace(microsecond=0)
    is_last = begun >= datetime.max.replace(microsecond=0, tzinfo=UTC)
    return begun if is_last or begun == moment else begun + timedelta(seconds=1)


def order_key(moment: datetime, tie: str) -> str:
    """What lists are sorted by: the moment, then something unique."""
    return f"{iso(moment)}#{tie}"


def later(moment: datetime, value: int, unit: Unit, zone: ZoneInfo) -> datetime:
    """``value`` days, weeks or calendar months after ``moment``, in UTC, counted at the wall clock of ``zone``.

    A month keeps the day where the target month has it and takes that month's last day otherwise
    (31 January and one month: 28 or 29 February). What the clocks pass over comes an hour later. Raises BadInput past
    the year 9999.
    """
    try:
        wall = moment.astimezone(zone).replace(tzinfo=None)
        if unit is Unit.MONTHS:
            then = _months_later(wall, value)
        else:
            then = wall + timedelta(days=value * (7 if unit is Unit.WEEKS else 1))
        return then.replace(tzinfo=zone).astimezone(UTC)
    except (OverflowError, ValueError) as error:
        raise BadInput("too_far", field="expires_in") from error


def find_zone(name: str) -> ZoneInfo | None:
    """The time zone of that IANA name, None where there is none."""
    if not _ZONE.fullmatch(name):
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _months_later(moment: datetime, months: int) -> datetime:
    years, month = divmod(moment.month - 1 + months, 12)
    year, month = moment.year + years, month + 1
    last_day = calendar.monthrange(year, month)[1]
    return moment.replace(year=year, month=month, day=min(moment.day, last_day))
