"""Under which names an account is unique."""

from datetime import datetime
from typing import TYPE_CHECKING

from pynamodb.expressions.condition import Condition

from chalicelib.accounts.model import AccountState, Kind, Tombstone, User
from chalicelib.common.names import normal_name
from chalicelib.stores.accounts.records import IdentityModel, UserModel, is_at_epoch, user_record
from chalicelib.stores.database.transactions import Transaction

if TYPE_CHECKING:
    from pynamodb.expressions.update import Action

PLEX_ID, EMAIL, USERNAME = "plex id", "e-mail", "user name"


def identities_of(user: User) -> dict[str, str]:
    """What kind of identity an account holds, to the identity's own id."""
    held = {}
    if user.plex_id is not None:
        held[PLEX_ID] = plex_identity(user.plex_id)
    if user.email is not None and user.holds_address:
        held[EMAIL] = email_identity(user.email)
    if user.kind is Kind.LOCAL:
        held[USERNAME] = f"name#{normal_name(user.name)}"
    return held


def has_same_identities(user: User) -> Condition:
    """Whether the account is unique under what it was when it was read, so that nothing else is to be released."""
    holds = UserModel.holds_address
    held = holds.does_not_exist() | (holds == True)  # noqa: E712 - builds a DynamoDB condition
    condition: Condition = held if user.holds_address else holds == False  # noqa: E712
    for attribute, value in ((UserModel.plex_id, user.plex_id), (UserModel.email, user.email)):
        condition &= attribute.does_not_exist() if value is None else attribute == value
    return condition & (UserModel.name == user.name) if user.kind is Kind.LOCAL else condition


def put_account(
    transaction: Transaction, user: User, *, password_hash: str | None = None, over: Tombstone | None = None
) -> None:
    """Put the account with all of it that must be unique; the password's hash is stored with the e-mail address.

    ``over``: what was remembered of its Plex account; it may say that a closed account is opened again.
    """
    is_closed = UserModel.state == AccountState.CLOSED.value
    is_new = UserModel.id.does_not_exist()
    if over and over.user_id == user.id:
        transaction.write("user", user_record(user), is_closed)
    else:
        transaction.put("user", user_record(user), is_new)
    for name, identity in identities_of(user).items():
        remembered, hash_ = over if name == PLEX_ID else None, password_hash if name == EMAIL else None
        hold_identity(transaction, name, identity, user.id, password_hash=hash_, over=remembered)


def renew_account(transaction: Transaction, was: User, becomes: User, *, over: Tombstone | None = None) -> None:
    """Another redemption for an open account, and another Plex account where its person has a new one; ``over``: what
    is remembered of that.
    """
    latest, plex_id = UserModel.redemption_id, UserModel.plex_id
    is_still = is_at_epoch(was) & (plex_id == was.plex_id)
    is_still &= latest == was.redemption_id if was.redemption_id else latest.does_not_exist()
    renewed: list[Action] = [latest.set(becomes.redemption_id or ""), UserModel.epoch.set(becomes.epoch)]
    if was.plex_id is None or becomes.plex_id is None:
        raise AssertionError("only an account with Plex is renewed")
    renewed.append(plex_id.set(becomes.plex_id))
    transaction.update("user", UserModel(id=was.id), renewed, is_still)
    if was.plex_id == becomes.plex_id:
        return
    transaction.delete("earlier plex id", IdentityModel(id=plex_identity(was.plex_id)), IdentityModel.user_id == was.id)
    hold_identity(transaction, PLEX_ID, plex_identity(becomes.plex_id), was.id, over=over)


def hold_identity(
    transaction: Transaction,
    name: str,
    identity: str,
    user_id: str,
    *,
    password_hash: str | None = None,
    over: Tombstone | None = None,
) -> None:
    """Under ``name``: the account holds an identity that no other does; of a Plex id, ``over`` is still all that is
    remembered of it.
    """
    record = IdentityModel(id=identity, user_id=user_id, password_hash=password_hash)
    if over:
        transaction.write(name, record, IdentityModel.tombstone == over)
    else:
        transaction.put(name, record, IdentityModel.id.does_not_exist())


def release_identities(transaction: Transaction, user: User, tombstone: Tombstone | None) -> None:
    """Let others have what was unique of the account, but for its Plex id, where the tombstone is put."""
    is_theirs = _is_free_or_of(user)
    for name, identity in identities_of(user).items():
        record = IdentityModel(id=identity)
        if name == PLEX_ID and tombstone:
            noted: list[Action] = [IdentityModel.user_id.set(tombstone.user_id), IdentityModel.tombstone.set(tombstone)]
            transaction.update(name, record, noted, is_theirs)
        else:
            transaction.delete(name, record, is_theirs)


def go_back_to(transaction: Transaction, plex_id: int, user: User, tombstone: Tombstone | None) -> bool:
    """Have the account hold that Plex id again in the place of its present one, of which the tombstone is remembered;
    False, and nothing is written, where another account holds it by now.
    """
    try:
        IdentityModel.get(plex_identity(plex_id), consistent_read=True)
    except IdentityModel.DoesNotExist:
        held: list[Action] = [IdentityModel.user_id.set(user.id)]
        earlier = IdentityModel(id=plex_identity(plex_id))
        transaction.update("earlier plex id", earlier, held, IdentityModel.id.does_not_exist())
    else:
        return False
    if user.plex_id is None:
        raise AssertionError("only an account with Plex is renewed")
    present, is_theirs = IdentityModel(id=plex_identity(user.plex_id)), IdentityModel.user_id == user.id
    if tombstone:
        noted: list[Action] = [IdentityModel.user_id.set(tombstone.user_id), IdentityModel.tombstone.set(tombstone)]
        transaction.update(PLEX_ID, present, noted, is_theirs)
    else:
        transaction.delete(PLEX_ID, present, is_theirs)
    return True


def move_address(transaction: Transaction, was: User, becomes: User) -> None:
    """Hold the address that the account has then, under the name ``e-mail``, and no longer the one that it had."""
    before, after = (identities_of(user).get(EMAIL) for user in (was, becomes))
    if before == after:
        return
    if before:
        transaction.delete("earlier e-mail", IdentityModel(id=before), _is_free_or_of(was))
    if after:
        transaction.write(EMAIL, IdentityModel(id=after, user_id=was.id), _is_free_or_of(was))


def find_tombstone(plex_id: int) -> Tombstone | None:
    try:
        return IdentityModel.get(plex_identity(plex_id), consistent_read=True).tombstone
    except IdentityModel.DoesNotExist:
        return None


def end_tombstone(transaction: Transaction, plex_id: int, tombstone: Tombstone, now: datetime) -> None:
    """Under the name ``tombstone``: nothing is left of what it remembers."""
    noted: list[Action] = [IdentityModel.tombstone.set(tombstone.ended(now))]
    identity = IdentityModel(id=plex_identity(plex_id))
    transaction.update("tombstone", identity, noted, IdentityModel.tombstone == tombstone)


def _is_free_or_of(user: User) -> Condition:
    condition: Condition = IdentityModel.user_id.does_not_exist() | (IdentityModel.user_id == user.id)
    return condition


def plex_identity(plex_id: int) -> str:
    return f"plex#{plex_id}"


def email_identity(email: str) -> str:
    """``email`` as ``parse_email`` gives it."""
    return f"email#{email}"
