"""Where lists find invites. All of them keep what was made last at the top, and forget what is deleted.

``status_hint`` is the status as of the last write. Expiry alone moves by itself: an expired invite stays
under its old status, and in ``due``, until the sweep moves it. Readers check against the facts.
"""

from typing import Any

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex, KeysOnlyProjection

from chalicelib.common.times import order_key
from chalicelib.invites.model import Invite, Status

ALL = "invites"
EXPIRY = "expiry"
_PLACES = ("listed", "creator_id", "order", "status_hint", "creator_status", "due_kind", "due_at", "folded_code")


class InvitesNewest(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call]  # PynamoDB
    class Meta:
        index_name = "newest"
        projection = AllProjection()

    listed = UnicodeAttribute(hash_key=True)
    order = UnicodeAttribute(range_key=True)


class InvitesByCreator(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call]  # PynamoDB
    class Meta:
        index_name = "by_creator"
        projection = AllProjection()

    creator_id = UnicodeAttribute(hash_key=True)
    order = UnicodeAttribute(range_key=True)


class InvitesByStatus(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call]  # PynamoDB
    class Meta:
        index_name = "by_status"
        projection = AllProjection()

    status_hint = UnicodeAttribute(hash_key=True)
    order = UnicodeAttribute(range_key=True)


class InvitesByCreatorAndStatus(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call]  # PynamoDB
    class Meta:
        index_name = "by_creator_and_status"
        projection = AllProjection()

    creator_status = UnicodeAttribute(hash_key=True)
    order = UnicodeAttribute(range_key=True)


class InvitesDue(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call]  # PynamoDB
    class Meta:
        index_name = "due"
        projection = AllProjection()

    due_kind = UnicodeAttribute(hash_key=True)
    due_at = NumberAttribute(range_key=True)


class InvitesByFoldedCode(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call]  # PynamoDB
    """Asked only for a code that is not found, to tell that its capital letters are wrong."""

    class Meta:
        index_name = "by_folded_code"
        projection = KeysOnlyProjection()

    folded_code = UnicodeAttribute(hash_key=True)


def places(invite: Invite, status: Status) -> dict[str, Any]:
    """The attributes under which lists find an invite; None is to be absent."""
    if invite.deleted_at:
        return dict.fromkeys(_PLACES)
    waits_for = invite.expires_at if status in (Status.ACTIVE, Status.INACTIVE) else None
    return {
        "listed": ALL,
        "creator_id": invite.created_by.id,
        "order": order_key(invite.created_at, invite.code),
        "status_hint": status.value,
        "creator_status": creator_status(invite.created_by.id, status),
        "due_kind": EXPIRY if waits_for else None,
        "due_at": waits_for.timestamp() if waits_for else None,
        "folded_code": invite.code.lower(),
    }


def creator_status(creator_id: str, status: Status) -> str:
    return f"{creator_id}#{status.value}"
