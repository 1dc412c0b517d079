"""One contract, kept by the fakes and by the real stores: each test runs against both.

The real ones are on the running stack, and all tests share its data: so each test makes its own, under fresh ids.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib import wiring
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
    """Contracts are about a year that no list of the shared stack has reached; other tests find none of it."""
    yield
    if not _STACK_WAS_USED:
        return
    from chalicelib.stores.access.records import AccessModel
    from chalicelib.stores.accounts.records import UserModel
    from chalicelib.stores.invites.records import InviteModel
    from chalicelib.stores.redemptions.records import RedemptionModel

    soon = datetime.now(UTC) + timedelta(days=100)
    models: tuple[Any, ...] = (UserModel, InviteModel, RedemptionModel)
    for model in models:
        for record in model.scan():
            if getattr(record, "record", record).created_at > soon:
                record.delete()
    for access in AccessModel.scan(AccessModel.written_at.exists()):
        if access.done.watched_until > soon:
            access.delete()


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
