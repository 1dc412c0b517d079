"""What the tests of real stores share."""

import pytest

from chalicelib.common.people import Person
from testing.future import remove_what_is_to_come
from tests.stores.metering import metering


@pytest.fixture(scope="module", autouse=True)
def _no_future_is_left(stack):
    yield
    remove_what_is_to_come()


@pytest.fixture
def creator(stack):
    """An inviter with no invites yet, so that their lists hold what the test made and nothing more."""
    from chalicelib import wiring

    return Person(wiring.ports.new_id(), "Creator")


@pytest.fixture
def metered(monkeypatch):
    """`with metered() as reads:` collects what this process reads from DynamoDB: (operation, items, read units)."""
    return lambda: metering(monkeypatch)
