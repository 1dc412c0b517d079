"""Who fulfils which port: cached providers, and the only importer of adapters.

Whatever costs a cold start (boto3, plexapi, qrcode) is imported by the provider that needs it, when it is asked for.
"""

import random
import secrets
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING

from chalicelib.adapters.dynamo.accounts import DynamoAccounts, DynamoSessions, DynamoSignIns
from chalicelib.adapters.dynamo.audit import DynamoAudit
from chalicelib.adapters.dynamo.claims import DynamoClaims
from chalicelib.adapters.dynamo.credentials import DynamoCredentials
from chalicelib.adapters.dynamo.departures import DynamoDepartures
from chalicelib.adapters.dynamo.invites import DynamoInvites
from chalicelib.adapters.dynamo.models import HeldTokenModel, SignInModel
from chalicelib.adapters.dynamo.overdue import DynamoOverdue
from chalicelib.adapters.dynamo.ownership import DynamoOwnerships
from chalicelib.adapters.dynamo.pauses import DynamoPauses
from chalicelib.adapters.dynamo.qr_images import DynamoQrRecords, QrImageModel
from chalicelib.adapters.dynamo.rate_limits import DynamoCounters
from chalicelib.adapters.dynamo.redemptions import DynamoHeldTokens, DynamoRedemptions
from chalicelib.adapters.dynamo.settings import DynamoSettings
from chalicelib.adapters.dynamo.statistics import DynamoStatistics
from chalicelib.adapters.dynamo.tables import bound
from chalicelib.adapters.dynamo.trials import DynamoTrials
from chalicelib.adapters.dynamo.users import DynamoUsers
from chalicelib.adapters.parking import SqsParking
from chalicelib.adapters.passwords import Argon2Passwords
from chalicelib.adapters.qr_images import S3QrImages
from chalicelib.adapters.queue import SqsProvisionQueue
from chalicelib.adapters.sealing import KmsSeal
from chalicelib.adapters.secrets import OwnerToken
from chalicelib.domain.qr_codes import Format
from chalicelib.settings import environment
from chalicelib.usecases import sweeping
from chalicelib.usecases.ending_access import EndingAccess
from chalicelib.usecases.giving import Giving
from chalicelib.usecases.joining_locally import JoiningLocally
from chalicelib.usecases.linking_plex import LinkingPlex
from chalicelib.usecases.managing_users import ManagingUsers
from chalicelib.usecases.pausing import Pausing
from chalicelib.usecases.provisioning import Provisioning
from chalicelib.usecases.qr_codes import QrCodes
from chalicelib.usecases.redeeming import Redeeming
from chalicelib.usecases.setting_up import SettingUp
from chalicelib.usecases.signing_in import SigningInWithPassword, SigningInWithPlex
from chalicelib.usecases.tidying import Tidying
from chalicelib.usecases.withdrawing import Withdrawing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pynamodb.connection import Connection

    from chalicelib.ports import PlexHomes, PlexLibraries, PlexSharing, PlexSignIn


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
def statistics() -> DynamoStatistics:
    return DynamoStatistics(connection())


@cache
def trials() -> DynamoTrials:
    return DynamoTrials(connection())


@cache
def house() -> DynamoSettings:
    return DynamoSettings(connection())


@cache
def users() -> DynamoUsers:
    return DynamoUsers(connection())


@cache
def audit() -> DynamoAudit:
    connection()
    return DynamoAudit()


@cache
def sessions() -> DynamoSessions:
    return DynamoSessions(connection())


@cache
def sign_ins() -> DynamoSignIns:
    return DynamoSignIns(connection())


@cache
def redemptions() -> DynamoRedemptions:
    return DynamoRedemptions(connection())


@cache
def departures() -> DynamoDepartures:
    connection()
    return DynamoDepartures()


@cache
def pauses() -> DynamoPauses:
    connection()
    return DynamoPauses()


@cache
def held_tokens() -> DynamoHeldTokens:
    connection()
    return DynamoHeldTokens()


@cache
def claims() -> DynamoClaims:
    return DynamoClaims(connection())


@cache
def accounts() -> DynamoAccounts:
    return DynamoAccounts(connection())


@cache
def ownerships() -> DynamoOwnerships:
    return DynamoOwnerships(connection())


@cache
def counters() -> DynamoCounters:
    connection()
    return DynamoCounters()


@cache
def credentials() -> DynamoCredentials:
    return DynamoCredentials(connection())


@cache
def passwords() -> Argon2Passwords:
    return Argon2Passwords()


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
def qr_records() -> DynamoQrRecords:
    return DynamoQrRecords(connection())


@cache
def parking() -> SqsParking:
    return SqsParking(environment().parking_queue_name)


def qr_codes() -> QrCodes:
    return QrCodes(invites=invites(), records=qr_records(), images=qr_images(), render=_rendered)


def _rendered(link: str, format_: Format) -> bytes:
    from chalicelib.adapters.qr_rendering import render

    return render(link, format_)


def tidying() -> Tidying:
    return Tidying(invites=invites(), records=qr_records(), images=qr_images(), clock=now)


