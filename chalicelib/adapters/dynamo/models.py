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

from chalicelib.adapters.dynamo.attributes import Moment, Texts, Typed
from chalicelib.adapters.dynamo.invite_indexes import (
    InvitesByCreator,
    InvitesByCreatorAndStatus,
    InvitesByStatus,
    InvitesDue,
    InvitesNewest,
)
from chalicelib.adapters.dynamo.overdue import BY_TTL, Due
from chalicelib.domain.invites import LibraryChoice
from chalicelib.domain.quotas import Quota
from chalicelib.domain.redemptions import Redemption
from chalicelib.domain.settings import Features, Library, LibraryIds, Refresh, Server, Trial
from chalicelib.domain.users import Permission, Person


class RedemptionsByCode(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call]  # PynamoDB
    class Meta:
        index_name = "by_code"
        projection = AllProjection()

    code = UnicodeAttribute(hash_key=True)
    order = UnicodeAttribute(range_key=True)


class RedemptionsByState(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call]  # PynamoDB
    class Meta:
        index_name = "by_state"
        projection = AllProjection()

    state = UnicodeAttribute(hash_key=True)
    order = UnicodeAttribute(range_key=True)


class RedemptionsDue(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call]  # PynamoDB
    class Meta:
        index_name = "due"
        projection = KeysOnlyProjection()

    due_kind = UnicodeAttribute(hash_key=True)
    due_at = NumberAttribute(range_key=True)


class UsersByState(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call]  # PynamoDB
    class Meta:
        index_name = "by_state"
        projection = AllProjection()

    state = UnicodeAttribute(hash_key=True)
    order = UnicodeAttribute(range_key=True)


class UsersOnTrial(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call]  # PynamoDB
    class Meta:
        index_name = "trials"
        projection = AllProjection()

    state = UnicodeAttribute(hash_key=True)
    trial_ends_at = Moment(range_key=True)


class InviteModel(Model):
    """``redeemers``: redemption id to a Redeemer as JSON, of the first few; what lists show without asking further."""

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
    locked = BooleanAttribute(default=False)
    redeemers = Texts(default=dict)
    deleted_at = Moment(null=True)
    listed = UnicodeAttribute(null=True)
    creator_id = UnicodeAttribute(null=True)
    order = UnicodeAttribute(null=True)
    status_hint = UnicodeAttribute(null=True)
    creator_status = UnicodeAttribute(null=True)
    due_kind = UnicodeAttribute(null=True)
    due_at = NumberAttribute(null=True)
    newest = InvitesNewest()
    by_creator = InvitesByCreator()
    by_status = InvitesByStatus()
    by_creator_and_status = InvitesByCreatorAndStatus()
    due = InvitesDue()


class UserModel(Model):
    """``signed_out_at``: sessions begun until then do not count any more."""

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
    quota = Typed[Quota](Quota, null=True)
    signed_out_at = Moment(null=True)
    order = UnicodeAttribute()
    by_state = UsersByState()
    trials = UsersOnTrial()


class IdentityModel(Model):
    """Who holds a Plex id or an e-mail address: its existence is the uniqueness.

    ``password_hash`` lies with the e-mail address that it is asked together with, and goes when that goes.
    """

    class Meta:
        table_name = "identities"

    id = UnicodeAttribute(hash_key=True)
    user_id = UnicodeAttribute()
    password_hash = UnicodeAttribute(null=True)


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
    by_state = RedemptionsByState()
    due = RedemptionsDue()


class HeldTokenModel(Model):
    class Meta:
        table_name = "held_tokens"

    redemption_id = UnicodeAttribute(hash_key=True)
    sealed = BinaryAttribute(legacy_encoding=False)
    expires_at = TTLAttribute()
    due_kind = UnicodeAttribute(default=BY_TTL)
    due = Due()


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
    purpose = UnicodeAttribute()
    code = UnicodeAttribute(null=True)
    pin_id = UnicodeAttribute()
    browser_hash = UnicodeAttribute()
    created_at = Moment()
    expires_at = TTLAttribute()
    redemption_id = UnicodeAttribute(null=True)
    user_id = UnicodeAttribute(null=True)
    due_kind = UnicodeAttribute(default=BY_TTL)
    due = Due()


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
    libraries_refresh = Typed[Refresh](Refresh, null=True)
    version = NumberAttribute()
