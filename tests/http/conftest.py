"""What the HTTP tests share beside the house."""

from contextlib import contextmanager

import pytest

from tests.http.empty_house import empty_house


@pytest.fixture(scope="module")
def new_house(tmp_path_factory):
    """A house that nobody has set up yet."""
    with empty_house(tmp_path_factory.mktemp("new") / "stack") as house:
        yield house


@pytest.fixture
def settings(house):
    """`with settings(local_signin_enabled=True):` and afterwards they are as they were."""

    def change(**wanted):
        version = house.admin.get("/settings").json()["version"]
        answer = house.admin.patch("/settings", json={"version": version, **wanted})
        assert answer.status_code == 200, answer.text

    @contextmanager
    def changed(**wanted):
        before = house.admin.get("/settings").json()
        change(**wanted)
        try:
            yield
        finally:
            change(**{name: before[name] for name in wanted})

    return changed


@pytest.fixture
def local_account(house):
    """Makes somebody with a password: gives their address."""
    from chalicelib import wiring
    from chalicelib.adapters.dynamo.identities import make_the_account
    from chalicelib.adapters.dynamo.transactions import Transaction
    from chalicelib.domain.users import Kind, Permission, User, normal_email

    def made(password: str, email: str | None = None) -> str:
        id_ = wiring.new_id()
        address = email or f"{id_[:12]}@example.org"
        user = User(
            id=id_,
            name=f"local {id_[:8]}",
            email=normal_email(address),
            kind=Kind.LOCAL,
            permissions=frozenset({Permission.STREAMARR}),
            created_at=wiring.now(),
        )
        transaction = Transaction(wiring.connection())
        make_the_account(transaction, user, password_hash=wiring.passwords().hash(password))
        transaction.commit()
        return address

    return made
