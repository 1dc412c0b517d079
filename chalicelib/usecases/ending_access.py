"""Taking away what a closed account was given on Plex, until a read confirms that it is gone."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from chalicelib.domain import reasons
from chalicelib.domain.departures import Departure
from chalicelib.domain.redemptions import Redemption
from chalicelib.domain.settings import Settings
from chalicelib.domain.users import AccountState, User
from chalicelib.ports import (
    Clock,
    Departures,
    HeldTokens,
    PlexError,
    PlexPassing,
    ProvisionQueue,
    Redemptions,
    Users,
)
from chalicelib.usecases.provisioning import LONGEST_PAUSE, TryLater
from chalicelib.usecases.withdrawing import Withdrawing

_MOST_DOUBLINGS = 10


@dataclass(frozen=True, slots=True)
class EndingAccess:
    users: Users
    redemptions: Redemptions
    departures: Departures
    held_tokens: HeldTokens
    withdrawing: Withdrawing
    queue: ProvisionQueue
    clock: Clock
    chance: Callable[[], float]

    def end(self, user_id: str) -> Departure | None:
        """End the access of a closed account; None where the account is open. Repeatable.

        What fails is tried again for ever, a quarter of an hour apart at most: nobody keeps access unnoticed.
        Raises TryLater while somebody is still at work on the account's redemption.
        """
        user, house = self.users.get_with_settings(user_id)
        if user.state is not AccountState.CLOSED:
            return None
        departure = self.departures.get(user_id) or self._begun(user, house)
        if departure.ended_at:
            return departure
        try:
            self._take_away(departure)
        except PlexError as error:
            return self._later(departure, error)
        ended = departure.ended(self.clock())
        self.departures.save(ended)
        return ended

    def _begun(self, user: User, house: Settings) -> Departure:
        """From here on the sweep sees to it. The redemption is stopped first: it may be about to share."""
        redemption = self.redemptions.get(user.redemption_id) if user.redemption_id else None
        if redemption and redemption.in_progress:
            redemption = self._stopped(redemption)
        if redemption:
            self.held_tokens.drop(redemption.id)
        return self.departures.begin(
            Departure(
                user_id=user.id,
                begun_at=self.clock(),
                machine_id=_machine_id(redemption, house),
                plex_id=user.plex_id or (redemption.plex_id if redemption else None),
                home=redemption is not None and redemption.grant.features.plex_home,
                home_title=redemption.home_title if redemption else None,
            )
        )

    def _stopped(self, redemption: Redemption) -> Redemption:
        now = self.clock()
        if redemption.working_until and redemption.is_taken(now):
            raise TryLater(max(1, int((redemption.working_until - now).total_seconds()) + 1))
        return self.redemptions.save(redemption.given_up(now, reasons.ACCOUNT_CLOSED).failed(now))

    def _take_away(self, departure: Departure) -> None:
        if departure.machine_id is None:
            return
        account_id = departure.plex_id
        if account_id is None and departure.home_title:
            account_id = self.withdrawing.managed_user(departure.home_title)
        if account_id is None or self._has_come_back(account_id):
            return
        self.withdrawing.withdraw(account_id, departure.machine_id, home=departure.home)

    def _has_come_back(self, account_id: int) -> bool:
        """Whether another account, open now, holds that Plex account: then what is shared is that one's."""
        return self.users.id_of_plex_account(account_id) is not None

    def _later(self, departure: Departure, error: PlexError) -> Departure:
        asked = error.retry_after if isinstance(error, PlexPassing) else None
        pause = min(asked or self._pause_of(departure), LONGEST_PAUSE)
        tried = departure.tried(self.clock() + timedelta(seconds=pause))
        self.departures.save(tried)
        self.queue.end_access(departure.user_id, delay=pause)
        return tried

    def _pause_of(self, departure: Departure) -> int:
        pause: int = 2 ** min(departure.tries + 1, _MOST_DOUBLINGS)
        return max(1, round(pause * (0.75 + self.chance() / 2)))


def _machine_id(redemption: Redemption | None, house: Settings) -> str | None:
    if redemption:
        return redemption.grant.machine_id
    return house.server.machine_id if house.server else None
