"""The first run: the holder of the set-up token becomes the owner; and later, the owner brings a new Plex token."""

import hmac
from datetime import datetime
from typing import Literal

from chalicelib.accounts.model import User, new_user
from chalicelib.accounts.plex_sign_ins import (
    StartedSignIn,
    approved_token,
    check_sign_in,
    find_account,
    find_owned_servers,
    repeat_sign_in,
    site_root,
    start_sign_in,
)
from chalicelib.accounts.ports import AccountStore, SessionStore
from chalicelib.accounts.sessions import Purpose, Session, SignIn, hash_secret, new_session
from chalicelib.common.people import Permission
from chalicelib.common.ports import NewId, StaleWrite
from chalicelib.common.records import dataclass, replace
from chalicelib.common.refusals import BadInput, NotTheOwner, OwnsNoServer, SetupTokenRefused, SignInNotFound, TryAgain
from chalicelib.common.retrying import until_written
from chalicelib.events.model import SETTINGS, Entry, change_entry
from chalicelib.plex.model import OwnedServer, PlexAccount, SectionIds, Server
from chalicelib.plex.ports import KeepOwnerToken, PlexPerson, WorkQueue
from chalicelib.settings.model import Refresh, Settings
from chalicelib.settings.ports import SettingsStore
from chalicelib.setup.libraries import ManagingLibraries
from chalicelib.setup.model import FINISHED_AFTER, Handover, Ownership, SetupState, setup_state
from chalicelib.setup.ports import OwnershipStore


@dataclass(frozen=True, slots=True)
class OwnerSignedIn:
    """The owner, signed in, and the servers to choose from."""

    token: str
    servers: tuple[OwnedServer, ...]


