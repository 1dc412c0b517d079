"""What the tests of real stores share."""

import pytest

from chalicelib.common.people import Person
from tests.stores.metering import metering


@pytest.fixture
def somebody(stack):
    """An inviter of whom nobody else knows, so that lists of theirs hold what the test made and nothing more."""
    from chalicelib import wiring

    return Person(wiring.new_id(), "Somebody")


@pytest.fixture
def metered(monkeypatch):
    """`with metered() as reads:` collects what this process reads from DynamoDB: (operation, items, read units)."""
    return lambda: metering(monkeypatch)
