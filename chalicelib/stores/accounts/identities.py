"""Under which names an account is unique."""

from chalicelib.accounts.model import Kind, User
from chalicelib.common.names import normal_name
from chalicelib.stores.accounts.records import IdentityModel, UserModel, user_record
from chalicelib.stores.database.transactions import Transaction

PLEX_ID, EMAIL, USERNAME = "plex id", "e-mail", "user name"


def identities_of(user: User) -> dict[str, str]:
    """What kind of identity an account holds, to the identity's own id."""
    held = {}
    if user.plex_id is not None:
        held[PLEX_ID] = plex_identity(user.plex_id)
    if user.email is not None:
        held[EMAIL] = email_identity(user.email)
    if user.kind is Kind.LOCAL:
        held[USERNAME] = f"name#{normal_name(user.name)}"
    return held


def put_account(transaction: Transaction, user: User, *, password_hash: str | None = None) -> None:
    """Put the account with all of it that must be unique; the password's hash is stored with the e-mail address."""
    transaction.put("user", user_record(user), UserModel.id.does_not_exist())
    for name, identity in identities_of(user).items():
        record = IdentityModel(id=identity, user_id=user.id)
        if name == EMAIL and password_hash:
            record.password_hash = password_hash
        transaction.put(name, record, IdentityModel.id.does_not_exist())


def plex_identity(plex_id: int) -> str:
    return f"plex#{plex_id}"


def email_identity(email: str) -> str:
    """``email`` as ``normal_email`` gives it."""
    return f"email#{email}"
