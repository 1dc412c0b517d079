"""Who fulfils which port: cached providers, and the only importer of adapters.

A provider imports its adapter when it is asked for, and with it whatever costs a cold start: PynamoDB, boto3, plexapi,
qrcode. What nearly every event needs is asked for by ``warm_up``.
"""

import random
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING

from chalicelib.domain.qr_codes import Format
from chalicelib.ports import (
    Accounts,
    AuditTrail,
    Claims,
    Counters,
    Credentials,
    Departures,
    HeldTokens,
    Invites,
    Ownerships,
    Parking,
    Passwords,
    Pauses,
    PlexHomes,
    PlexLibraries,
    PlexSharing,
    PlexSignIn,
    QrImages,
    Redemptions,
    Sessions,
    SettingsStore,
    SignIns,
    Statistics,
    Trials,
    Users,
)
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
    from pynamodb.connection import Connection

    from chalicelib.adapters.dynamo.qr_images import DynamoQrRecords
    from chalicelib.adapters.queue import SqsProvisionQueue
    from chalicelib.adapters.sealing import KmsSeal
    from chalicelib.adapters.secrets import OwnerToken


def now() -> datetime:
    return datetime.now(UTC)


def new_id() -> str:
    return secrets.token_hex(16)


@cache
def connection() -> "Connection":
    from chalicelib.adapters.dynamo.tables import bound

    return bound(environment().table_prefix)


def warm_up() -> None:
    """Have the tables' client at hand while Lambda starts a sandbox: until then it has a whole processor, afterwards
    the part that its memory is worth. Calls nobody.
    """
    _ = connection().client


@cache
def invites() -> Invites:
    from chalicelib.adapters.dynamo.invites import DynamoInvites

    return DynamoInvites(connection())


@cache
def statistics() -> Statistics:
    from chalicelib.adapters.dynamo.statistics import DynamoStatistics

    return DynamoStatistics(connection())


@cache
def trials() -> Trials:
    from chalicelib.adapters.dynamo.trials import DynamoTrials

    return DynamoTrials(connection())


@cache
def house() -> SettingsStore:
    from chalicelib.adapters.dynamo.settings import DynamoSettings

    return DynamoSettings(connection())


@cache
def users() -> Users:
    from chalicelib.adapters.dynamo.users import DynamoUsers

    return DynamoUsers(connection())


@cache
def audit() -> AuditTrail:
    from chalicelib.adapters.dynamo.audit import DynamoAudit

    connection()
    return DynamoAudit()


@cache
def sessions() -> Sessions:
    from chalicelib.adapters.dynamo.accounts import DynamoSessions

    return DynamoSessions(connection())


@cache
def sign_ins() -> SignIns:
    from chalicelib.adapters.dynamo.accounts import DynamoSignIns

    return DynamoSignIns(connection())


@cache
def redemptions() -> Redemptions:
    from chalicelib.adapters.dynamo.redemptions import DynamoRedemptions

    return DynamoRedemptions(connection())


@cache
def departures() -> Departures:
    from chalicelib.adapters.dynamo.departures import DynamoDepartures

    connection()
    return DynamoDepartures()


@cache
def pauses() -> Pauses:
    from chalicelib.adapters.dynamo.pauses import DynamoPauses

    connection()
    return DynamoPauses()


@cache
def held_tokens() -> HeldTokens:
    from chalicelib.adapters.dynamo.redemptions import DynamoHeldTokens

    connection()
    return DynamoHeldTokens()


@cache
def claims() -> Claims:
    from chalicelib.adapters.dynamo.claims import DynamoClaims

    return DynamoClaims(connection())


@cache
def accounts() -> Accounts:
    from chalicelib.adapters.dynamo.accounts import DynamoAccounts

    return DynamoAccounts(connection())


@cache
def ownerships() -> Ownerships:
    from chalicelib.adapters.dynamo.ownership import DynamoOwnerships

    return DynamoOwnerships(connection())


@cache
def counters() -> Counters:
    from chalicelib.adapters.dynamo.rate_limits import DynamoCounters

    connection()
    return DynamoCounters()


@cache
def credentials() -> Credentials:
    from chalicelib.adapters.dynamo.credentials import DynamoCredentials

    return DynamoCredentials(connection())


@cache
def passwords() -> Passwords:
    from chalicelib.adapters.passwords import Argon2Passwords

    return Argon2Passwords()


@cache
def queue() -> "SqsProvisionQueue":
    from chalicelib.adapters.queue import SqsProvisionQueue

    return SqsProvisionQueue(environment().provision_queue_url)


@cache
def seal() -> "KmsSeal":
    from chalicelib.adapters.sealing import KmsSeal

    return KmsSeal(environment().kms_key_id)


@cache
def owner_token() -> "OwnerToken":
    from chalicelib.adapters.secrets import OwnerToken

    return OwnerToken(environment().plex_secret_id)


@cache
def qr_images() -> QrImages:
    from chalicelib.adapters.qr_images import S3QrImages

    return S3QrImages(environment().qr_bucket)


@cache
def qr_records() -> "DynamoQrRecords":
    from chalicelib.adapters.dynamo.qr_images import DynamoQrRecords

    return DynamoQrRecords(connection())


@cache
def parking() -> Parking:
    from chalicelib.adapters.parking import SqsParking

    return SqsParking(environment().parking_queue_name)


def qr_codes() -> QrCodes:
    return QrCodes(invites=invites(), records=qr_records(), images=qr_images(), render=_rendered)


def _rendered(link: str, format_: Format) -> bytes:
    from chalicelib.adapters.qr_rendering import render

    return render(link, format_)


def tidying() -> Tidying:
    return Tidying(invites=invites(), records=qr_records(), images=qr_images(), clock=now)


def chores(at: datetime) -> dict[str, Iterator[sweeping.Batch]]:
    """What is swept every few minutes, of all that is due ``at`` that moment."""
    from chalicelib.adapters.dynamo.models import HeldTokenModel, SignInModel
    from chalicelib.adapters.dynamo.overdue import DynamoOverdue
    from chalicelib.adapters.dynamo.qr_images import QrImageModel

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
def plex_sign_in() -> PlexSignIn:
    """For everybody but the owner at set-up."""
    return _plex_sign_in(f"{environment().table_prefix}visitors")


@cache
def plex_owner_sign_in() -> PlexSignIn:
    """For set-up alone: the token that it leads to is the one that is kept, and a later one would kill it."""
    return _plex_sign_in(f"{environment().table_prefix}owner")


def _plex_sign_in(client_id: str) -> PlexSignIn:
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


def plex_libraries() -> PlexLibraries:
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


def _plex_of_the_owner() -> tuple[PlexSharing, PlexHomes]:
    """Both through one connection, for one message: no token is kept for longer."""
    from chalicelib.adapters.plex.homes import PlexApiHomes
    from chalicelib.adapters.plex.owner import Owner
    from chalicelib.adapters.plex.sharing import PlexApiSharing

    here = environment()
    owner = Owner(token=owner_token().read, client_id=f"{here.table_prefix}owner", base_url=here.plex_base_url)
    return PlexApiSharing(owner), PlexApiHomes(owner)
