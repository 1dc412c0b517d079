"""One contract, kept by the fakes and by the real stores: each test runs against both.

The real ones are on the running stack, and all tests share its data: so each test makes its own, under fresh ids.
"""

import pytest

from chalicelib import wiring
from tests.fakes.ports import FakePorts

REAL = pytest.param("real", marks=pytest.mark.stack)


@pytest.fixture(params=["fake", REAL])
def ports(request):
    """The fakes, or the product's own ports on the running stack."""
    if request.param == "fake":
        return FakePorts()
    request.getfixturevalue("stack")
    return wiring.ports


@pytest.fixture
def now(ports):
    return ports.clock()


@pytest.fixture
def settings_before(ports):
    """The settings as they are, put back afterwards."""
    before = ports.settings.get()
    yield before
    if ports is wiring.ports:
        from chalicelib.stores.settings.records import settings_record

        settings_record(before).save()


@pytest.fixture
def without_owner(ports):
    """There is no owner; the one there was is put back afterwards."""
    if ports is not wiring.ports:
        yield
        return
    from chalicelib.stores.setup.ownership import OwnershipModel, ownership_record

    before, _ = ports.ownership.get_with_settings()
    OwnershipModel(id=OwnershipModel.ID).delete()
    yield
    OwnershipModel(id=OwnershipModel.ID).delete()
    if before:
        ownership_record(before).save()
