"""Who fulfils which port, and the only importer of the rim.

A use case is a frozen dataclass with a field for each thing that it touches; ``use`` makes one from the ports of the
same names. A port imports its implementation when it is asked for, and with it what costs a cold start: PynamoDB,
boto3, plexapi, qrcode. What nearly every event needs is asked for by ``warm_up``.
"""

import random
import secrets
from datetime import UTC, datetime, timedelta
from functools import cache, cached_property, partial
from time import sleep
from typing import TYPE_CHECKING, Any, TypeVar, cast

from chalicelib.common.records import field_names
from chalicelib.environment import environment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pynamodb.connection import Connection

    from chalicelib.access.acting import ActingOnPlex
    from chalicelib.access.deciding.adopting import Adopting
    from chalicelib.access.deciding.batches import FindBatch, KeepBatch, NoteResult
    from chalicelib.access.deciding.editing import EditingAccess
    from chalicelib.access.deciding.membership import DecidingMembership
    from chalicelib.access.deciding.restoring import Restoring
    from chalicelib.access.nudging import Nudging
    from chalicelib.access.pausing import Pausing
    from chalicelib.access.ports import AccessStore, LookStore
    from chalicelib.access.resolving import ResolvingAnew
    from chalicelib.accounts.following_plex import FollowingPlex
    from chalicelib.accounts.managing import ManagingUsers
    from chalicelib.accounts.observing import ObservingPlex
    from chalicelib.accounts.own_sessions import OwnSessions
    from chalicelib.accounts.ports import AccountStore, Counters, HashPassword, HeldTokens, SessionStore, VerifyPassword
    from chalicelib.accounts.tokens import HoldingTokens
    from chalicelib.aws.dead_letters import DeadLetters
    from chalicelib.aws.owner_token import OwnerToken
    from chalicelib.aws.queue import SqsWorkQueue
    from chalicelib.common.sweeping import Batch, Key
    from chalicelib.events.ports import DeliveryStore, EndpointStore, FindOwners, ReadJournal, Send, Wait, WakeDeliver
    from chalicelib.invites.closing import ClosingInviters
    from chalicelib.invites.ports import FollowImages, InviteStore, RemoveImages
    from chalicelib.plex.ports import KeepOwnerToken, OwnerTokenVersion, PlexOwner, PlexPerson, WorkQueue
    from chalicelib.qr_codes.model import Format
    from chalicelib.qr_codes.ports import ImageRecords, ImageStore, Render
    from chalicelib.redemptions.linking import LinkingPlex
    from chalicelib.redemptions.offers import ReadingOffers
    from chalicelib.redemptions.ports import Claims, RedemptionStore
    from chalicelib.redemptions.returning import ReturningRedeemers
    from chalicelib.settings.ports import RenderMarkdown, SettingsStore
    from chalicelib.setup.libraries import ManagingLibraries
    from chalicelib.setup.migrating import Migrations
    from chalicelib.setup.ports import OwnershipStore, ReadProgress, SaveProgress
    from chalicelib.stores.events.journal import DynamoJournal
    from chalicelib.stores.qr_codes.records import DynamoImageRecords
    from chalicelib.stores.setup.schema import DynamoSchema
    from chalicelib.vendors.encryption import Decrypter, Encrypter

UseCase = TypeVar("UseCase")


