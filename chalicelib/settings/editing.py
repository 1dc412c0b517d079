"""What admins decide: read and changed."""

from collections.abc import Callable
from datetime import datetime

from chalicelib.common.people import Actor, Permission, edited_permissions, known_permissions
from chalicelib.common.ports import NewId
from chalicelib.common.records import asdict, dataclass, replace
from chalicelib.common.refusals import BadInput, SettingsOutOfDate
from chalicelib.common.retrying import until_written
from chalicelib.events.model import SETTINGS, Facts, change_entry
from chalicelib.plex.model import SectionIds
from chalicelib.settings.model import LONGEST_WELCOME_HTML, Settings
from chalicelib.settings.ports import RenderMarkdown, SettingsStore
from chalicelib.settings.rules import must_be_sound


@dataclass(frozen=True, slots=True)
class EditingSettings:
    settings: SettingsStore
    render_markdown: RenderMarkdown
    new_id: NewId

    def show(self, settings: Settings, *, by: Actor) -> Facts:
        """The settings as admins see them, of a reading made already. Raises NotAllowed."""
        by.must(Permission.ADMIN)
        return facts(settings)

    def change(self, wanted: Callable[[Settings], Settings], *, version: int | None, by: Actor, now: datetime) -> Facts:
        """Save what an admin decides; gives the settings as they are then.

        ``version`` is that of the settings which the decision was made from; None applies it to the present ones,
        which loses no one else's change of another field. Raises NotAllowed, SettingsOutOfDate (naming the present
        version), BadInput, SetupIncomplete, TryAgain.
        """
        by.must(Permission.ADMIN)
        return facts(until_written(lambda: self._change(wanted, version, by, now)))

    def _change(
        self, wanted: Callable[[Settings], Settings], version: int | None, by: Actor, now: datetime
    ) -> Settings:
        was = self.settings.get()
        if version not in (None, was.version):
            raise SettingsOutOfDate(field="version", version=was.version)
        changed = wanted(was)
        permissions = edited_permissions(was.default_permissions, changed.default_permissions)
        changed = replace(changed, default_permissions=permissions, welcome_html=self._welcome_html(changed, was))
        must_be_sound(changed, was=was)
        if changed == was:
            return was
        changed = replace(changed, version=was.version + 1)
        entry = change_entry(
            self.new_id(), SETTINGS, "changed", by=by.person, now=now, before=facts(was), after=facts(changed)
        )
        self.settings.save(changed, entry, over=was)
        return changed

    def _welcome_html(self, changed: Settings, was: Settings) -> str:
        """Made once. Raises BadInput where it comes to too much."""
        if changed.welcome_text == was.welcome_text:
            return was.welcome_html
        html = self.render_markdown(changed.welcome_text)
        if len(html) > LONGEST_WELCOME_HTML:
            raise BadInput("welcome_text", field="welcome_text")
        return html


def facts(settings: Settings) -> Facts:
    """The settings as the HTTP contract and the journal show them."""
    features, quota, trial = settings.default_features, settings.default_quota, settings.trial
    return {
        "signup_enabled": settings.signup_enabled,
        "application_url": settings.application_url,
        "application_title": settings.application_title,
        "dashboard_url": settings.dashboard_url,
        "time_zone": settings.time_zone,
        "local_signin_enabled": settings.local_signin_enabled,
        "new_plex_signin_enabled": settings.new_plex_signin_enabled,
        "default_permissions": known_permissions(settings.default_permissions),
        "default_quota": {"limit": quota.limit, "days": quota.days},
        "default_features": {
            "downloads": features.downloads,
            "live_tv": features.live_tv,
            "plex_home": features.plex_home,
        },
        "enabled_libraries": _listed(settings.enabled_libraries),
        "default_libraries": _listed(settings.default_libraries),
        "trial": {"enabled": trial.enabled, "days": trial.days, "outcome": trial.outcome.value},
        "on_difference": {name: policy.value for name, policy in asdict(settings.on_difference).items()},
        "seat_limit": settings.seat_limit,
        "reminders": list(settings.reminders),
        "grace_days": settings.grace_days,
        "close_after_days": settings.close_after_days,
        "welcome_text": settings.welcome_text,
        "version": settings.version,
    }


def choices(settings: Settings) -> Facts:
    """Which libraries are chosen, as ``facts`` has it."""
    return {name: facts(settings)[name] for name in ("enabled_libraries", "default_libraries")}


def _listed(chosen: SectionIds | str) -> list[str] | str:
    return chosen if isinstance(chosen, str) else list(chosen)
