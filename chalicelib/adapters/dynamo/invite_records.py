"""Invites to records and back."""

from dataclasses import fields
from typing import Any

import msgspec

from chalicelib.adapters.dynamo.invite_indexes import places
from chalicelib.adapters.dynamo.models import InviteModel
from chalicelib.domain.invites import Invite, Redeemer

REDEEMERS_SHOWN = 5


def invite_record(invite: Invite) -> InviteModel:
    """A new invite's; afterwards it is only ever updated."""
    return InviteModel(**facts_of(invite), redeemers={}, **places(invite, invite.status(invite.created_at)))


def facts_of(invite: Invite) -> dict[str, Any]:
    """All but who redeemed it, which claims alone write."""
    return {each.name: getattr(invite, each.name) for each in fields(invite) if each.name != "redeemers"}


def invite_of(record: InviteModel) -> Invite:
    return Invite(
        code=record.code,
        created_by=record.created_by,
        created_at=record.created_at,
        updated_at=record.updated_at,
        enabled=record.enabled,
        uses=int(record.uses),
        usage_limit=None if record.usage_limit is None else int(record.usage_limit),
        expires_at=record.expires_at,
        libraries=record.libraries,
        features=record.features,
        note=record.note,
        edition=int(record.edition),
        locked=record.locked,
        redeemers=_redeemers(record),
        deleted_at=record.deleted_at,
    )


def living(record: InviteModel | None) -> Invite | None:
    """The invite, None when there is none (any more): a deleted one is there for its history only."""
    return invite_of(record) if record and record.deleted_at is None else None


def redeemer_text(redeemer: Redeemer) -> str:
    return msgspec.json.encode(redeemer).decode()


def _redeemers(record: InviteModel) -> tuple[Redeemer, ...]:
    read = [msgspec.json.decode(text, type=Redeemer) for text in record.redeemers.values()]
    return tuple(sorted(read, key=lambda redeemer: redeemer.at, reverse=True)[:REDEEMERS_SHOWN])
