"""Accounts: opened, found, listed, changed and closed."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from pynamodb.connection import Connection
from pynamodb.expressions.condition import Condition

from chalicelib.accounts.model import AccountState, Credential, Observed, PasswordReset, Tombstone, User
from chalicelib.accounts.ports import PlexIdTaken, QuotaBasis
from chalicelib.accounts.sessions import Session, SignIn
from chalicelib.common.pages import Page
from chalicelib.common.people import Permission
from chalicelib.common.ports import StaleWrite
from chalicelib.common.records import replace
from chalicelib.common.refusals import AddressTaken, UserNotFound
from chalicelib.events.model import Entry
from chalicelib.settings.model import Settings
from chalicelib.stores.accounts.creations import HEAD, CreationsModel, created_since, made_by
from chalicelib.stores.accounts.identities import (
    EMAIL,
    PLEX_ID,
    USERNAME,
    email_identity,
    find_tombstone,
    move_address,
    plex_identity,
    put_account,
    release_identities,
)
from chalicelib.stores.accounts.records import (
    IdentityModel,
    UserModel,
    is_at_epoch,
    is_open_with_any,
    read_user,
    session_record,
)
from chalicelib.stores.accounts.sessions import complete_sign_in
from chalicelib.stores.database.pages import page_of
from chalicelib.stores.database.transactions import ConditionsFailed, Transaction, get_all, setting, update_if
from chalicelib.stores.events.journal import entry_record
from chalicelib.stores.settings.records import SettingsModel, read_settings
from chalicelib.stores.settings.settings import check_version

if TYPE_CHECKING:
    from pynamodb.expressions.update import Action

_MOST_READ = 1000
"""Accounts looked at for one page of a search: about 0.3 MB, 40 read units."""

_EDITED = ("permissions", "quota", "trial_ends_at", "state")


class DynamoAccounts:
    """accounts.ports.AccountStore."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, user_id: str) -> User:
        try:
            return read_user(UserModel.get(user_id, consistent_read=True))
        except UserModel.DoesNotExist as error:
            raise UserNotFound from error

    def get_with_settings(self, user_id: str) -> tuple[User, Settings]:
        user, settings = get_all(self._connection, (UserModel, user_id), (SettingsModel, SettingsModel.ID))
        if user is None:
            raise UserNotFound
        return read_user(user), read_settings(settings)

    def find_many(self, user_ids: Iterable[str]) -> dict[str, User]:
        return {record.id: read_user(record) for record in UserModel.batch_get(list(user_ids))}

    def quota_basis(self, user_id: str) -> QuotaBasis:
        settings, user, head = get_all(
            self._connection, (SettingsModel, SettingsModel.ID), (UserModel, user_id), (CreationsModel, user_id, HEAD)
        )
        return QuotaBasis(read_settings(settings), user and read_user(user), made_by(head))

    def created_since(self, user_id: str, since: datetime) -> tuple[datetime, ...]:
        return created_since(user_id, since)

    def read_credential(self, email: str, user_id: str) -> tuple[Credential | None, User | None]:
        identity, user = get_all(self._connection, (IdentityModel, email_identity(email)), (UserModel, user_id))
        return identity and _credential(identity), user and read_user(user)

    def set_password(
        self, user: User, was: Credential, password_hash: str, entry: Entry, *, session: Session | None = None
    ) -> None:
        transaction = Transaction(self._connection)
        address = IdentityModel(id=email_identity(user.email or ""))
        is_still = (IdentityModel.user_id == user.id) & (IdentityModel.password_hash == was.password_hash)
        if was.reset:
            is_still &= IdentityModel.reset == was.reset
        changed: list[Action] = [IdentityModel.password_hash.set(password_hash), IdentityModel.reset.remove()]
        transaction.update(EMAIL, address, changed, is_still)
        transaction.update("user", UserModel(id=user.id), [UserModel.epoch.set(user.epoch + 1)], is_at_epoch(user))
        if session:
            transaction.put("session", session_record(replace(session, epoch=user.epoch + 1)))
        transaction.put("journal", entry_record(entry))
        _commit(transaction)

    def offer_reset(self, user: User, reset: PasswordReset, entry: Entry) -> None:
        transaction = Transaction(self._connection)
        address = IdentityModel(id=email_identity(user.email or ""))
        has_password = (IdentityModel.user_id == user.id) & IdentityModel.password_hash.exists()
        transaction.update(EMAIL, address, [IdentityModel.reset.set(reset)], has_password)
        transaction.put("journal", entry_record(entry))
        _commit(transaction)

    def find_credential(self, email: str) -> tuple[Credential | None, Settings]:
        """A local account's password hash is stored with its e-mail address."""
        identity, settings = get_all(
            self._connection, (IdentityModel, email_identity(email)), (SettingsModel, SettingsModel.ID)
        )
        return identity and _credential(identity), read_settings(settings)

    def open(
        self,
        user: User,
        session: Session,
        *,
        sign_in: SignIn | None = None,
        settings_version: int | None = None,
        over: Tombstone | None = None,
    ) -> None:
        transaction = Transaction(self._connection)
        put_account(transaction, user, over=over)
        transaction.put("session", session_record(session))
        if sign_in:
            complete_sign_in(transaction, sign_in, session)
        if settings_version is not None:
            check_version(transaction, settings_version)
        try:
            transaction.commit()
        except ConditionsFailed as error:
            if not error.names <= {PLEX_ID, EMAIL, USERNAME}:
                raise StaleWrite from error
            raise (PlexIdTaken() if PLEX_ID in error.names else AddressTaken()) from error

    def id_of_plex_account(self, plex_id: int) -> str | None:
        try:
            identity = IdentityModel.get(plex_identity(plex_id), consistent_read=True)
        except IdentityModel.DoesNotExist:
            return None
        return None if identity.tombstone else identity.user_id

    def tombstone_of(self, plex_id: int) -> Tombstone | None:
        return find_tombstone(plex_id)

    def observed(self, plex_id: int) -> Observed | None:
        try:
            return IdentityModel.get(plex_identity(plex_id), consistent_read=True).observed
        except IdentityModel.DoesNotExist:
            return None

    def note_observed(self, observed: Observed) -> None:
        noted = [IdentityModel.observed.set(observed)]
        update_if(IdentityModel(id=plex_identity(observed.plex_id)), noted, IdentityModel.user_id.exists())

    def page(self, state: AccountState, *, text: str, after: str | None, limit: int) -> Page[User]:
        records = UserModel.by_state.query(
            state.value,
            UserModel.order < after if after else None,
            scan_index_forward=False,
            page_size=_MOST_READ if text else limit + 1,
        )
        return page_of(records, limit=limit, most_read=_MOST_READ, read=lambda record: _matching(record, text))

    def change(
        self,
        was: User,
        changed: User,
        entry: Entry,
        *,
        remaining_admin: str | None = None,
        tombstone: Tombstone | None = None,
    ) -> None:
        transaction = Transaction(self._connection)
        edited = {name: new for name in _EDITED if (new := getattr(changed, name)) != getattr(was, name)}
        actions = setting(UserModel, edited)
        transaction.update("user", UserModel(id=was.id), actions, _is_still(was))
        transaction.put("journal", entry_record(entry))
        if changed.state is AccountState.CLOSED:
            release_identities(transaction, was, tombstone)
        if remaining_admin:
            transaction.check("remaining admin", UserModel, remaining_admin, is_open_with_any(Permission.ADMIN))
        _commit(transaction)

    def rename(self, was: User, becomes: User, entry: Entry) -> None:
        transaction = Transaction(self._connection)
        actions = setting(UserModel, {name: getattr(becomes, name) for name in ("name", "email", "holds_address")})
        transaction.update("user", UserModel(id=was.id), actions, _is_still(was) & (UserModel.name == was.name))
        move_address(transaction, was, becomes)
        transaction.put("journal", entry_record(entry))
        try:
            transaction.commit()
        except ConditionsFailed as error:
            raise (AddressTaken() if error.names == {EMAIL} else StaleWrite()) from error

    def with_trial_over(self, now: datetime) -> Iterator[User]:
        """The index holds active accounts that have an end of trial, and no others."""
        ended = UserModel.trials.query(AccountState.ACTIVE.value, UserModel.trial_ends_at <= now)
        return (read_user(record) for record in ended)

    def end_trial(self, user: User, entry: Entry) -> None:
        transaction = Transaction(self._connection)
        is_still = (UserModel.state == AccountState.ACTIVE.value) & (UserModel.trial_ends_at == user.trial_ends_at)
        transaction.update("user", UserModel(id=user.id), [UserModel.trial_ends_at.remove()], is_still)
        transaction.put("journal", entry_record(entry))
        _commit(transaction)


def _credential(identity: IdentityModel) -> Credential:
    return Credential(identity.user_id, identity.password_hash, identity.reset)


def _commit(transaction: Transaction) -> None:
    try:
        transaction.commit()
    except ConditionsFailed as error:
        raise StaleWrite from error


def _is_still(user: User) -> Condition:
    condition: Condition = UserModel.state == user.state.value
    for name in ("permissions", "quota", "trial_ends_at", "plex_id", "email"):
        attribute, value = getattr(UserModel, name), getattr(user, name)
        condition &= attribute.does_not_exist() if value is None else attribute == value
    return condition


def _matching(record: UserModel, text: str) -> User | None:
    user = read_user(record)
    return user if user.has_text(text) else None
