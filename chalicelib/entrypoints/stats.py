"""The route for the house in numbers."""

from chalice.app import Response

from chalicelib import wiring
from chalicelib.entrypoints.http import Api, caller, ok
from chalicelib.entrypoints.shapes import moment
from chalicelib.usecases import counting

api = Api(__name__)


@api.route("/stats", methods=["GET"])
def show_stats() -> Response:
    numbers = counting.count(reader=caller(api.current_request), statistics=wiring.statistics(), now=wiring.now())
    pause = wiring.pauses().current()
    return ok(
        {
            "invites": {status.value: count for status, count in numbers.invites.items()},
            "users": numbers.users,
            "redemptions_per_day": [
                {"day": day.isoformat(), "count": count} for day, count in sorted(numbers.redemptions.items())
            ],
            "needs_attention": numbers.needs_attention,
            "provisioning_paused_since": moment(pause.since if pause else None),
        }
    )
