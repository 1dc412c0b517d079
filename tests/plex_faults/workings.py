"""The product's use cases, wired to a scene's Plex, queue and clock."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from chalicelib import wiring
from chalicelib.access.ending import EndingAccess
from chalicelib.access.granting import Granting
from chalicelib.access.revoking import Revoking
from chalicelib.accounts.managing import ManagingUsers
from chalicelib.invites.model import Invite
from chalicelib.plexapi_client.owner import PlexApiOwner
from chalicelib.plexapi_client.person import PlexApiPerson
from chalicelib.redemptions.joining_locally import JoiningLocally
from chalicelib.redemptions.pausing import Pausing
from chalicelib.redemptions.provisioning import Provisioning
from chalicelib.redemptions.redeeming import Redeeming
from chalicelib.settings.model import Settings
from chalicelib.stores.invites.invites import DynamoInvites
from tests.plex_faults.doubles import Clock, OwnersToken, Passwords, Post, Seal, SignIn

PATIENCE = 0.25
"""Seconds that the adapters wait for an answer."""

FUNCTION_TIME = timedelta(seconds=60)


class Workings:
    """``dying`` wraps ports, so that tests can kill the function at any call of theirs."""

    plex_url: str
    clock: Clock
    seal: Seal
    token: OwnersToken
    post: Post
    dying: Callable[[Any], Any]

    def sign_in(self) -> SignIn:
        return SignIn(self.clock, client_id="visitors", product="S", base_url=self.plex_url, timeout=PATIENCE)

    def redeeming(self) -> Redeeming:
        return Redeeming(
            sign_ins=wiring.sign_ins(),
            claims=wiring.claims(),
            redemptions=wiring.redemptions(),
            held_tokens=wiring.held_tokens(),
            sessions=wiring.sessions(),
            plex=self.sign_in(),
            sealer=self.seal,
            queue=self.post,
            new_id=wiring.new_id,
        )

    def _owner(self) -> tuple[Any, Any]:
        owner = PlexApiOwner(token=self.token.read, client_id="owner", base_url=self.plex_url, timeout=PATIENCE)
        return self.dying(PlexApiOwner(owner)), self.dying(PlexApiOwner(owner))

    def pausing(self) -> Pausing:
        return Pausing(self.dying(wiring.pauses()), self.dying(wiring.redemptions()), self.token, self.dying(self.post))

    def provisioning(self) -> Provisioning:
        sharing, homes = self._owner()
        invitations = PlexApiPerson(client_id="visitors", base_url=self.plex_url, timeout=PATIENCE)
        redemptions, queue = self.dying(wiring.redemptions()), self.dying(self.post)
        return Provisioning(
            redemptions=redemptions,
            claims=self.dying(wiring.claims()),
            held_tokens=self.dying(wiring.held_tokens()),
            opener=self.dying(self.seal),
            giving=Granting(sharing, homes, self.dying(invitations)),
            withdrawing=Revoking(sharing, homes),
            pausing=self.pausing(),
            queue=queue,
            clock=self.clock,
            chance=lambda: 0.5,
            deadline=self.clock() + FUNCTION_TIME,
        )

    def ending_access(self) -> EndingAccess:
        return EndingAccess(
            users=wiring.users(),
            redemptions=self.dying(wiring.redemptions()),
            departures=self.dying(wiring.departures()),
            held_tokens=self.dying(wiring.held_tokens()),
            withdrawing=Revoking(*self._owner()),
            queue=self.dying(self.post),
            clock=self.clock,
            chance=lambda: 0.5,
        )

    def joining_locally(self) -> JoiningLocally:
        return JoiningLocally(
            invites=_WithLocalAccounts(wiring.connection()),
            claims=wiring.claims(),
            credentials=wiring.credentials(),
            passwords=Passwords(),
            sessions=wiring.sessions(),
            queue=self.post,
            new_id=wiring.new_id,
        )

    def managing_users(self) -> ManagingUsers:
        return ManagingUsers(users=wiring.users(), sessions=wiring.sessions(), queue=self.post, new_id=wiring.new_id)


class _WithLocalAccounts(DynamoInvites):
    """The stack's invites, as if its settings allowed accounts without Plex: tests share the stack."""

    def get_with_settings(self, code: str) -> tuple[Invite | None, Settings]:
        invite, settings = super().get_with_settings(code)
        return invite, replace(settings, local_signin_enabled=True)