def chores(at: datetime) -> "dict[str, Iterator[sweeping.Batch]]":
    """What is swept every few minutes, of all that is due ``at`` that moment."""
    connection()
    images = DynamoOverdue(QrImageModel, "code", "object_key")
    tokens, signing_in = DynamoOverdue(HeldTokenModel, "redemption_id"), DynamoOverdue(SignInModel, "id")
    return {
        "stuck_redemptions": sweeping.stuck_redemptions(redemptions(), queue(), at),
        "stuck_departures": sweeping.stuck_departures(departures(), queue(), at),
        "expired_invites": sweeping.expired_invites(invites(), at),
        "ended_trials": sweeping.ended_trials(trials(), new_id, at),
        "due_images": sweeping.overdue(images, at),
        "spent_tokens": sweeping.overdue(tokens, at),
        "spent_sign_ins": sweeping.overdue(signing_in, at),
    }


@cache
def plex_sign_in() -> "PlexSignIn":
    """For everybody but the owner at set-up."""
    return _plex_sign_in(f"{environment().table_prefix}visitors")


@cache
def plex_owner_sign_in() -> "PlexSignIn":
    """For set-up alone: the token that it leads to is the one that is kept, and a later one would kill it."""
    return _plex_sign_in(f"{environment().table_prefix}owner")


def _plex_sign_in(client_id: str) -> "PlexSignIn":
    from chalicelib.adapters.plex.signing_in import PlexApiSignIn

    return PlexApiSignIn(client_id=client_id, product="Streamarr", base_url=environment().plex_base_url)


def setting_up() -> SettingUp:
    here = environment()
    return SettingUp(
        ownerships=ownerships(),
        settings=house(),
        sign_ins=sign_ins(),
        plex=plex_owner_sign_in(),
        owner_token=owner_token(),
        queue=queue(),
        new_id=new_id,
        token_hash=here.setup_token_hash,
        application_url=here.application_url,
    )


def signing_in_with_plex() -> SigningInWithPlex:
    return SigningInWithPlex(
        sign_ins=sign_ins(),
        users=users(),
        accounts=accounts(),
        sessions=sessions(),
        plex=plex_sign_in(),
        linking=linking_plex(),
        new_id=new_id,
        application_url=environment().application_url,
    )


def signing_in_with_password() -> SigningInWithPassword:
    return SigningInWithPassword(
        credentials=credentials(),
        passwords=passwords(),
        counters=counters(),
        users=users(),
        sessions=sessions(),
        new_id=new_id,
    )


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


def managing_users() -> ManagingUsers:
    return ManagingUsers(users=users(), sessions=sessions(), queue=queue(), new_id=new_id)


def plex_libraries() -> "PlexLibraries":
    from chalicelib.adapters.plex.libraries import PlexApiLibraries

    here = environment()
    return PlexApiLibraries(
        owner_token=owner_token().read, client_id=f"{here.table_prefix}owner", base_url=here.plex_base_url
    )


def joining_locally() -> JoiningLocally:
    return JoiningLocally(
        invites=invites(),
        claims=claims(),
        credentials=credentials(),
        passwords=passwords(),
        sessions=sessions(),
        queue=queue(),
        new_id=new_id,
    )


def linking_plex() -> LinkingPlex:
    return LinkingPlex(
        credentials=credentials(),
        users=users(),
        claims=claims(),
        redemptions=redemptions(),
        held_tokens=held_tokens(),
        sealer=seal(),
        queue=queue(),
    )


def pausing() -> Pausing:
    return Pausing(pauses=pauses(), redemptions=redemptions(), token=owner_token(), queue=queue())


def provisioning(deadline: datetime) -> Provisioning:
    """``deadline``: when this invocation is certainly over."""
    from chalicelib.adapters.plex.invitations import PlexApiInvitations

    here = environment()
    sharing, homes = _plex_of_the_owner()
    invitations = PlexApiInvitations(client_id=f"{here.table_prefix}visitors", base_url=here.plex_base_url)
    return Provisioning(
        redemptions=redemptions(),
        claims=claims(),
        held_tokens=held_tokens(),
        opener=seal(),
        giving=Giving(sharing, homes, invitations),
        withdrawing=Withdrawing(sharing, homes),
        pausing=pausing(),
        queue=queue(),
        clock=now,
        chance=random.random,
        deadline=deadline,
    )


def ending_access() -> EndingAccess:
    return EndingAccess(
        users=users(),
        redemptions=redemptions(),
        departures=departures(),
        held_tokens=held_tokens(),
        withdrawing=Withdrawing(*_plex_of_the_owner()),
        queue=queue(),
        clock=now,
        chance=random.random,
    )


def _plex_of_the_owner() -> "tuple[PlexSharing, PlexHomes]":
    """Both through one connection, for one message: no token is kept for longer."""
    from chalicelib.adapters.plex.homes import PlexApiHomes
    from chalicelib.adapters.plex.owner import Owner
    from chalicelib.adapters.plex.sharing import PlexApiSharing

    here = environment()
    owner = Owner(token=owner_token().read, client_id=f"{here.table_prefix}owner", base_url=here.plex_base_url)
    return PlexApiSharing(owner), PlexApiHomes(owner)
