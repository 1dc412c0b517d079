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


def change(
    wanted: Callable[[Settings], Settings],
    *,
    version: int,
    by: User,
    settings: SettingsStore,
    facts: Callable[[Settings], Facts],
    new_id: NewId,
    now: datetime,
) -> Settings:
    """Save what an admin decides, made from that version; ``facts`` gives the settings as the audit trail shows them.

    Raises SettingsOutOfDate (naming the version that is), BadInput, SetupIncomplete, TryAgain.
    """
    was = settings.get()
    if version != was.version:
        raise _out_of_date(was)
    changed = wanted(was)
    must_be_sound(changed, was=was)
    if changed == was:
        return was
    changed = replace(changed, version=was.version + 1)
    before, after = difference(facts(was), facts(changed))
    entry = Entry(id=new_id(), subject="settings", action="changed", by=by.person, at=now, before=before, after=after)
    try:
        settings.save(changed, entry, over=was.version)
    except OutOfDate as error:
        raise _out_of_date(settings.get()) from error
    except Contention as error:
        raise TryAgain from error
    return changed


def _out_of_date(current: Settings) -> SettingsOutOfDate:
    return SettingsOutOfDate(
        f"The settings were changed meanwhile: they are at version {current.version}. Read them again, then save.",
        field="version",
    )
