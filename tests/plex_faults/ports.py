"""The product's ports, but for what a scenario must hold in its own hands."""

from datetime import datetime
from functools import cached_property

from chalicelib.accounts.ports import HashPassword, VerifyPassword
from chalicelib.common.records import replace
from chalicelib.invites.model import Invite
from chalicelib.plexapi_client.owner import PlexApiOwner
from chalicelib.settings.model import Settings
from chalicelib.stores.invites.invites import DynamoInvites
from chalicelib.wiring import Ports
from tests.plex_faults.doubles import (
    FakeEncryption,
    FakeOwnerToken,
    FakePasswords,
    PersonInScenario,
    ScenarioClock,
    ScenarioQueue,
)

TIMEOUT = 0.5
"""Seconds that the Plex client waits for an answer; on a busy machine the stand-in has taken 0.4."""


class ScenarioPorts(Ports):
    """The real stores and the real Plex client, which asks the stand-in at ``plex_url``; the rest is in memory."""

    def __init__(self, plex_url: str, clock: ScenarioClock, queue: ScenarioQueue) -> None:
        self._plex_url, self._clock, self._queue = plex_url, clock, queue

    def clock(self) -> datetime:  # type: ignore[override]  # the product's own needs no instance
        return self._clock()

    @staticmethod
    def chance() -> float:
        return 0.5

    @property
    def queue(self) -> ScenarioQueue:
        return self._queue

    @cached_property
    def encrypter(self) -> FakeEncryption:
        return FakeEncryption()

    @cached_property
    def decrypter(self) -> FakeEncryption:
        return FakeEncryption()

    @property
    def hash_password(self) -> HashPassword:
        return FakePasswords().hash

    @property
    def verify_password(self) -> VerifyPassword:
        return FakePasswords().verify

    @cached_property
    def owner_token(self) -> FakeOwnerToken:
        return FakeOwnerToken()

    @cached_property
    def invites(self) -> "InvitesWithLocalAccounts":
        return InvitesWithLocalAccounts(self.connection)

    @property
    def plex_person(self) -> PersonInScenario:
        return PersonInScenario(
            self._clock, client_id="visitors", product="S", base_url=self._plex_url, timeout=TIMEOUT
        )

    @property
    def plex_owner(self) -> PlexApiOwner:
        return PlexApiOwner(token=self.owner_token.read, client_id="owner", base_url=self._plex_url, timeout=TIMEOUT)


class InvitesWithLocalAccounts(DynamoInvites):
    """The stack's invites, as if its settings allowed accounts without Plex: tests share the stack."""

    def get_with_settings(self, code: str) -> tuple[Invite | None, Settings]:
        invite, settings = super().get_with_settings(code)
        return invite, replace(settings, local_signin_enabled=True)
