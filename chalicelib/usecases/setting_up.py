"""The first run: who has the set-up token becomes the owner; and later, the owner brings a new Plex token."""

import hmac
from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.domain.audit import Entry
from chalicelib.domain.ownership import OwnedServer, Ownership, SetupState, setup_state
from chalicelib.domain.refusals import (
    BadInput,
    NotTheOwner,
    OwnsNoServer,
    SetupTokenRefused,
    TryAgain,
)
from chalicelib.domain.sessions import Purpose, hashed, new_session, session_token
from chalicelib.domain.settings import Refresh, Server, Settings
from chalicelib.domain.users import Permission, User, normal_email
from chalicelib.ports import (
    Contention,
    NewId,
    OutOfDate,
    Ownerships,
    OwnerTokenWriter,
    PlexAccount,
    PlexSignIn,
    ProvisionQueue,
    SettingsStore,
    SignIns,
)
from chalicelib.usecases import libraries, plex_sign_ins
from chalicelib.usecases.plex_sign_ins import StartedSignIn

_TRIES_AGAINST_OTHERS = 3


@dataclass(frozen=True, slots=True)
class TakenOver:
    """The owner, signed in, and the servers to choose from."""

    token: str
    servers: tuple[OwnedServer, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingUp:
    """``token_hash``: of the deployment's set-up token, None where there is none. ``application_url``: the
    deployment's word for where the site is, for as long as the settings have none. ``plex`` signs in under a client
    of its own: no other sign-in may kill the owner's token (plex.md, 1).
    """

    ownerships: Ownerships
    settings: SettingsStore
    sign_ins: SignIns
    plex: PlexSignIn
    owner_token: OwnerTokenWriter
    queue: ProvisionQueue
    new_id: NewId
    token_hash: str | None
    application_url: str

    def state(self) -> SetupState:
        return setup_state(self.settings.get())

    def start(self, setup_token: str, now: datetime) -> StartedSignIn:
        """Begin the owner's sign-in. Raises SetupTokenRefused, ApplicationUrlMissing, PlexUnavailable."""
        ownership, house = self.ownerships.get_with_settings()
        if not self._counts(setup_token, ownership):
            raise SetupTokenRefused
        return self._start(house, now)

    def start_again(self, by: User, now: datetime) -> StartedSignIn:
        """Begin the sign-in that renews the owner's Plex token. Raises NotTheOwner and as ``start`` does."""
        ownership, house = self.ownerships.get_with_settings()
        _must_own(by, ownership)
        return self._start(house, now)

    def complete(self, sign_in_id: str, browser_secret: str, now: datetime) -> TakenOver | None:
        """Make whoever approved the PIN the owner, if there is none yet; None while nobody approved.

        Repeatable for the owner; of two people at once, one becomes it. Raises SignInNotFound, OwnsNoServer,
        NotTheOwner, PlexUnavailable, TryAgain; the house is nobody's or the same one's then.
        """
        found, house = self.sign_ins.get_with_settings(sign_in_id)
        sign_in = plex_sign_ins.own(found, Purpose.SET_UP, browser_secret, now)
        plex_token = plex_sign_ins.approved_token(sign_in, self.plex)
        if plex_token is None:
            return None
        account = plex_sign_ins.account(plex_token, self.plex)
        servers = plex_sign_ins.owned_servers(plex_token, self.plex)
        if not servers:
            raise OwnsNoServer
        token = self._take_over(account, servers, now)
        self.owner_token.write(plex_token)
        if house.server:  # what waits for a token that Plex takes goes on
            libraries.ask(settings=self.settings, queue=self.queue, now=now)
        return TakenOver(token, servers)

    def choose(self, machine_id: str, by: User, now: datetime) -> None:
        """Make that server the house's, and have its libraries read. Repeatable.

        Raises NotTheOwner, BadInput unless it is one of those found at sign-in, TryAgain.
        """
        ownership, house = self.ownerships.get_with_settings()
        ownership = _must_own(by, ownership)
        chosen = _among(ownership.servers, machine_id)
        if house.server is None or house.server.machine_id != machine_id:
            self._furnish(house, Server(chosen.machine_id, chosen.name, ownership.plex_id), by, now)
        libraries.ask(settings=self.settings, queue=self.queue, now=now)

    def _counts(self, setup_token: str, ownership: Ownership | None) -> bool:
        if self.token_hash is None or not hmac.compare_digest(hashed(setup_token), self.token_hash):
            return False
        return ownership is None or ownership.spent_token != self.token_hash

    def _start(self, house: Settings, now: datetime) -> StartedSignIn:
        return plex_sign_ins.start(
            Purpose.SET_UP,
            return_to=plex_sign_ins.site_root(house, self.application_url),
            sign_ins=self.sign_ins,
            plex=self.plex,
            new_id=self.new_id,
            now=now,
        )

    def _take_over(self, account: PlexAccount, servers: tuple[OwnedServer, ...], now: datetime) -> str:
        for _ in range(_TRIES_AGAINST_OTHERS):
            was, _house = self.ownerships.get_with_settings()
            if was and was.plex_id != account.id:
                raise NotTheOwner
            owner_id = was.owner_id if was else self.new_id()
            ownership = Ownership(owner_id=owner_id, plex_id=account.id, servers=servers, spent_token=self.token_hash)
            token = session_token(owner_id, self.new_id())
            session = new_session(token, user_id=owner_id, now=now)
            newcomer = None if was else _owner(owner_id, account, now)
            try:
                self.ownerships.take(ownership, session, newcomer=newcomer)
            except OutOfDate:
                continue
            except Contention as error:
                raise TryAgain from error
            return token
        raise TryAgain

    def _furnish(self, house: Settings, server: Server, by: User, now: datetime) -> None:
        """Another server has other libraries: whatever was chosen among the old ones is void."""
        changed = replace(
            house,
            server=server,
            libraries=(),
            libraries_refresh=Refresh(),
            enabled_libraries="all",
            default_libraries="all",
            application_url=house.application_url or self.application_url,
            version=house.version + 1,
        )
        entry = Entry(
            id=self.new_id(),
            subject="settings",
            action="server_chosen",
            by=by.person,
            at=now,
            before={"server": house.server.name} if house.server else {},
            after={"server": server.name},
        )
        try:
            self.ownerships.choose(changed, entry, over=house.version)
        except (OutOfDate, Contention) as error:
            raise TryAgain from error


def _must_own(by: User, ownership: Ownership | None) -> Ownership:
    if ownership is None or ownership.owner_id != by.id:
        raise NotTheOwner
    return ownership


def _among(servers: tuple[OwnedServer, ...], machine_id: str) -> OwnedServer:
    for server in servers:
        if server.machine_id == machine_id:
            return server
    raise BadInput("This is not one of your Plex servers.", field="machine_id")


def _owner(id_: str, account: PlexAccount, now: datetime) -> User:
    return User(
        id=id_,
        name=account.name,
        email=normal_email(account.email) if account.email else None,
        plex_id=account.id,
        permissions=frozenset({Permission.ADMIN}),
        created_at=now,
    )