class UseCases:
    """Makes use cases from the attributes of the same names; what they have in common is made here."""

    def use(self, case: type[UseCase]) -> UseCase:
        """That use case, with its ports."""
        return case(**{each: getattr(self, each) for each in field_names(cast("Any", case))})

    @property
    def acting(self) -> "ActingOnPlex":
        from chalicelib.access.acting import ActingOnPlex

        return self.use(ActingOnPlex)

    @property
    def nudging(self) -> "Nudging":
        from chalicelib.access.nudging import Nudging

        return self.use(Nudging)

    @property
    def restoring(self) -> "Restoring":
        from chalicelib.access.deciding.restoring import Restoring

        return self.use(Restoring)

    @property
    def editing_access(self) -> "EditingAccess":
        from chalicelib.access.deciding.editing import EditingAccess

        return self.use(EditingAccess)

    @property
    def deciding_membership(self) -> "DecidingMembership":
        from chalicelib.access.deciding.membership import DecidingMembership

        return self.use(DecidingMembership)

    @property
    def adopting(self) -> "Adopting":
        from chalicelib.access.deciding.adopting import Adopting

        return self.use(Adopting)

    @property
    def resolving(self) -> "ResolvingAnew":
        from chalicelib.access.resolving import ResolvingAnew

        return self.use(ResolvingAnew)

    @property
    def pausing(self) -> "Pausing":
        from chalicelib.access.pausing import Pausing

        return self.use(Pausing)

    @property
    def offers(self) -> "ReadingOffers":
        from chalicelib.redemptions.offers import ReadingOffers

        return self.use(ReadingOffers)

    @property
    def returning(self) -> "ReturningRedeemers":
        from chalicelib.redemptions.returning import ReturningRedeemers

        return self.use(ReturningRedeemers)

    @property
    def linking(self) -> "LinkingPlex":
        from chalicelib.redemptions.linking import LinkingPlex

        return self.use(LinkingPlex)

    @property
    def holding_tokens(self) -> "HoldingTokens":
        from chalicelib.accounts.tokens import HoldingTokens

        return self.use(HoldingTokens)

    @property
    def observing(self) -> "ObservingPlex":
        from chalicelib.accounts.observing import ObservingPlex

        return self.use(ObservingPlex)

    @property
    def following_plex(self) -> "FollowingPlex":
        from chalicelib.accounts.following_plex import FollowingPlex

        return self.use(FollowingPlex)

    @property
    def managing_users(self) -> "ManagingUsers":
        from chalicelib.accounts.managing import ManagingUsers

        return self.use(ManagingUsers)

    @property
    def closing_inviters(self) -> "ClosingInviters":
        from chalicelib.invites.closing import ClosingInviters

        return self.use(ClosingInviters)

    @property
    def own_sessions(self) -> "OwnSessions":
        from chalicelib.accounts.own_sessions import OwnSessions

        return self.use(OwnSessions)

    @property
    def follow_images(self) -> "FollowImages":
        from chalicelib.qr_codes.following import FollowingInvites

        return self.use(FollowingInvites).follow

    @property
    def remove_images(self) -> "RemoveImages":
        from chalicelib.qr_codes.following import FollowingInvites

        return self.use(FollowingInvites).remove

    @property
    def managing_libraries(self) -> "ManagingLibraries":
        from chalicelib.setup.libraries import ManagingLibraries

        return self.use(ManagingLibraries)


