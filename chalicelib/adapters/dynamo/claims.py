"""The one transaction by which somebody is let in, the one that takes it back, and the one that links Plex."""

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pynamodb.connection import Connection

from chalicelib.adapters.dynamo.identities import (
    EMAIL,
    PLEX_ID,
    USERNAME,
    email_identity,
    identities_of,
    make_the_account,
    plex_identity,
)
from chalicelib.adapters.dynamo.invite_uses import INVITE, give_a_use_back, take_a_use
from chalicelib.adapters.dynamo.mapping import redemption_record, session_record, user_of
from chalicelib.adapters.dynamo.models import (
    HeldTokenModel,
    IdentityModel,
    RedemptionModel,
    SignInModel,
    UserModel,
)
from chalicelib.adapters.dynamo.transactions import ConditionsFailed, Transaction, get_all
from chalicelib.domain.redemptions import Redemption
from chalicelib.domain.refusals import AlreadyHasAccess, UserNameTaken
from chalicelib.domain.users import AccountState, User
from chalicelib.ports import Claim, Contention, OutOfDate

if TYPE_CHECKING:
    from pynamodb.expressions.update import Action

_TRIES_AGAINST_OTHERS = 10


class DynamoClaims:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def claim(self, claim: Claim) -> None:
        transaction = Transaction(self._connection)
        take_a_use(transaction, claim.invite, claim.redemption)
        make_the_account(transaction, claim.user, password_hash=claim.password_hash)
        _record_the_redemption(transaction, claim)
        _settle_the_sign_in(transaction, claim)
        try:
            transaction.commit()
        except ConditionsFailed as error:
            if not error.names <= {PLEX_ID, EMAIL, USERNAME}:
                raise OutOfDate from error
            if error.names == {USERNAME}:
                raise UserNameTaken(field="username") from error
            raise AlreadyHasAccess from error

    def redemption_of(self, plex_id: int) -> tuple[User, Redemption] | None:
        return self._redemption_under(plex_identity(plex_id))

    def redemption_of_email(self, email: str) -> tuple[User, Redemption] | None:
        return self._redemption_under(email_identity(email))

    def give_back(self, failed: Redemption) -> None:
        user = user_of(UserModel.get(failed.user.id, consistent_read=True))
        for _ in range(_TRIES_AGAINST_OTHERS):
            try:
                _taken_back(self._connection, failed, user).commit()
            except ConditionsFailed as error:
                if error.names != {INVITE}:
                    raise OutOfDate from error
            else:
                return
        raise Contention

    def link(self, user: User, plex_id: int, redemption: Redemption | None, *, sessions_end_at: datetime) -> None:
        transaction = Transaction(self._connection)
        identity = IdentityModel(id=plex_identity(plex_id), user_id=user.id)
        transaction.put(PLEX_ID, identity, IdentityModel.id.does_not_exist())
        is_still = (UserModel.state == AccountState.ACTIVE.value) & UserModel.plex_id.does_not_exist()
        linked: list[Action] = [UserModel.plex_id.set(plex_id), UserModel.signed_out_at.set(sessions_end_at)]
        transaction.update("user", UserModel(id=user.id), linked, is_still)
        if user.email:
            address = IdentityModel(id=email_identity(user.email))
            transaction.update(EMAIL, address, [IdentityModel.password_hash.remove()], IdentityModel.user_id == user.id)
        if redemption:
            _save(transaction, redemption)
        try:
            transaction.commit()
        except ConditionsFailed as error:
            raise (AlreadyHasAccess() if error.names == {PLEX_ID} else OutOfDate()) from error

    def _redemption_under(self, identity_id: str) -> tuple[User, Redemption] | None:
        try:
            identity = IdentityModel.get(identity_id, consistent_read=True)
            user = user_of(UserModel.get(identity.user_id, consistent_read=True))
        except (IdentityModel.DoesNotExist, UserModel.DoesNotExist):
            return None
        if user.redemption_id is None:
            return None
        (found,) = get_all(self._connection, (RedemptionModel, user.redemption_id))
        return (user, found.record) if found else None


def _taken_back(connection: Connection, failed: Redemption, user: User) -> Transaction:
    transaction = Transaction(connection)
    _save(transaction, failed)
    give_a_use_back(transaction, failed)
    _close_the_account(transaction, user)
    return transaction


def _record_the_redemption(transaction: Transaction, claim: Claim) -> None:
    transaction.put("redemption", redemption_record(claim.redemption), RedemptionModel.id.does_not_exist())
    transaction.put("session", session_record(claim.session))
    if claim.sealed_token is not None:
        held = HeldTokenModel(
            redemption_id=claim.redemption.id, sealed=claim.sealed_token, expires_at=claim.token_expires_at
        )
        transaction.put("token", held)


def _settle_the_sign_in(transaction: Transaction, claim: Claim) -> None:
    if claim.sign_in is None:
        return
    led_to: list[Any] = [SignInModel.redemption_id.set(claim.redemption.id), SignInModel.user_id.set(claim.user.id)]
    is_open = SignInModel.id.exists() & SignInModel.redemption_id.does_not_exist()
    transaction.update("sign-in", SignInModel(id=claim.sign_in.id), led_to, is_open)


def _save(transaction: Transaction, redemption: Redemption) -> None:
    saved = replace(redemption, version=redemption.version + 1)
    transaction.put("redemption", redemption_record(saved), RedemptionModel.version == redemption.version)


def _close_the_account(transaction: Transaction, user: User) -> None:
    transaction.update(
        "user",
        UserModel(id=user.id),
        [UserModel.state.set(AccountState.CLOSED.value)],
        UserModel.state == AccountState.ACTIVE.value,
    )
    for name, identity in identities_of(user).items():
        transaction.delete(name, IdentityModel(id=identity), IdentityModel.user_id == user.id)
