"""A redemption under Plex's faults: the real use cases, stores and Plex client, against a stand-in of its own. Only the
queue and the clock are the test's, so that waits cost nothing and everything that is sent can be searched.
"""

import re
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from chalicelib.access.aligning import Aligned, Aligning
from chalicelib.accounts.tokens import ForgettingTokens
from chalicelib.common.ports import RetryLater
from chalicelib.functions import provision
from chalicelib.plex.errors import TemporaryPlexError
from chalicelib.stores.access.records import AccessModel
from chalicelib.web.redemptions.shapes import redemption_shape
from chalicelib.wiring import UseCases
from local.plex.faults import Fault, Kind, When
from local.plex.server import StandIn
from tests.plex_faults.actions import Actions
from tests.plex_faults.consistency import Consistency
from tests.plex_faults.crashes import Countdown, CrashingPorts, Killed
from tests.plex_faults.doubles import Message, ScenarioClock, ScenarioQueue
from tests.plex_faults.ports import TIMEOUT, ScenarioPorts

FUNCTION_TIME, VISIBILITY = timedelta(seconds=60), timedelta(minutes=6)


class Scenario(Actions, Consistency):
    """People, what they do, and what happens to them.

    ``crashes`` gives each port of the function its countdown, after which the function is gone; None: it never is.
    ``emitted``: all that left the product, as text; ``logged``: all log lines.
    """

    crashes: Callable[[], Countdown] | None = None

    def __init__(self, stand_in: StandIn, logged: list[str]) -> None:
        self.world, self.logged = stand_in.world, logged
        self.emitted: list[str] = []
        self.clock = ScenarioClock()
        self.queue = ScenarioQueue(self.clock, self.emitted)
        self.ports = ScenarioPorts(stand_in.url, self.clock, self.queue)
        self.world.now = self.clock

    def reset(self) -> None:
        """An empty queue, the present, a Plex as the demo has it, and no pause."""
        self.clock.reset()
        self.world.reset()
        self.world.options.people_limit = 1000
        self.queue.reset()
        self.crashes = None
        self.ports.owner_token.reset()
        self.ports.accesses.end_pause()

    def clean_up(self) -> None:
        """Leave nothing to the stack that its own functions would go on with, at another Plex."""
        for id_ in dict.fromkeys(self.queue.ever_sent):
            if self._due(id_):
                AccessModel(user_id=id_).delete()
        self.ports.accesses.end_pause()

    def crash_after(self, calls: int) -> Countdown:
        """Have the function killed once, after so many calls of any port; gives what is left of them."""
        countdown = Countdown(calls)
        self.crashes = lambda: countdown
        return countdown

    def add_fault(self, method: str, path: str, kind: str, when: str = "before", **more: Any) -> None:
        held = {"timeout": TIMEOUT * 2, "slow": TIMEOUT / 5}
        with suppress(KeyError):
            more.setdefault("seconds", held[kind])
        faults = self.world.faults
        faults.add(Fault(faults.next_id(), Kind(kind), re.compile(path), method, When(when), **more))

    def drain_queue(self, *, most: int = 300) -> None:
        """Deliver until nothing is under way, and have the sweep send again what no message carries any more."""
        for _ in range(most):
            if self.queue.waiting:
                self.deliver()
            elif not self._sweep():
                return
        raise AssertionError("this never ends")

    def deliver(self) -> None:
        """One message. SQS brings it back where the function raises, and later where it is killed."""
        message = self.queue.take_next()
        try:
            self._work(message)
        except RetryLater as later:
            self.queue.put(message.kind, message.id, after=timedelta(seconds=later.seconds))
        except Killed:
            self.queue.put(message.kind, message.id, after=VISIBILITY)

    def _work(self, message: Message) -> None:
        """What functions.provision.work does, with the scenario's ports."""
        ports = self._function_ports()
        try:
            if message.kind == "align":
                aligned = ports.use(Aligning).align(message.id, deadline=self.clock() + FUNCTION_TIME)
                self._note(self._shown(aligned))
                provision.log_aligned(message.id, aligned)
            elif message.kind.startswith("forget"):
                only_expired = message.kind == "forget_expired_tokens"
                ports.use(ForgettingTokens).forget(message.id, only_expired=only_expired)
        except TemporaryPlexError as error:
            raise RetryLater(30) from error
        except BaseException as error:
            self._note(repr(error), repr(error.__cause__), repr(error.__context__))
            raise

    def _function_ports(self) -> UseCases:
        return CrashingPorts(self.ports, self.crashes) if self.crashes else self.ports

    def _sweep(self) -> bool:
        """Only what this scenario made, for others' redemptions lie in the same table."""
        for id_ in dict.fromkeys(self.queue.ever_sent):
            if due := self._due(id_):
                self.clock.reach(due)
                self.queue.put("align", id_)
                return True
        return False

    def _due(self, id_: str) -> datetime | None:
        """By when something is to be done with that account's access."""
        access = self.ports.accesses.get(id_)
        return access.due_at if access else None

    def _shown(self, aligned: Aligned) -> object:
        return aligned.joining and redemption_shape(self.ports.redemptions.get(aligned.joining), "en")

    def _note(self, *facts: Any) -> None:
        self.emitted += [str(fact) for fact in facts]
