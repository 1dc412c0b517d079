"""How often one address, or one account, may ask: every rate limit in one table.

Time is cut into windows, the same for all. A caller over the limit is blocked for the rest of the window and the
whole next one. The arithmetic of guessing stands in docs/security.md.
"""

import hashlib
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from ipaddress import IPv6Address, ip_address

from chalicelib.common.records import dataclass
from chalicelib.common.refusals import InviteNotFound, Refusal, SetupTokenRefused


class Route(StrEnum):
    """A class of public routes; each has a limit of its own."""

    VALIDATE = "validate"
    START_SIGN_IN = "start"
    COMPLETE_SIGN_IN = "complete"
    LOCAL_SIGN_UP = "sign_up"
    LOCAL_SIGN_IN = "sign_in"
    PASSWORD = "password"  # noqa: S105 - a word, not one
    SET_UP = "set_up"
    EXPLAIN = "explain"
    KEY = "key"


@dataclass(frozen=True, slots=True)
class RateLimit:
    """``hits`` are allowed in each window; the next one blocks."""

    hits: int
    window: timedelta

    def number(self, now: datetime) -> int:
        """The window that ``now`` is in, counted from 1970."""
        return int(now.timestamp() // self.window.total_seconds())

    def end(self, number: int) -> datetime:
        return datetime.fromtimestamp((number + 1) * self.window.total_seconds(), UTC)


_MINUTE = timedelta(minutes=1)

LIMITS = {
    Route.VALIDATE: RateLimit(120, _MINUTE),
    Route.START_SIGN_IN: RateLimit(120, _MINUTE),
    Route.COMPLETE_SIGN_IN: RateLimit(300, _MINUTE),
    Route.LOCAL_SIGN_UP: RateLimit(20, 10 * _MINUTE),
    Route.LOCAL_SIGN_IN: RateLimit(20, 5 * _MINUTE),
    Route.PASSWORD: RateLimit(10, 15 * _MINUTE),
    Route.SET_UP: RateLimit(20, _MINUTE),
    Route.EXPLAIN: RateLimit(5, 60 * _MINUTE),
    Route.KEY: RateLimit(120, _MINUTE),
}
"""Per address; ``PASSWORD`` is per account and ``KEY`` per API key, wherever requests come from. ``EXPLAIN``: how often
a wrong code is looked for without regard to capital letters, of which there are 36⁸ and not 62⁸; over it nothing is
refused.
"""

SURCHARGES: dict[type[Refusal], int] = {InviteNotFound: 5, SetupTokenRefused: 4}
"""What a wrong guess counts on top of the one hit of any request."""


def surcharge(refusal: Refusal) -> int:
    return SURCHARGES.get(type(refusal), 0)


def address_key(address: str) -> str:
    """What is counted for an IP address: IPv6 by its /64, of which one connection has them all.

    What is no address at all is counted as one caller.
    """
    try:
        parsed = ip_address(address)
    except ValueError:
        return "unknown"
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(IPv6Address(int(parsed) >> 64 << 64))


def account_key(email: str) -> str:
    """What is counted for a (normal) e-mail address, without keeping the address."""
    return hashlib.sha256(email.encode()).hexdigest()
