"""Invites as they are stored in DynamoDB."""

from typing import Any, Literal

import msgspec
from pynamodb.attributes import BooleanAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.models import Model

from chalicelib.common.people import Person
from chalicelib.common.records import field_names
from chalicelib.common.terms import Term
from chalicelib.invites.model import Invite, LibraryChoice, Redeemer
from chalicelib.plex.filters import Filters
from chalicelib.plex.model import Features
from chalicelib.stores.database.attributes import Moment, Texts, Typed
from chalicelib.stores.invites.indexes import (
    InvitesByCreator,
    InvitesByCreatorAndStatus,
    InvitesByFoldedCode,
    InvitesByStatus,
    InvitesDue,
    InvitesNewest,
    places,
)

REDEEMERS_SHOWN = 5


class InviteModel(Model):
    """``redeemers``: redemption id to a Redeemer as JSON, of the first few: what lists show without another read."""

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
    access_for = Typed[Term](Term, null=True)
    filters = Typed[Filters](Filters, default=())
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
    folded_code = UnicodeAttribute(null=True)
    due = InvitesDue()
    by_folded_code = InvitesByFoldedCode()


def invite_record(invite: Invite) -> InviteModel:
    """A new invite's; afterwards it is only ever updated."""
    return InviteModel(**facts_of(invite), redeemers={}, **places(invite, invite.status(invite.created_at)))


def facts_of(invite: Invite) -> dict[str, Any]:
    """All but who redeemed it, which claims alone write."""
    return {each: getattr(invite, each) for each in field_names(invite) if each != "redeemers"}


def read_invite(record: InviteModel) -> Invite:
    stored = {each: getattr(record, each) for each in field_names(Invite)}
    return Invite(**stored | {"redeemers": _redeemers(record)})


def read_living(record: InviteModel | None) -> Invite | None:
    """The invite, None when there is none (any more): a deleted one is there for its history only."""
    return read_invite(record) if record and record.deleted_at is None else None


def redeemer_text(redeemer: Redeemer) -> str:
    return msgspec.json.encode(redeemer).decode()


def _redeemers(record: InviteModel) -> tuple[Redeemer, ...]:
    read = [msgspec.json.decode(text, type=Redeemer) for text in record.redeemers.values()]
    return tuple(sorted(read, key=lambda redeemer: redeemer.at, reverse=True)[:REDEEMERS_SHOWN])
