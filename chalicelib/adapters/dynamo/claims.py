"""The one transaction by which somebody is let in, and the one that takes it back."""

from dataclasses import replace

from pynamodb.connection import Connection
from pynamodb.expressions.condition import Condition

from chalicelib.adapters.dynamo.mapping import redemption_record, session_record, user_of, user_record
from chalicelib.adapters.dynamo.models import (
    HeldTokenModel,
    IdentityModel,
    InviteModel,
    RedemptionModel,
    SignInModel,
    UserModel,
)
from chalicelib.adapters.dynamo.transactions import ConditionsFailed, Transaction, get_all
from chalicelib.domain.invites import Invite
from chalicelib.domain.redemptions import Redemption
from chalicelib.domain.refusals import AlreadyHasAccess
from chalicelib.domain.users import AccountState, User
from chalicelib.ports import Claim, OutOfDate

_PLEX_ID, _EMAIL = "plex id", "e-mail"


class DynamoClaims:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def claim(self, claim: Claim) -> None:
        transaction = Transaction(self._connection)
        _take_a_use(transaction, claim)
        _make_the_account(transaction, claim.user)
        _record_the_redemption(transaction, claim)
        try:
            transaction.commit()
        except ConditionsFailed as error:
            if error.names <= {_PLEX_ID, _EMAIL}:
                raise AlreadyHasAccess from error
            raise OutOfDate from error

    def redemption_of(self, plex_id: int) -> tuple[User, Redemption] | None:
        try:
            identity = IdentityModel.get(_plex_identity(plex_id), consistent_read=True)
            user = user_of(UserModel.get(identity.user_id, consistent_read=True))
        except (IdentityModel.DoesNotExist, UserModel.DoesNotExist):
            return None
        if user.redemption_id is None:
            return None
        (found,) = get_all(self._connection, (RedemptionModel, user.redemption_id))
        return (user, found.record) if found else None

    def give_back(self, failed: Redemption) -> None:
        user = user_of(UserModel.get(failed.user.id, consistent_read=True))
        transaction = Transaction(self._connection)
        saved = replace(failed, version=failed.version + 1)
        transaction.put("redemption", redemption_record(saved), RedemptionModel.version == failed.version)
        _free_the_use(transaction, failed.code)
        _close_the_account(transaction, user)
        try:
            transaction.commit()
        except ConditionsFailed as error:
            raise OutOfDate from error


def _take_a_use(transaction: Transaction, claim: Claim) -> None:
    invite, now = claim.invite, claim.redemption.created_at
    transaction.update(
        "invite",
        InviteModel(code=invite.code),
        [InviteModel.uses.add(1)],
        _is_still(invite)
        & (InviteModel.enabled == True)  # noqa: E712 - builds a DynamoDB condition
        & (InviteModel.usage_limit.does_not_exist() | (InviteModel.uses < InviteModel.usage_limit))
        & (InviteModel.expires_at.does_not_exist() | (InviteModel.expires_at > now)),
    )


def _is_still(invite: Invite) -> Condition:
    """The edition that the grant was resolved from: an edit meanwhile makes the claim start over."""
    return InviteModel.edition == invite.edition


def _make_the_account(transaction: Transaction, user: User) -> None:
    transaction.put("user", user_record(user), UserModel.id.does_not_exist())
    for name, identity in _identities(user).items():
        transaction.put(name, IdentityModel(id=identity, user_id=user.id), IdentityModel.id.does_not_exist())


def _record_the_redemption(transaction: Transaction, claim: Claim) -> None:
    transaction.put("redemption", redemption_record(claim.redemption), RedemptionModel.id.does_not_exist())
    transaction.put("session", session_record(claim.session))
    transaction.put(
        "token",
        HeldTokenModel(redemption_id=claim.redemption.id, sealed=claim.sealed_token, expires_at=claim.token_expires_at),
    )
    transaction.update(
        "sign-in",
        SignInModel(id=claim.sign_in.id),
        [
            SignInModel.redemption_id.set(claim.redemption.id),
            SignInModel.user_id.set(claim.user.id),
        ],
        SignInModel.id.exists() & SignInModel.redemption_id.does_not_exist(),
    )


def _free_the_use(transaction: Transaction, code: str) -> None:
    """The invite may have been deleted meanwhile; then there is nothing to free."""
    if InviteModel.count(code):
        transaction.update("invite", InviteModel(code=code), [InviteModel.uses.add(-1)], InviteModel.uses > 0)


def _close_the_account(transaction: Transaction, user: User) -> None:
    transaction.update(
        "user",
        UserModel(id=user.id),
        [UserModel.state.set(AccountState.CLOSED.value)],
        UserModel.state == AccountState.ACTIVE.value,
    )
    for name, identity in _identities(user).items():
        transaction.delete(name, IdentityModel(id=identity), IdentityModel.user_id == user.id)


def _identities(user: User) -> dict[str, str]:
    named = {}
    if user.plex_id is not None:
        named[_PLEX_ID] = _plex_identity(user.plex_id)
    if user.email is not None:
        named[_EMAIL] = f"email#{user.email}"
    return named


def _plex_identity(plex_id: int) -> str:
    return f"plex#{plex_id}"
