"""The settings as they are stored in DynamoDB."""

from typing import ClassVar, Literal

from pynamodb.attributes import BooleanAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.models import Model

from chalicelib.common.records import field_names
from chalicelib.plex.model import Features, Library, SectionIds, Server
from chalicelib.settings.model import OnDifference, Quota, Refresh, Settings, Trial
from chalicelib.stores.database.attributes import Typed


class SettingsModel(Model):
    """One record, ``ID``: every request that needs settings reads this and nothing more.

    ``schema_version`` and ``migration_cursor`` are no settings: stores/setup/schema.py writes them.
    """

    class Meta:
        table_name = "settings"

    ID: ClassVar[str] = "settings"

    id = UnicodeAttribute(hash_key=True)
    signup_enabled = BooleanAttribute()
    application_url = UnicodeAttribute()
    application_title = UnicodeAttribute()
    dashboard_url = UnicodeAttribute(null=True)
    time_zone = UnicodeAttribute(null=True)
    local_signin_enabled = BooleanAttribute()
    new_plex_signin_enabled = BooleanAttribute()
    default_permissions = Typed[frozenset[str]](frozenset[str])
    default_quota = Typed[Quota](Quota)
    default_features = Typed[Features](Features)
    enabled_libraries = Typed[SectionIds | Literal["all"]](tuple[str, ...] | Literal["all"])
    default_libraries = Typed[SectionIds | Literal["all"]](tuple[str, ...] | Literal["all"])
    trial = Typed[Trial](Trial)
    seat_limit = NumberAttribute(default=100)
    reminders = Typed[tuple[int, ...]](tuple[int, ...], default=(30, 7, 1))
    grace_days = NumberAttribute(default=0)
    close_after_days = NumberAttribute(null=True)
    welcome_text = UnicodeAttribute(default="")
    welcome_html = UnicodeAttribute(default="")
    on_difference = Typed[OnDifference](OnDifference, null=True)
    server = Typed[Server](Server, null=True)
    libraries = Typed[tuple[Library, ...]](tuple[Library, ...])
    libraries_refresh = Typed[Refresh](Refresh, null=True)
    version = NumberAttribute()
    schema_version = NumberAttribute(null=True)
    migration_cursor = UnicodeAttribute(null=True)


def settings_record(settings: Settings) -> SettingsModel:
    return SettingsModel(id=SettingsModel.ID, **{each: getattr(settings, each) for each in field_names(settings)})


def read_settings(record: SettingsModel | None) -> Settings:
    """The stored settings; the defaults (sign-up off, no server) while nothing is stored."""
    if record is None:
        return Settings()
    stored = {each: getattr(record, each) for each in field_names(Settings)}
    values = {name: value for name, value in stored.items() if value is not None}
    return Settings(**values | {"version": int(record.version or 0)})
