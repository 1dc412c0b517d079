"""The tables as PynamoDB sees them: one per entity, named ``<app>-<stage>-<entity>`` (infra/template.yaml)."""

from typing import Any, ClassVar, Literal

from pynamodb.attributes import (
    BinaryAttribute,
    BooleanAttribute,
    NumberAttribute,
    TTLAttribute,
    UnicodeAttribute,
)
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex, KeysOnlyProjection
from pynamodb.models import Model

from chalicelib.adapters.dynamo.attributes import Moment, Typed
from chalicelib.domain.invites import LibraryChoice
from chalicelib.domain.redemptions import Redemption
from chalicelib.domain.settings import Features, Library, LibraryIds, Quota, Server, Trial
from chalicelib.domain.users import Permission, Person


class RedemptionsByCode(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call]  # PynamoDB
    class Meta:
        index_name = "by_code"
        projection = AllProjection()

    code = UnicodeAttribute(hash_key=True)
    order = UnicodeAttribute(range_key=True)


class RedemptionsDue(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call]  # PynamoDB
    class Meta:
        index_name = "due"
        projection = KeysOnlyProjection()

    due_kind = UnicodeAttribute(hash_key=True)
    due_at = NumberAttribute(range_key=True)


class InviteModel(Model):
    class Meta:
        table_name = "invites"

    code = UnicodeAttribute(hash_key=True)
    created_by = Typed[Person](Person)
    created_at = Moment()
    updated_at = Moment()
    enabled = BooleanAttribute()
    uses = NumberAttribute()
    usage_limit = NumberAttribute(null=True)
    expires_at = Moment(null=True)
    libraries = Typed[LibraryChoice](tuple[str, ...] | Literal["default", "all"])
    features = Typed[Features](Features)
    note = UnicodeAttribute(null=True)
    edition = NumberAttribute()
    creator_id = UnicodeAttribute()
    month = UnicodeAttribute()
    order = UnicodeAttribute()


class UserModel(Model):
    class Meta:
        table_name = "users"

    id = UnicodeAttribute(hash_key=True)
    name = UnicodeAttribute()
    email = UnicodeAttribute(null=True)
    kind = UnicodeAttribute()
    plex_id = NumberAttribute(null=True)
    permissions = Typed[frozenset[Permission]](frozenset[Permission])
    state = UnicodeAttribute()
    created_at = Moment()
    trial_ends_at = Moment(null=True)
    invited_by = Typed[Person](Person, null=True)
    redemption_id = UnicodeAttribute(null=True)
    order = UnicodeAttribute()


class IdentityModel(Model):
    """Who holds a Plex id or an e-mail address: its existence is the uniqueness."""

    class Meta:
        table_name = "identities"

    id = UnicodeAttribute(hash_key=True)
    user_id = UnicodeAttribute()


class RedemptionModel(Model):
    """``record`` is the redemption; the rest is what conditions and indexes need of it."""

    class Meta:
        table_name = "redemptions"

    id = UnicodeAttribute(hash_key=True)
    record = Typed[Redemption](Redemption)
    version = NumberAttribute()
    code = UnicodeAttribute()
    state = UnicodeAttribute()
    order = UnicodeAttribute()
    due_kind = UnicodeAttribute(null=True)
    due_at = NumberAttribute(null=True)
    by_code = RedemptionsByCode()
    due = RedemptionsDue()


class HeldTokenModel(Model):
    class Meta:
        table_name = "held_tokens"

    redemption_id = UnicodeAttribute(hash_key=True)
    sealed = BinaryAttribute(legacy_encoding=False)
    expires_at = TTLAttribute()


class SessionModel(Model):
    class Meta:
        table_name = "sessions"

    token_hash = UnicodeAttribute(hash_key=True)
    user_id = UnicodeAttribute()
    created_at = Moment()
    expires_at = TTLAttribute()
    redemption_id = UnicodeAttribute(null=True)


class SignInModel(Model):
    class Meta:
        table_name = "sign_ins"

    id = UnicodeAttribute(hash_key=True)
    code = UnicodeAttribute()
    pin_id = UnicodeAttribute()
    browser_hash = UnicodeAttribute()
    created_at = Moment()
    expires_at = TTLAttribute()
    redemption_id = UnicodeAttribute(null=True)
    user_id = UnicodeAttribute(null=True)


class SettingsModel(Model):
    """One record, ``ID``: every request that needs settings reads this and nothing more."""

    class Meta:
        table_name = "settings"

    ID: ClassVar[str] = "settings"

    id = UnicodeAttribute(hash_key=True)
    signup_enabled = BooleanAttribute()
    application_url = UnicodeAttribute()
    application_title = UnicodeAttribute()
    dashboard_url = UnicodeAttribute(null=True)
    local_signin_enabled = BooleanAttribute()
    new_plex_signin_enabled = BooleanAttribute()
    default_permissions = Typed[frozenset[Permission]](frozenset[Permission])
    default_quota = Typed[Quota](Quota)
    default_features = Typed[Features](Features)
    enabled_libraries = Typed[LibraryIds | Literal["all"]](tuple[str, ...] | Literal["all"])
    default_libraries = Typed[LibraryIds | Literal["all"]](tuple[str, ...] | Literal["all"])
    trial = Typed[Trial](Trial)
    server = Typed[Server](Server, null=True)
    libraries = Typed[tuple[Library, ...]](tuple[Library, ...])
    version = NumberAttribute()


class QrImageModel(Model):
    """Owns an object in S3: when this record goes, the object goes (chalicelib/usecases/tidying.py)."""

    class Meta:
        table_name = "qr_images"

    code = UnicodeAttribute(hash_key=True)
    object_key = UnicodeAttribute(range_key=True)
    expires_at = TTLAttribute(null=True)
