"""Which entries of the journal are events for others, by which name, and who may hear them."""

import re

from chalicelib.common.people import Actor, Permission
from chalicelib.events.model import Entry

VERSION = 1
"""Of the events' form: it gains fields, or becomes another version."""

NAMES: dict[tuple[str, str], str] = {
    ("invite", "created"): "invite.created",
    ("invite", "changed"): "invite.changed",
    ("invite", "switched on"): "invite.switched_on",
    ("invite", "switched off"): "invite.switched_off",
    ("invite", "deleted"): "invite.deleted",
    ("redemption", "claimed"): "redemption.claimed",
    ("redemption", "done"): "redemption.done",
    ("redemption", "needs attention"): "redemption.needs_attention",
    ("redemption", "failed"): "redemption.failed",
    ("user", "changed"): "member.changed",
    ("user", "adopted"): "member.adopted",
    ("user", "closed"): "member.closed",
    ("user", "left"): "member.left",
    ("user", "trial ended"): "trial.ended",
    ("user", "access changed"): "access.changed",
    ("user", "access restored"): "access.mended",
    ("user", "access accepted"): "access.changed",
    ("user", "access suspended"): "access.suspended",
    ("user", "access resumed"): "access.resumed",
    ("user", "access extended"): "access.extended",
    ("user", "access ended"): "access.closed",
    ("user", "reminded"): "access.ending",
    ("user", "asked for more time"): "extension.requested",
    ("user", "more time refused"): "extension.refused",
    ("settings", "changed"): "settings.changed",
    ("endpoint", "created"): "endpoint.created",
    ("endpoint", "changed"): "endpoint.changed",
    ("endpoint", "deleted"): "endpoint.deleted",
    ("endpoint", "switched off"): "endpoint.switched_off",
    ("key", "created"): "key.created",
    ("key", "deleted"): "key.deleted",
}
"""By the kind of their subject and their action. What is not here is for the journal alone: sign-ins, for example."""

TEST = "endpoint.tested"
"""What a test sends, to its own endpoint alone."""

TYPES = tuple(sorted({*NAMES.values(), TEST}))

_PATTERN = re.compile(r"\*|[a-z_]+\.(\*|[a-z_]+)")

_HEARD_BY: dict[str, tuple[Permission, ...]] = {
    "invite": (Permission.MANAGE_INVITES,),
    "redemption": (Permission.MANAGE_INVITES, Permission.MANAGE_USERS),
    "member": (Permission.MANAGE_USERS,),
    "trial": (Permission.MANAGE_USERS,),
    "access": (Permission.MANAGE_USERS,),
    "extension": (Permission.MANAGE_USERS,),
}
"""By how an event's name begins. All others are for admins."""

_OF_ONES_OWN = {"invite", "redemption"}
"""Heard by the invite's creator, too."""


def name_of(entry: Entry) -> str | None:
    """The event's name; None: it is told to no one else."""
    return NAMES.get((entry.subject.partition("#")[0], entry.action))


def is_pattern(text: str) -> bool:
    """Whether it chooses at least one event: ``*``, ``invite.*`` or ``invite.created``."""
    return bool(_PATTERN.fullmatch(text)) and any(fits(text, each) for each in TYPES)


def fits(pattern: str, name: str) -> bool:
    return pattern in ("*", name) or (pattern.endswith(".*") and name.startswith(pattern[:-1]))


def may_hear(person: Actor, name: str, creator: str | None) -> bool:
    """Whether this person may hear that event now; ``creator`` made the invite that it is about."""
    kind = name.partition(".")[0]
    if kind in _OF_ONES_OWN and creator == person.id:
        return True
    return person.may(*_HEARD_BY.get(kind, (Permission.ADMIN,)))
