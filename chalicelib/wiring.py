"""Who fulfils which port: cached providers, and the only importer of adapters.

Whatever costs a cold start (boto3, plexapi, qrcode) is imported by the provider that needs it, when it is asked for.
"""

import secrets
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING

from chalicelib.adapters.dynamo.accounts import DynamoSessions, DynamoSignIns
from chalicelib.adapters.dynamo.claims import DynamoClaims
from chalicelib.adapters.dynamo.invites import DynamoInvites, DynamoSettings
from chalicelib.adapters.dynamo.redemptions import DynamoHeldTokens, DynamoRedemptions
from chalicelib.adapters.dynamo.tables import bound
from chalicelib.adapters.qr_images import S3QrImages
from chalicelib.adapters.queue import SqsProvisionQueue
from chalicelib.adapters.sealing import KmsSeal
from chalicelib.adapters.secrets import OwnerToken
from chalicelib.settings import environment
from chalicelib.usecases.provisioning import Provisioning
from chalicelib.usecases.redeeming import Redeeming

if TYPE_CHECKING:
    from pynamodb.connection import Connection

    from chalicelib.ports import PlexSignIn


def now() -> datetime:
    return datetime.now(UTC)


def new_id() -> str:
    return secrets.token_hex(16)


@cache
def connection() -> "Connection":
    return bound(environment().table_prefix)


@cache
def invites() -> DynamoInvites:
    return DynamoInvites(connection())


@cache
def house() -> DynamoSettings:
    connection()
    return DynamoSettings()


@cache
def sessions() -> DynamoSessions:
    return DynamoSessions(connection())


@cache
def sign_ins() -> DynamoSignIns:
    return DynamoSignIns(connection())


@cache
def redemptions() -> DynamoRedemptions:
    connection()
    return DynamoRedemptions()


@cache
def held_tokens() -> DynamoHeldTokens:
    connection()
    return DynamoHeldTokens()


@cache
def claims() -> DynamoClaims:
    return DynamoClaims(connection())


@cache
def queue() -> SqsProvisionQueue:
    return SqsProvisionQueue(environment().provision_queue_url)


@cache
def seal() -> KmsSeal:
    return KmsSeal(environment().kms_key_id)


@cache
def owner_token() -> OwnerToken:
    return OwnerToken(environment().plex_secret_id)


@cache
def qr_images() -> S3QrImages:
    return S3QrImages(environment().qr_bucket)


@cache
def plex_sign_in() -> "PlexSignIn":
    from chalicelib.adapters.plex.signing_in import PlexApiSignIn

    here = environment()
    return PlexApiSignIn(client_id=f"{here.table_prefix}visitors", product="Streamarr", base_url=here.plex_base_url)


def redeeming() -> Redeeming:
    return Redeeming(
        sign_ins=sign_ins(),
        claims=claims(),
        redemptions=redemptions(),
        held_tokens=held_tokens(),
        sessions=sessions(),
        plex=plex_sign_in(),
        sealer=seal(),
        queue=queue(),
        new_id=new_id,
    )


def provisioning(deadline: datetime) -> Provisioning:
    """``deadline``: when this invocation is certainly over."""
    from chalicelib.adapters.plex.invitations import PlexApiInvitations
    from chalicelib.adapters.plex.sharing import PlexApiSharing

    here = environment()
    return Provisioning(
        redemptions=redemptions(),
        claims=claims(),
        held_tokens=held_tokens(),
        opener=seal(),
        sharing=PlexApiSharing(
            owner_token=owner_token().read,
            client_id=f"{here.table_prefix}owner",
            base_url=here.plex_base_url,
        ),
        invitations=PlexApiInvitations(client_id=f"{here.table_prefix}visitors", base_url=here.plex_base_url),
        queue=queue(),
        clock=now,
        deadline=deadline,
    )
