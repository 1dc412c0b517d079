import pytest

from tests.redemptions.scenario import Scenario


@pytest.fixture
def scenario() -> Scenario:
    return Scenario()