class Ports(UseCases):
    """Every port of the product, by the name that use cases have for it."""

    @staticmethod
    def clock() -> datetime:
        return datetime.now(UTC)

    @staticmethod
    def new_id() -> str:
        return secrets.token_hex(16)

    @staticmethod
    def chance() -> float:
        return random.random()  # noqa: S311 - jitter, not a secret

    @staticmethod
    def choose(among: str) -> str:
        return secrets.choice(among)

    @staticmethod
    def random_bytes(count: int) -> bytes:
        return secrets.token_bytes(count)

    @property
    def pause(self) -> "Wait":
        return sleep

    @property
    def application_url(self) -> str:
        return environment().application_url

    @property
    def setup_token_hash(self) -> str | None:
        return environment().setup_token_hash

    @cached_property
    def connection(self) -> "Connection":
        from chalicelib.stores.tables import connect

        return connect(environment().table_prefix)

    @property
    def render_markdown(self) -> "RenderMarkdown":
        from chalicelib.vendors.markdown import render_markdown

        return render_markdown

    @cached_property
    def settings(self) -> "SettingsStore":
        from chalicelib.stores.settings.settings import DynamoSettings

        return DynamoSettings(self.connection)

    @property
    def journal(self) -> "DynamoJournal":
        return self.journal_records

    @property
    def read_journal(self) -> "ReadJournal":
        return self.journal.page

    @cached_property
    def journal_records(self) -> "DynamoJournal":
        from chalicelib.stores.events.journal import DynamoJournal

        _ = self.connection
        return DynamoJournal()

    @cached_property
    def endpoints(self) -> "EndpointStore":
        from chalicelib.stores.events.endpoints import DynamoEndpoints

        return DynamoEndpoints(self.connection)

    @cached_property
    def deliveries(self) -> "DeliveryStore":
        from chalicelib.stores.events.deliveries import DynamoDeliveries

        _ = self.connection
        return DynamoDeliveries()

    @property
    def find_owners(self) -> "FindOwners":
        from chalicelib.stores.accounts.permissions import find_owners

        _ = self.connection
        return find_owners

    @property
    def webhook_targets(self) -> tuple[str, ...]:
        return environment().webhook_targets

    @property
    def send(self) -> "Send":
        from chalicelib.vendors.webhooks import WebhookSender

        return WebhookSender(self.webhook_targets).send

    @property
    def wake_deliver(self) -> "WakeDeliver":
        from chalicelib.aws.functions import wake

        return partial(wake, environment().deliver_function)

    def encrypt_for_delivery(self, text: str, endpoint_id: str) -> bytes:
        from chalicelib.vendors.encryption import Encrypter

        return Encrypter(environment().delivery_public_key).encrypt(text, endpoint_id)

    def decrypt_for_delivery(self, encrypted: bytes, endpoint_id: str) -> str:
        return self.delivery_decrypter.decrypt(encrypted, endpoint_id)

    @cached_property
    def delivery_decrypter(self) -> "Decrypter":
        from chalicelib.aws.secret_parameter import SecretParameter
        from chalicelib.vendors.encryption import Decrypter

        return Decrypter(SecretParameter(environment().delivery_private_key_name).read)

    @cached_property
    def accounts(self) -> "AccountStore":
        from chalicelib.stores.accounts.accounts import DynamoAccounts

        return DynamoAccounts(self.connection)

    @cached_property
    def sessions(self) -> "SessionStore":
        from chalicelib.stores.accounts.sessions import DynamoSessions

        return DynamoSessions(self.connection)

    @cached_property
    def counters(self) -> "Counters":
        from chalicelib.stores.accounts.counters import DynamoCounters

        _ = self.connection
        return DynamoCounters()

    @cached_property
    def ownership(self) -> "OwnershipStore":
        from chalicelib.stores.setup.ownership import DynamoOwnership

        return DynamoOwnership(self.connection)

    @cached_property
    def schema(self) -> "DynamoSchema":
        from chalicelib.stores.setup.schema import DynamoSchema

        return DynamoSchema(self.connection)

    @property
    def read_progress(self) -> "ReadProgress":
        return self.schema.progress

    @property
    def save_progress(self) -> "SaveProgress":
        return self.schema.save

    @property
    def migrations(self) -> "Migrations":
        from chalicelib.stores.migrations import MIGRATIONS

        return MIGRATIONS

    @cached_property
    def invites(self) -> "InviteStore":
        from chalicelib.stores.invites.invites import DynamoInvites

        return DynamoInvites(self.connection)

    @cached_property
    def claims(self) -> "Claims":
        from chalicelib.stores.redemptions.claims import DynamoClaims

        return DynamoClaims(self.connection, self._encrypt)

    @cached_property
    def redemptions(self) -> "RedemptionStore":
        from chalicelib.stores.redemptions.redemptions import DynamoRedemptions

        return DynamoRedemptions(self.connection)

    @cached_property
    def tokens(self) -> "HeldTokens":
        from chalicelib.stores.accounts.held_tokens import DynamoHeldTokens

        _ = self.connection
        return DynamoHeldTokens(self._encrypt, self._decrypt)

    @cached_property
    def looks(self) -> "LookStore":
        from chalicelib.stores.access.looks import DynamoLooks

        _ = self.connection
        return DynamoLooks()

    @property
    def look_every(self) -> timedelta:
        return timedelta(seconds=environment().look_every_seconds)

    @property
    def look_apart(self) -> timedelta:
        return timedelta(seconds=environment().look_apart_seconds)

    @cached_property
    def accesses(self) -> "AccessStore":
        from chalicelib.stores.access.accesses import DynamoAccesses

        return DynamoAccesses(self.connection, self.clock)

    @property
    def keep_batch(self) -> "KeepBatch":
        from chalicelib.stores.access.batches import keep_batch

        _ = self.connection
        return keep_batch

    @property
    def find_batch(self) -> "FindBatch":
        from chalicelib.stores.access.batches import find_batch

        _ = self.connection
        return find_batch

    @property
    def note_result(self) -> "NoteResult":
        from chalicelib.stores.access.batches import note_result

        _ = self.connection
        return note_result

    @property
    def qr_records(self) -> "ImageRecords":
        return self.image_records

    @cached_property
    def image_records(self) -> "DynamoImageRecords":
        from chalicelib.stores.qr_codes.records import DynamoImageRecords

        return DynamoImageRecords(self.connection)

    @cached_property
    def qr_images(self) -> "ImageStore":
        from chalicelib.aws.images import S3Images

        return S3Images(environment().qr_bucket)

    @property
    def render(self) -> "Render":
        return _render

    @property
    def hash_password(self) -> "HashPassword":
        from chalicelib.vendors.passwords import Argon2Passwords

        return Argon2Passwords().hash

    @property
    def verify_password(self) -> "VerifyPassword":
        from chalicelib.vendors.passwords import Argon2Passwords

        return Argon2Passwords().verify

    @cached_property
    def encrypter(self) -> "Encrypter":
        from chalicelib.vendors.encryption import Encrypter

        return Encrypter(environment().tokens_public_key)

    @cached_property
    def decrypter(self) -> "Decrypter":
        from chalicelib.aws.secret_parameter import SecretParameter
        from chalicelib.vendors.encryption import Decrypter

        return Decrypter(SecretParameter(environment().tokens_private_key_name).read)

    def _encrypt(self, token: str, record_id: str) -> bytes:
        """Late, as is the reverse: the stores are used far more often without, and no function needs both."""
        return self.encrypter.encrypt(token, record_id)

    def _decrypt(self, encrypted: bytes, record_id: str) -> str:
        return self.decrypter.decrypt(encrypted, record_id)

    @property
    def queue(self) -> "WorkQueue":
        return self.work_queue

    @cached_property
    def work_queue(self) -> "SqsWorkQueue":
        from chalicelib.aws.queue import SqsWorkQueue

        return SqsWorkQueue(environment().provision_queue_url)

    @cached_property
    def dead_letters(self) -> "DeadLetters":
        from chalicelib.aws.dead_letters import DeadLetters

        return DeadLetters(environment().parking_queue_name)

    @cached_property
    def owner_token(self) -> "OwnerToken":
        from chalicelib.aws.owner_token import OwnerToken

        return OwnerToken(environment().owner_token_name)

    @property
    def keep_owner_token(self) -> "KeepOwnerToken":
        return self.owner_token.write

    @property
    def owner_token_version(self) -> "OwnerTokenVersion":
        return self.owner_token.version

    @cached_property
    def plex_person(self) -> "PlexPerson":
        from chalicelib.plexapi_client.person import PlexApiPerson

        here = environment()
        return PlexApiPerson(client_id=here.table_prefix.rstrip("-"), product="Streamarr", base_url=here.plex_base_url)

    @property
    def plex_owner(self) -> "PlexOwner":
        """Made anew for each message: no token is kept for longer."""
        from chalicelib.plexapi_client.owner import PlexApiOwner

        here = environment()
        client_id = here.table_prefix.rstrip("-")
        return PlexApiOwner(token=self.owner_token.read, client_id=client_id, base_url=here.plex_base_url)


