"""Every port twice: as a fake, which is what `make check` runs, and on the running stack."""

from datetime import timedelta
from typing import Any

import pytest

from tests.fakes.ports import FakePorts


@pytest.fixture(params=["fake", pytest.param("stack", marks=pytest.mark.stack)])
def ports(request) -> Any:
    if request.param == "fake":
        return FakePorts()
    request.getfixturevalue("stack")
    from chalicelib import wiring

    return wiring.ports


@pytest.fixture
def now(ports):
    """A year ahead: nothing that a test leaves behind is due for the stack's own sweep."""
    return ports.clock() + timedelta(days=365)
