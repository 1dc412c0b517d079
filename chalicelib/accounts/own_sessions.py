"""Where a person is signed in: their sessions, seen and ended one by one."""

from datetime import datetime

from chalicelib.accounts.model import User
from chalicelib.accounts.ports import SessionStore
from chalicelib.accounts.sessions import Session
from chalicelib.common.records import dataclass


@dataclass(frozen=True, slots=True)
class OwnSessions:
    sessions: SessionStore

    def list(self, *, by: User, now: datetime) -> list[Session]:
        """The sessions of ``by`` that count, the newest first. One that is a moment old may not be there yet."""
        known = [session for session in self.sessions.of_user(by.id) if session.key is None]
        return [session for session in known if session.speaks_at(by.epoch) and not session.is_over(now)]

    def end(self, session_id: str, *, by: User) -> None:
        """End one of one's own sessions; others' are not found, which changes nothing. Repeatable."""
        for session in self.sessions.of_user(by.id):
            if session.id == session_id and session.key is None:
                self.sessions.end(session.token_hash)
