"""What the HTTP tests share beside the stack."""

from contextlib import contextmanager

import pytest

from tests.http.empty_stack import empty_stack


@pytest.fixture(scope="module")
def new_stack(tmp_path_factory):
    """A stack that is not set up yet."""
    with empty_stack(tmp_path_factory.mktemp("new") / "stack") as stack:
        yield stack


@pytest.fixture
def settings(stack):
    """`with settings(local_signin_enabled=True):` and afterwards they are as they were."""

    def change(**wanted):
        version = stack.admin.get("/settings").json()["version"]
        answer = stack.admin.patch("/settings", json={"version": version, **wanted})
        assert answer.status_code == 200, answer.text

    @contextmanager
    def changed(**wanted):
        before = stack.admin.get("/settings").json()
        change(**wanted)
        try:
            yield
        finally:
            change(**{name: before[name] for name in wanted})

    return changed


@pytest.fixture
def local_account(stack):
    """Makes an account with a password; gives its address."""
    from chalicelib import wiring
    from chalicelib.accounts.model import Kind, User
    from chalicelib.common.emails import parse_email
    from chalicelib.common.people import Permission
    from chalicelib.stores.accounts.identities import put_account
    from chalicelib.stores.database.transactions import Transaction

    def made(password: str, email: str | None = None) -> str:
        ports, id_ = wiring.ports, wiring.ports.new_id()
        address = email or f"{id_[:12]}@example.org"
        user = User(
            id=id_,
            name=f"local {id_[:8]}",
            email=parse_email(address),
            kind=Kind.LOCAL,
            permissions=frozenset({Permission.STREAMARR}),
            created_at=wiring.now(),
        )
        transaction = Transaction(ports.connection)
        put_account(transaction, user, password_hash=ports.hash_password(password))
        transaction.commit()
        return address

    return made
