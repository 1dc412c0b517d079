"""Domain values to records and back."""

from dataclasses import fields
from typing import Any

from chalicelib.adapters.dynamo.models import (
    RedemptionModel,
    SessionModel,
    SettingsModel,
    SignInModel,
    UserModel,
)
from chalicelib.domain.redemptions import Redemption
from chalicelib.domain.sessions import Purpose, Session, SignIn
from chalicelib.domain.settings import Settings
from chalicelib.domain.times import order_key
from chalicelib.domain.users import AccountState, Kind, User

PROVISION, PAUSED = "provision", "paused"
"""What a redemption may be due for: to be looked at again, or that Plex takes the owner's token."""


def user_record(user: User) -> UserModel:
    return UserModel(
        **_values(user) | {"kind": user.kind.value, "state": user.state.value},
        order=order_key(user.created_at, user.id),
    )


def user_of(record: UserModel) -> User:
    return User(
        id=record.id,
        name=record.name,
        email=record.email,
        kind=Kind(record.kind),
        plex_id=None if record.plex_id is None else int(record.plex_id),
        permissions=record.permissions,
        state=AccountState(record.state),
        created_at=record.created_at,
        trial_ends_at=record.trial_ends_at,
        invited_by=record.invited_by,
        redemption_id=record.redemption_id,
        quota=record.quota,
    )


def redemption_record(redemption: Redemption) -> RedemptionModel:
    due_at = redemption.due_at
    return RedemptionModel(
        id=redemption.id,
        record=redemption,
        version=redemption.version,
        code=redemption.code,
        state=redemption.state.value,
        order=order_key(redemption.created_at, redemption.id),
        due_kind=(PAUSED if redemption.waits_for_owner else PROVISION) if due_at else None,
        due_at=due_at.timestamp() if due_at else None,
    )


def session_record(session: Session) -> SessionModel:
    return SessionModel(**_values(session))


def session_of(record: SessionModel) -> Session:
    return Session(
        token_hash=record.token_hash,
        user_id=record.user_id,
        created_at=record.created_at,
        expires_at=record.expires_at,
        redemption_id=record.redemption_id,
    )


def sign_in_record(sign_in: SignIn) -> SignInModel:
    return SignInModel(**_values(sign_in) | {"purpose": sign_in.purpose.value})


def sign_in_of(record: SignInModel) -> SignIn:
    return SignIn(
        id=record.id,
        purpose=Purpose(record.purpose),
        code=record.code,
        pin_id=record.pin_id,
        browser_hash=record.browser_hash,
        created_at=record.created_at,
        expires_at=record.expires_at,
        redemption_id=record.redemption_id,
        user_id=record.user_id,
    )


def settings_record(settings: Settings) -> SettingsModel:
    return SettingsModel(id=SettingsModel.ID, **_values(settings))


def settings_of(record: SettingsModel | None) -> Settings:
    """The stored settings; the defaults (sign-up off, no server) while nothing is stored."""
    if record is None:
        return Settings()
    stored = {each.name: getattr(record, each.name) for each in fields(Settings)}
    values = {name: value for name, value in stored.items() if value is not None}
    return Settings(**values | {"version": int(record.version or 0)})


def _values(value: User | Session | SignIn | Settings) -> dict[str, Any]:
    return {each.name: getattr(value, each.name) for each in fields(value)}
