"""One contract, kept by the fakes and by the real stores: each test runs against both.

The real ones are on the running stack, and all tests share its data: so each test makes its own, under fresh ids.
"""

import pytest

from chalicelib import wiring
from testing.future import remove_what_is_to_come
from tests.fakes.ports import FakePorts

_STACK_WAS_USED: list[bool] = []
REAL = pytest.param("real", marks=pytest.mark.stack)


@pytest.fixture(params=["fake", REAL])
def ports(request):
    """The fakes, or the product's own ports on the running stack."""
    if request.param == "fake":
        return FakePorts()
    request.getfixturevalue("stack")
    _STACK_WAS_USED.append(True)
    return wiring.ports


@pytest.fixture(scope="module", autouse=True)
def _no_future_is_left():
    yield
    if _STACK_WAS_USED:
        remove_what_is_to_come()


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
