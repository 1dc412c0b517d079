"""All tables, named for this installation and reached through one connection."""

from typing import Any

from pynamodb.connection import Connection
from pynamodb.models import Model

from chalicelib.adapters.dynamo.audit import AuditModel
from chalicelib.adapters.dynamo.connection import PatientConnection
from chalicelib.adapters.dynamo.counts import CountModel
from chalicelib.adapters.dynamo.creations import CreationsModel
from chalicelib.adapters.dynamo.departures import DepartureModel
from chalicelib.adapters.dynamo.models import (
    HeldTokenModel,
    IdentityModel,
    InviteModel,
    RedemptionModel,
    SessionModel,
    SettingsModel,
    SignInModel,
    UserModel,
)
from chalicelib.adapters.dynamo.ownership import OwnershipModel
from chalicelib.adapters.dynamo.pauses import PauseModel
from chalicelib.adapters.dynamo.qr_images import QrImageModel
from chalicelib.adapters.dynamo.rate_limits import RateLimitModel

MODELS: tuple[type[Model], ...] = (
    InviteModel,
    UserModel,
    IdentityModel,
    RedemptionModel,
    HeldTokenModel,
    SessionModel,
    SignInModel,
    SettingsModel,
    QrImageModel,
    AuditModel,
    CountModel,
    CreationsModel,
    RateLimitModel,
    OwnershipModel,
    PauseModel,
    DepartureModel,
)

_POOL = 50
"""Connections kept: one request runs at a time in Lambda, many threads on the local stack."""


def bound(table_prefix: str) -> Connection:
    """Name the tables and have all models speak through one connection (one client, one pool), which is given."""
    shared = PatientConnection(max_pool_connections=_POOL, connect_timeout_seconds=2, read_timeout_seconds=5)
    known: set[str] = set()
    for model in MODELS:
        meta: Any = model.Meta
        meta.table_name = table_prefix + meta.table_name.removeprefix(table_prefix)
        own = model._get_connection()  # noqa: SLF001 - PynamoDB offers no way to share a connection
        if meta.table_name not in known:  # several kinds of record may lie in one table
            shared.add_meta_table(own.get_meta_table())
            known.add(meta.table_name)
        own.connection = shared
    return shared
