"""All tables, named for this installation and reached through one connection."""

from typing import Any

from pynamodb.connection import Connection
from pynamodb.models import Model

from chalicelib.stores.access.batches import BatchModel
from chalicelib.stores.access.records import AccessModel, ExtensionRequestModel, LookModel, PauseModel, StrangerModel
from chalicelib.stores.access.seats import GateModel
from chalicelib.stores.accounts.counters import RateLimitModel
from chalicelib.stores.accounts.creations import CreationsModel
from chalicelib.stores.accounts.held_tokens import HeldTokenModel
from chalicelib.stores.accounts.records import IdentityModel, SessionModel, SignInModel, UserModel
from chalicelib.stores.database.connection import RetryingConnection
from chalicelib.stores.events.deliveries import DeliveryModel
from chalicelib.stores.events.endpoints import EndpointModel
from chalicelib.stores.events.journal import JournalModel
from chalicelib.stores.invites.counts import CountModel
from chalicelib.stores.invites.records import InviteModel
from chalicelib.stores.qr_codes.records import QrImageModel
from chalicelib.stores.redemptions.records import RedemptionModel
from chalicelib.stores.settings.records import SettingsModel
from chalicelib.stores.setup.ownership import OwnershipModel

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
    JournalModel,
    EndpointModel,
    DeliveryModel,
    CountModel,
    CreationsModel,
    RateLimitModel,
    OwnershipModel,
    PauseModel,
    AccessModel,
    StrangerModel,
    LookModel,
    BatchModel,
    GateModel,
    ExtensionRequestModel,
)

_POOL = 50
"""Connections kept: one request runs at a time in Lambda, many threads on the local stack."""


def connect(table_prefix: str) -> Connection:
    """Name the tables and have all models speak through one connection (one client, one pool), which is given.

    Its client is made here, and nothing is asked of AWS.
    """
    shared = RetryingConnection(max_pool_connections=_POOL, connect_timeout_seconds=2, read_timeout_seconds=5)
    known: set[str] = set()
    for model in MODELS:
        meta: Any = model.Meta
        meta.table_name = table_prefix + meta.table_name.removeprefix(table_prefix)
        own = model._get_connection()  # noqa: SLF001 - PynamoDB offers no way to share a connection
        if meta.table_name not in known:  # several kinds of record may lie in one table
            shared.add_meta_table(own.get_meta_table())
            known.add(meta.table_name)
        own.connection = shared
    _ = shared.client
    return shared