def _render(link: str, format_: "Format") -> bytes:
    from chalicelib.vendors.qr_rendering import render

    return render(link, format_)


ports = Ports()


def use(case: type[UseCase]) -> UseCase:
    """That use case, with the product's ports."""
    return ports.use(case)


def now() -> datetime:
    return ports.clock()


def warm_up() -> None:
    """Have the tables' client at hand while Lambda starts a sandbox: until then it has a whole processor, afterwards
    the part that its memory is worth. Asks nothing of AWS.
    """
    _ = ports.connection


def chores(now: datetime) -> "dict[str, Iterator[Batch]]":
    """What is swept every few minutes, of all that is due by ``now``."""
    from chalicelib.access.aligning import ResendingWork
    from chalicelib.access.closing import ClosingEnded
    from chalicelib.access.ending import EndingMemberships, Reminding
    from chalicelib.access.looking import SchedulingLooks
    from chalicelib.accounts.trials import EndingTrials
    from chalicelib.common.sweeping import remove_expired
    from chalicelib.events.delivering import WakingOverdue
    from chalicelib.invites.expiring import MovingExpiredInvites
    from chalicelib.setup.libraries import RefreshingDaily
    from chalicelib.setup.migrating import Migrating
    from chalicelib.stores.accounts.held_tokens import HeldTokenModel
    from chalicelib.stores.accounts.records import SignInModel
    from chalicelib.stores.database.expired import ExpiredRecords
    from chalicelib.stores.qr_codes.records import QrImageModel

    _ = ports.connection
    settings = cache(ports.settings.get)

    def expired(model: Any, *key: str) -> "Iterator[Batch]":
        records = ExpiredRecords(model, *key)
        return remove_expired(records.due, records.drop, now=now)

    def forget(key: "Key", _: datetime) -> bool:
        """By the one function that can decrypt them, and sign them out."""
        ports.queue.forget_tokens(key[0], only_expired=True)
        return True

    return {
        "stuck_work": use(ResendingWork).sweep(now=now),
        "looks": use(SchedulingLooks).sweep(now=now),
        "migrations": use(Migrating).sweep(),
        "expired_invites": use(MovingExpiredInvites).sweep(now=now),
        "ended_memberships": use(EndingMemberships).sweep(settings, now=now),
        "closed_memberships": use(ClosingEnded).sweep(settings, now=now),
        "reminders": use(Reminding).sweep(settings, now=now),
        "daily_libraries": use(RefreshingDaily).sweep(settings, now=now),
        "ended_trials": use(EndingTrials).sweep(now=now),
        "overdue_deliveries": use(WakingOverdue).sweep(now=now),
        "due_images": expired(QrImageModel, "code", "object_key"),
        "spent_tokens": remove_expired(ExpiredRecords(HeldTokenModel, "key").due, forget, now=now),
        "spent_sign_ins": expired(SignInModel, "id"),
    }
