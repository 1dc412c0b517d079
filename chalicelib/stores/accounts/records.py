"""Accounts, identities, sessions and sign-ins as they are stored in DynamoDB."""

from functools import reduce
from operator import or_
from typing import Any

from pynamodb.attributes import BooleanAttribute, NumberAttribute, TTLAttribute, UnicodeAttribute
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.operand import Path
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex
from pynamodb.models import Model

from chalicelib.accounts.model import AccountState, Kind, Observed, PasswordReset, Tombstone, User
from chalicelib.accounts.sessions import Key, Purpose, Session, SignIn
from chalicelib.common.people import Permission, Person
from chalicelib.common.records import field_names
from chalicelib.common.times import order_key
from chalicelib.settings.model import Quota
from chalicelib.stores.database.attributes import Moment, Typed
from chalicelib.stores.database.expired import BY_TTL, Expiring
from chalicelib.stores.database.newer import UnknownValue, known


class UsersByState(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call]  # PynamoDB
    class Meta:
        index_name = "by_state"
        projection = AllProjection()

    state = UnicodeAttribute(hash_key=True)
    order = UnicodeAttribute(range_key=True)


class UsersOnTrial(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call]  # PynamoDB
    class Meta:
        index_name = "trials"
        projection = AllProjection()

    state = UnicodeAttribute(hash_key=True)
    trial_ends_at = Moment(range_key=True)


class UserModel(Model):
    class Meta:
        table_name = "users"

    id = UnicodeAttribute(hash_key=True)
    name = UnicodeAttribute()
    email = UnicodeAttribute(null=True)
    kind = UnicodeAttribute()
    plex_id = NumberAttribute(null=True)
    permissions = Typed[frozenset[str]](frozenset[str])
    state = UnicodeAttribute()
    created_at = Moment()
    trial_ends_at = Moment(null=True)
    invited_by = Typed[Person](Person, null=True)
    redemption_id = UnicodeAttribute(null=True)
    came_by = UnicodeAttribute(null=True)
    quota = Typed[Quota](Quota, null=True)
    epoch = NumberAttribute(null=True)
    holds_address = BooleanAttribute(null=True)
    order = UnicodeAttribute()
    by_state = UsersByState()
    trials = UsersOnTrial()


class IdentityModel(Model):
    """The account that holds a Plex id or an e-mail address: its existence is the uniqueness.

    A Plex id with ``tombstone`` is held no more: that is what is remembered of the account that held it.
    ``password_hash`` is stored with the e-mail address, as they are asked for together, and deleted with it.
    """

    class Meta:
        table_name = "identities"

    id = UnicodeAttribute(hash_key=True)
    user_id = UnicodeAttribute()
    password_hash = UnicodeAttribute(null=True)
    reset = Typed[PasswordReset](PasswordReset, null=True)
    tombstone = Typed[Tombstone](Tombstone, null=True)
    observed = Typed[Observed](Observed, null=True)


class SessionsByUser(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call]  # PynamoDB
    class Meta:
        index_name = "by_user"
        projection = AllProjection()

    user_id = UnicodeAttribute(hash_key=True)
    created_at = Moment(range_key=True)


class SessionModel(Model):
    class Meta:
        table_name = "sessions"

    token_hash = UnicodeAttribute(hash_key=True)
    user_id = UnicodeAttribute()
    created_at = Moment()
    expires_at = TTLAttribute(null=True)
    redemption_id = UnicodeAttribute(null=True)
    epoch = NumberAttribute(null=True)
    key = Typed[Key](Key, null=True)
    used_at = Moment(null=True)
    by_user = SessionsByUser()


class SignInModel(Model):
    class Meta:
        table_name = "sign_ins"

    id = UnicodeAttribute(hash_key=True)
    purpose = UnicodeAttribute()
    code = UnicodeAttribute(null=True)
    pin_id = UnicodeAttribute()
    browser_hash = UnicodeAttribute()
    created_at = Moment()
    expires_at = TTLAttribute()
    redemption_id = UnicodeAttribute(null=True)
    user_id = UnicodeAttribute(null=True)
    completed_at = Moment(null=True)
    due_kind = UnicodeAttribute(default=BY_TTL)
    due = Expiring()


def is_open_with_any(*permissions: Permission) -> Condition:
    """Whether an account is open and holds one of them. They are stored as JSON text, so each is looked for, quoted."""
    held = [Path("permissions").contains(f'"{permission.value}"') for permission in permissions]
    condition: Condition = (UserModel.state == AccountState.ACTIVE.value) & reduce(or_, held)
    return condition


def is_at_epoch(user: User) -> Condition:
    """Whether the account is open, and at the epoch as it was read."""
    epoch: Condition = UserModel.epoch == user.epoch
    if not user.epoch:
        epoch |= UserModel.epoch.does_not_exist()
    condition: Condition = (UserModel.state == AccountState.ACTIVE.value) & epoch
    return condition


def user_record(user: User) -> UserModel:
    return UserModel(
        **_values(user) | {"kind": user.kind.value, "state": user.state.value},
        order=order_key(user.created_at, user.id),
    )


def read_user(record: UserModel) -> User:
    return User(
        id=record.id,
        name=record.name,
        email=record.email,
        kind=known(Kind, record.kind),
        plex_id=None if record.plex_id is None else int(record.plex_id),
        permissions=record.permissions,
        state=known(AccountState, record.state),
        created_at=record.created_at,
        trial_ends_at=record.trial_ends_at,
        invited_by=record.invited_by,
        redemption_id=record.redemption_id,
        came_by=record.came_by,
        quota=record.quota,
        epoch=int(record.epoch or 0),
        holds_address=record.holds_address is not False,
    )


def session_record(session: Session) -> SessionModel:
    return SessionModel(**_values(session))


def read_session(record: SessionModel) -> Session:
    return Session(
        token_hash=record.token_hash,
        user_id=record.user_id,
        created_at=record.created_at,
        expires_at=record.expires_at,
        redemption_id=record.redemption_id,
        epoch=int(record.epoch or 0),
        key=record.key,
        used_at=record.used_at,
    )


def sign_in_record(sign_in: SignIn) -> SignInModel:
    return SignInModel(**_values(sign_in) | {"purpose": sign_in.purpose.value})


def read_sign_in(record: SignInModel | None) -> SignIn | None:
    """None also for one of a purpose that only a newer version knows: it can be completed as nothing here."""
    if record is None:
        return None
    try:
        purpose = known(Purpose, record.purpose)
    except UnknownValue:
        return None
    return SignIn(
        id=record.id,
        purpose=purpose,
        code=record.code,
        pin_id=record.pin_id,
        browser_hash=record.browser_hash,
        created_at=record.created_at,
        expires_at=record.expires_at,
        redemption_id=record.redemption_id,
        user_id=record.user_id,
        completed_at=record.completed_at,
    )


def _values(value: User | Session | SignIn) -> dict[str, Any]:
    return {each: getattr(value, each) for each in field_names(value)}
