"""Stores' tests are about a year that no list of the shared stack has reached; other tests are to find none of it."""

from datetime import UTC, datetime, timedelta
from typing import Any

A_WHILE = timedelta(days=100)


def remove_what_is_to_come() -> None:
    """Accounts, invites, redemptions, accesses and entries of a time that lies more than A_WHILE ahead."""
    from chalicelib.stores.access.records import AccessModel
    from chalicelib.stores.accounts.records import UserModel
    from chalicelib.stores.events.journal import JournalModel
    from chalicelib.stores.invites.records import InviteModel
    from chalicelib.stores.redemptions.records import RedemptionModel

    soon = datetime.now(UTC) + A_WHILE
    models: tuple[Any, ...] = (UserModel, InviteModel, RedemptionModel)
    for model in models:
        for record in model.scan():
            if getattr(record, "record", record).created_at > soon:
                record.delete()
    for entry in JournalModel.scan():
        if entry.record.at > soon:
            entry.delete()
    for access in AccessModel.scan(AccessModel.written_at.exists()):
        if access.done.watched_until > soon:
            access.delete()
