"""The Plex tokens of people who signed in: held while they are needed, then signed out at plex.tv and deleted here.

Each sign-in is a client of its own at plex.tv, so none makes another one's token void, and each has to be signed out.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from chalicelib.accounts.ports import HeldTokens
from chalicelib.common.ports import Clock
from chalicelib.common.records import dataclass
from chalicelib.common.refusals import Refusal, TryAgain
from chalicelib.plex.ports import PlexPerson, WorkQueue

HELD_FOR = timedelta(hours=1)
FORGOTTEN_AFTER = 10
"""Seconds: a second click of the same sign-in may ask Plex with the token still."""


@dataclass(frozen=True, slots=True)
class HoldingTokens:
    tokens: HeldTokens
    queue: WorkQueue

    def hold(self, key: str, plex_token: str, *, now: datetime) -> None:
        """Keep it for the work that is under way for its person, for an hour at most."""
        self.tokens.hold(key, plex_token, expires_at=now + HELD_FOR)

    def give_up(self, sign_in_id: str, plex_token: str, *, now: datetime) -> None:
        """It was needed to tell who signed in, and is not any more."""
        self.tokens.hold(sign_in_id, plex_token, expires_at=now + HELD_FOR)
        self.queue.forget_tokens(sign_in_id, delay=FORGOTTEN_AFTER)

    @contextmanager
    def given_up_if_refused(self, sign_in_id: str, plex_token: str, *, now: datetime) -> Iterator[None]:
        """Around what is done with a token: where that is refused for good, it is given up."""
        try:
            yield
        except TryAgain:
            raise
        except Refusal:
            self.give_up(sign_in_id, plex_token, now=now)
            raise


class NotSignedOut(Exception):
    """Tokens were deleted that plex.tv still takes: they could not be decrypted any more."""


@dataclass(frozen=True, slots=True)
class ForgettingTokens:
    tokens: HeldTokens
    plex_person: PlexPerson
    clock: Clock

    def forget(self, key: str, *, only_expired: bool) -> int:
        """Sign out at plex.tv all tokens that are held under that key, then delete them; gives how many. Repeatable.

        ``only_expired``: not while a later one is held. Raises TemporaryPlexError; then all of it is to be repeated.
        Raises NotSignedOut, once, after deleting what cannot be decrypted.
        """
        held = self.tokens.all(key)
        if held is None or (only_expired and held.expires_at > self.clock()):
            return 0
        for token in held.tokens:
            self.plex_person.sign_out(token)
        self.tokens.drop(key, len(held.tokens) + held.undecryptable)
        if held.undecryptable:
            raise NotSignedOut(f"{held.undecryptable} of the tokens of {key}")
        return len(held.tokens)
