"""The route for Streamarr in numbers."""

from chalice.app import Response

from chalicelib.accounts.sessions import Scope
from chalicelib.redemptions.statistics import Counting
from chalicelib.web.http import Api, find_caller, ok
from chalicelib.web.shapes import moment
from chalicelib.wiring import now, use

api = Api(__name__)


@api.route("/stats", methods=["GET"], scopes=(Scope.STATS_READ,))
def show_stats() -> Response:
    numbers = use(Counting).count(by=find_caller(api.current_request), now=now())
    return ok(
        {
            "invites": {status.value: count for status, count in numbers.invites.items()},
            "users": numbers.users,
            "redemptions_per_day": [
                {"day": day.isoformat(), "count": count} for day, count in sorted(numbers.redemptions.items())
            ],
            "needs_attention": numbers.needs_attention,
            "most_counted": numbers.most_counted,
            "provisioning_paused_since": moment(numbers.paused_since),
        }
    )
