"""What an admin decides about the house."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from chalicelib.domain.audit import Entry, Facts, difference
from chalicelib.domain.furnishing import must_be_sound
from chalicelib.domain.refusals import SettingsOutOfDate, TryAgain
from chalicelib.domain.settings import Settings
from chalicelib.domain.users import User
from chalicelib.ports import Contention, NewId, OutOfDate, SettingsStore

_TRIES_AGAINST_OTHERS = 5


def change(
    wanted: Callable[[Settings], Settings],
    *,
    version: int | None,
    by: User,
    settings: SettingsStore,
    facts: Callable[[Settings], Facts],
    new_id: NewId,
    now: datetime,
) -> Settings:
    """Save what an admin decides; ``facts`` gives the settings as the audit trail shows them.

    ``version`` is that of the settings which the decision was made from; None lays it over whatever is there now,
    which loses nobody else's change of another field. Raises SettingsOutOfDate (naming the version that is),
    BadInput, SetupIncomplete, TryAgain.
    """
    for _ in range(_TRIES_AGAINST_OTHERS):
        was = settings.get()
        if version not in (None, was.version):
            raise _out_of_date(was)
        changed = wanted(was)
        must_be_sound(changed, was=was)
        if changed == was:
            return was
        try:
            return _saved(replace(changed, version=was.version + 1), was, by, settings, facts, new_id(), now)
        except OutOfDate:
            continue
        except Contention as error:
            raise TryAgain from error
    raise TryAgain


def _saved(
    changed: Settings,
    was: Settings,
    by: User,
    settings: SettingsStore,
    facts: Callable[[Settings], Facts],
    id_: str,
    now: datetime,
) -> Settings:
    before, after = difference(facts(was), facts(changed))
    entry = Entry(id=id_, subject="settings", action="changed", by=by.person, at=now, before=before, after=after)
    settings.save(changed, entry, over=was.version)
    return changed


def _out_of_date(current: Settings) -> SettingsOutOfDate:
    return SettingsOutOfDate(
        f"The settings were changed meanwhile: they are at version {current.version}. Read them again, then save.",
        field="version",
    )
