"""Under which names an account is unique."""

from chalicelib.adapters.dynamo.mapping import user_record
from chalicelib.adapters.dynamo.models import IdentityModel, UserModel
from chalicelib.adapters.dynamo.transactions import Transaction
from chalicelib.domain.users import Kind, User, normal_name

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


def make_the_account(transaction: Transaction, user: User, *, password_hash: str | None = None) -> None:
    """Put the account with all that must be unique of it; a password's hash lies with the e-mail address."""
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
