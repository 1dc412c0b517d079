"""Accounts: listed, changed and closed."""

from typing import Any

from pynamodb.connection import Connection
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.operand import Path
from pynamodb.expressions.update import Action

from chalicelib.adapters.dynamo.audit import audit_record
from chalicelib.adapters.dynamo.identities import identities_of, plex_identity
from chalicelib.adapters.dynamo.mapping import settings_of, user_of
from chalicelib.adapters.dynamo.models import IdentityModel, SettingsModel, UserModel
from chalicelib.adapters.dynamo.pages import page_of
from chalicelib.adapters.dynamo.transactions import ConditionsFailed, Transaction, get_all
from chalicelib.domain.audit import Entry
from chalicelib.domain.paging import Page
from chalicelib.domain.refusals import UserNotFound
from chalicelib.domain.settings import Settings
from chalicelib.domain.users import AccountState, Permission, User
from chalicelib.ports import OutOfDate

_MOST_READ = 1000
"""Accounts looked at for one page of a search: about 0.3 MB, 40 read units."""

_EDITED = ("permissions", "quota", "trial_ends_at", "state")


class DynamoUsers:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, user_id: str) -> User:
        try:
            return user_of(UserModel.get(user_id, consistent_read=True))
        except UserModel.DoesNotExist as error:
            raise UserNotFound from error

    def get_with_settings(self, user_id: str) -> tuple[User, Settings]:
        user, settings = get_all(self._connection, (UserModel, user_id), (SettingsModel, SettingsModel.ID))
        if user is None:
            raise UserNotFound
        return user_of(user), settings_of(settings)

    def id_of_plex_account(self, plex_id: int) -> str | None:
        try:
            return IdentityModel.get(plex_identity(plex_id), consistent_read=True).user_id
        except IdentityModel.DoesNotExist:
            return None

    def page(self, state: AccountState, *, text: str, after: str | None, limit: int) -> Page[User]:
        records = UserModel.by_state.query(
            state.value,
            UserModel.order < after if after else None,
            scan_index_forward=False,
            page_size=_MOST_READ if text else limit + 1,
        )
        return page_of(records, limit=limit, most_read=_MOST_READ, read=lambda record: _matching(record, text))

    def change(self, was: User, changed: User, entry: Entry, *, remaining_admin: str | None = None) -> None:
        transaction = Transaction(self._connection)
        edited = [name for name in _EDITED if getattr(was, name) != getattr(changed, name)]
        actions = [_set(name, getattr(changed, name)) for name in edited]
        transaction.update("user", UserModel(id=was.id), actions, _is_still(was))
        transaction.put("audit", audit_record(entry))
        if changed.state is AccountState.CLOSED:
            _release_identities(transaction, was)
        if remaining_admin:
            transaction.check("remaining admin", UserModel, remaining_admin, _is_an_admin())
        try:
            transaction.commit()
        except ConditionsFailed as error:
            raise OutOfDate from error


def _release_identities(transaction: Transaction, user: User) -> None:
    for name, identity in identities_of(user).items():
        is_theirs = IdentityModel.user_id.does_not_exist() | (IdentityModel.user_id == user.id)
        transaction.delete(name, IdentityModel(id=identity), is_theirs)


def _is_an_admin() -> Condition:
    """Permissions lie in DynamoDB as JSON text, so being an admin is a matter of containing the word, quoted."""
    condition: Condition = UserModel.state == AccountState.ACTIVE.value
    condition &= Path("permissions").contains(f'"{Permission.ADMIN.value}"')
    return condition


def _is_still(user: User) -> Condition:
    condition: Condition = UserModel.state == user.state.value
    for name in ("permissions", "quota", "trial_ends_at", "plex_id", "email"):
        attribute, value = getattr(UserModel, name), getattr(user, name)
        condition &= attribute.does_not_exist() if value is None else attribute == value
    return condition


def _set(name: str, value: Any) -> Action:
    attribute = getattr(UserModel, name)
    action: Action = attribute.remove() if value is None else attribute.set(value)
    return action


def _matching(record: UserModel, text: str) -> User | None:
    """``text`` is in the form of ``normal_email``."""
    user = user_of(record)
    return user if text in user.name.casefold() or text in (user.email or "") else None
