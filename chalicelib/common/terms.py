"""How long something lasts, by the server's own calendar."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from chalicelib.common.records import dataclass
from chalicelib.common.refusals import BadInput
from chalicelib.common.times import Unit, later


@dataclass(frozen=True, slots=True)
class Term:
    """``value`` days, weeks or calendar months; or until the end of the day ``until``."""

    value: int = 0
    unit: Unit = Unit.DAYS
    until: date | None = None

    def ends(self, begun: datetime, zone: ZoneInfo, *, field: str = "access_for") -> datetime:
        """When it is over, in UTC; of a length, counted from ``begun``. Raises BadInput past the year 9999."""
        try:
            if self.until is None:
                return later(begun, self.value, self.unit, zone)
            return datetime.combine(self.until + timedelta(days=1), time(), tzinfo=zone).astimezone(UTC)
        except (OverflowError, BadInput) as error:
            raise BadInput("too_far", field=field) from error
