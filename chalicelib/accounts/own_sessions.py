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
        known = self.sessions.of_user(by.id)
        return [session for session in known if session.epoch == by.epoch and session.expires_at > now]

    def end(self, session_id: str, *, by: User) -> None:
        """End one of one's own sessions; others' are not found, which changes nothing. Repeatable."""
        for session in self.sessions.of_user(by.id):
            if session.id == session_id:
                self.sessions.end(session.token_hash)