@dataclass(frozen=True, slots=True)
class SettingUp:
    """``setup_token_hash``: of the deployment's set-up token, None where there is none. ``application_url``: the
    deployment's word for where the site is, for as long as the settings have none.
    """

    ownership: OwnershipStore
    settings: SettingsStore
    accounts: AccountStore
    sessions: SessionStore
    plex_person: PlexPerson
    keep_owner_token: KeepOwnerToken
    managing_libraries: ManagingLibraries
    queue: WorkQueue
    new_id: NewId
    setup_token_hash: str | None
    application_url: str

    def state(self) -> SetupState:
        return setup_state(self.settings.get())

    def start(self, setup_token: str, *, now: datetime) -> StartedSignIn:
        """Begin the owner's sign-in. Raises SetupTokenRefused, ApplicationUrlMissing, PlexUnavailable."""
        ownership, settings = self.ownership.get_with_settings()
        if not self._is_valid(setup_token, ownership):
            raise SetupTokenRefused
        return self._start(Purpose.SET_UP, settings, now)

    def start_again(self, *, by: User, now: datetime) -> StartedSignIn:
        """Begin the sign-in that renews the owner's Plex token; should the browser not come back from Plex, the queue
        function finishes it. Raises NotTheOwner and as ``start`` does.
        """
        ownership, settings = self.ownership.get_with_settings()
        _must_own(by, ownership)
        started = self._start(Purpose.RENEW, settings, now)
        self.queue.finish_renewal(started.sign_in.id, delay=FINISHED_AFTER)
        return started

    def complete(self, sign_in_id: str, browser_secret: str, *, now: datetime) -> OwnerSignedIn | None:
        """Make the person who approved the PIN the owner, if there is none yet; None while it is not approved.

        Where the sign-in was begun with a set-up token that was made since, the installation is handed over to them.
        Within moments repeatable for the owner; of two people at once, one becomes it. Raises SignInNotFound,
        OwnsNoServer, NotTheOwner, PlexUnavailable, TryAgain; then the owner is who it was.
        """
        found, settings = self.sessions.get_sign_in_with_settings(sign_in_id)
        purpose = Purpose.RENEW if found and found.purpose is Purpose.RENEW else Purpose.SET_UP
        sign_in = check_sign_in(found, purpose, browser_secret, now=now)
        if sign_in.user_id:
            repeat_sign_in(sign_in, browser_secret, sessions=self.sessions, now=now)
        plex_token = approved_token(sign_in, self.plex_person)
        if plex_token is None:
            return None
        account = find_account(plex_token, self.plex_person)
        servers = find_owned_servers(plex_token, self.plex_person)
        if not servers:
            raise OwnsNoServer
        token = until_written(lambda: self._take_ownership(account, servers, sign_in.id, browser_secret, now))
        self.keep_owner_token(plex_token)
        if settings.server:  # what waits for a token that Plex takes goes on
            self.managing_libraries.request(now=now)
        return OwnerSignedIn(token, servers)

    def choose_server(self, machine_id: str, *, by: User, now: datetime) -> None:
        """Make that server the one that is shared, and have its libraries read. Repeatable.

        Raises NotTheOwner, BadInput unless it is one of those found at sign-in, TryAgain.
        """
        ownership, settings = self.ownership.get_with_settings()
        ownership = _must_own(by, ownership)
        chosen = _among(ownership.servers, machine_id)
        if settings.server is None or (settings.server.machine_id, settings.server.owner_id) != (
            machine_id,
            ownership.plex_id,
        ):
            self._save_server(settings, Server(chosen.machine_id, chosen.name, ownership.plex_id), by, now)
        self.managing_libraries.request(now=now)

    def _is_valid(self, setup_token: str, ownership: Ownership | None) -> bool:
        expected = self.setup_token_hash
        if expected is None or not hmac.compare_digest(hash_secret(setup_token), expected):
            return False
        return ownership is None or ownership.spent_token != expected

    def _start(self, purpose: Purpose, settings: Settings, now: datetime) -> StartedSignIn:
        return start_sign_in(
            purpose,
            return_to=site_root(settings, self.application_url),
            sessions=self.sessions,
            plex=self.plex_person,
            new_id=self.new_id,
            now=now,
        )

    def _take_ownership(
        self,
        account: PlexAccount,
        servers: tuple[OwnedServer, ...],
        sign_in_id: str,
        secret: str,
        now: datetime,
    ) -> str:
        was, settings = self.ownership.get_with_settings()
        sign_in, _ = self.sessions.get_sign_in_with_settings(sign_in_id)
        if sign_in is None:
            raise SignInNotFound
        if was and was.plex_id != account.id:
            return self._hand_over(was, settings, account, servers, sign_in, secret, now)
        if sign_in.user_id:  # completed moments ago, and the owner's token may not have been kept
            return repeat_sign_in(sign_in, secret, sessions=self.sessions, now=now)[0]
        owner = self.accounts.get(was.owner_id) if was else _owner(self.new_id(), account, now)
        ownership, token, session = self._own(owner, account, servers, sign_in, secret, now)
        action = "owner's sign-in renewed" if was else "owner signed in"
        newcomer = None if was else owner
        self.ownership.take(ownership, session, self._entry(action, owner, now), sign_in=sign_in, newcomer=newcomer)
        return token

    def _hand_over(
        self,
        was: Ownership,
        settings: Settings,
        account: PlexAccount,
        servers: tuple[OwnedServer, ...],
        sign_in: SignIn,
        secret: str,
        now: datetime,
    ) -> str:
        """The holder of a set-up token that was made since takes over; the former owner keeps an ordinary account."""
        if sign_in.purpose is not Purpose.SET_UP or was.spent_token == self.setup_token_hash:
            raise NotTheOwner
        user_id = self.accounts.id_of_plex_account(account.id)
        known = _as_admin(self.accounts.get(user_id)) if user_id else None
        owner = known or _owner(self.new_id(), account, now)
        former = replace(self.accounts.get(was.owner_id), permissions=settings.default_permissions)
        ownership, token, session = self._own(owner, account, servers, sign_in, secret, now)
        self.ownership.take(
            ownership,
            session,
            self._entry("took over", owner, now),
            sign_in=sign_in,
            newcomer=None if known else owner,
            handover=Handover(was, former, known),
        )
        return token

    def _own(
        self,
        owner: User,
        account: PlexAccount,
        servers: tuple[OwnedServer, ...],
        sign_in: SignIn,
        secret: str,
        now: datetime,
    ) -> tuple[Ownership, str, Session]:
        ownership = Ownership(owner_id=owner.id, plex_id=account.id, servers=servers, spent_token=self.setup_token_hash)
        token = sign_in.token_for(owner.id, secret)
        _, session = new_session(owner.id, new_id=self.new_id, now=now, epoch=owner.epoch, token=token)
        return ownership, token, session

    def _entry(self, action: str, owner: User, now: datetime) -> Entry:
        return Entry(id=self.new_id(), subject=SETTINGS, action=action, by=owner.person, at=now, before={}, after={})

    def _save_server(self, settings: Settings, server: Server, by: User, now: datetime) -> None:
        """Another server has other libraries: what was chosen among the old ones is void, and nothing is given until an
        admin has chosen anew. At the first one, all of them are.
        """
        changed = replace(
            settings if _is_same(settings.server, server) else _with_nothing_chosen(settings),
            server=server,
            application_url=settings.application_url or self.application_url,
            version=settings.version + 1,
        )
        before = {"server": settings.server.name} if settings.server else {}
        entry = change_entry(
            self.new_id(),
            SETTINGS,
            "server_chosen",
            by=by.person,
            now=now,
            before=before,
            after={"server": server.name},
        )
        try:
            self.settings.choose_server(changed, entry, over=settings)
        except StaleWrite as error:
            raise TryAgain from error


def _is_same(one: Server | None, other: Server) -> bool:
    """Whether it is the same server, though it may have another owner by now."""
    return one is not None and one.machine_id == other.machine_id


def _with_nothing_chosen(settings: Settings) -> Settings:
    chosen: SectionIds | Literal["all"] = "all" if settings.server is None else ()
    return replace(
        settings,
        libraries=(),
        libraries_refresh=Refresh(),
        enabled_libraries=chosen,
        default_libraries=chosen,
    )


def _as_admin(user: User) -> User:
    return replace(user, permissions=user.permissions | {Permission.ADMIN})


def _must_own(by: User, ownership: Ownership | None) -> Ownership:
    if ownership is None or ownership.owner_id != by.id:
        raise NotTheOwner
    return ownership


def _among(servers: tuple[OwnedServer, ...], machine_id: str) -> OwnedServer:
    for server in servers:
        if server.machine_id == machine_id:
            return server
    raise BadInput("server", field="machine_id")


def _owner(id_: str, account: PlexAccount, now: datetime) -> User:
    permissions = frozenset({Permission.ADMIN})
    return new_user(id_, account.name, account.email, permissions=permissions, now=now, plex_id=account.id)
