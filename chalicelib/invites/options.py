"""What people decide about an invite: one set of options, for making it and for changing it."""

from collections.abc import Mapping
from datetime import datetime

from chalicelib.accounts.model import User
from chalicelib.common.people import Permission
from chalicelib.common.records import asdict, dataclass, field, replace
from chalicelib.common.refusals import BadInput
from chalicelib.common.terms import Term
from chalicelib.common.times import Unit, iso, later
from chalicelib.events.model import Facts
from chalicelib.invites.model import Invite, LibraryChoice, clean_note
from chalicelib.plex.restrictions import Restriction, choose_restrictions, read_restrictions, with_restrictions
from chalicelib.settings.model import Settings

ADVANCED = (Permission.ADVANCED_INVITES, Permission.MANAGE_INVITES)
FEATURES = ("downloads", "live_tv", "plex_home")
_ADVANCED_FIELDS = frozenset(
    {"usage_limit", "expires_at", "expires_in", "libraries", "restrictions", "access_for", *FEATURES}
)


@dataclass(frozen=True, slots=True)
class Expiry:
    """So many days, weeks or calendar months from now."""

    value: int
    unit: Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class InviteOptions:
    """What a request says of an invite: the fields in ``named``, and no others."""

    usage_limit: int | None = 1
    expires_at: datetime | None = None
    expires_in: Expiry | None = None
    libraries: LibraryChoice = "default"
    downloads: bool = False
    live_tv: bool = False
    plex_home: bool = False
    restrictions: Mapping[str, Restriction] | None = None
    access_for: Term | None = None
    note: str | None = None
    enabled: bool = True
    named: frozenset[str] = field(default_factory=frozenset)

    def apply(self, invite: Invite, *, by: User, settings: Settings, now: datetime) -> Invite:
        """The invite with these options. Raises NotAllowed (naming an advanced field that ``by`` may not change),
        LimitBelowUses, BadInput, NeedsPlexPass.
        """
        for name in sorted(self.named & _ADVANCED_FIELDS):
            if not self._changes_nothing(invite, name):
                by.must(*ADVANCED, field=name)
        invite = self._with_features(self._with_expiry(invite, settings, now))
        if "usage_limit" in self.named:
            invite = invite.with_limit(self.usage_limit)
        if "libraries" in self.named and self.libraries != invite.libraries:
            invite = replace(invite, libraries=_enabled(self.libraries, settings))
        if "restrictions" in self.named:
            chosen, lacking = self.restrictions or {}, settings.lacks_plex_pass
            invite = replace(invite, filters=choose_restrictions(invite.filters, chosen, lacks_plex_pass=lacking))
        if "access_for" in self.named and self.access_for != invite.access_for:
            invite = replace(invite, access_for=_must_be_ahead(self.access_for, settings, now))
        if "note" in self.named:
            invite = replace(invite, note=clean_note(self.note))
        return invite.switched(on=self.enabled, by=by) if "enabled" in self.named else invite

    def _changes_nothing(self, invite: Invite, name: str) -> bool:
        """Whether the field is given as it is already: naming it so is no offence."""
        if name == "expires_in":
            return self.expires_in is None and invite.expires_at is None
        if name == "restrictions":
            return with_restrictions(invite.filters, self.restrictions or {}) == invite.filters
        present = getattr(invite.features if name in FEATURES else invite, name)
        return bool(getattr(self, name) == present)

    def _with_expiry(self, invite: Invite, settings: Settings, now: datetime) -> Invite:
        if {"expires_at", "expires_in"} <= self.named:
            raise BadInput("two_expiries", field="expires_in")
        if "expires_in" in self.named:
            expiry = self.expires_in
            ends_at = later(now, expiry.value, expiry.unit, settings.zone) if expiry else None
            return replace(invite, expires_at=ends_at)
        if "expires_at" not in self.named or self.expires_at == invite.expires_at:
            return invite
        if self.expires_at and self.expires_at <= now:
            raise BadInput("past", field="expires_at")
        return replace(invite, expires_at=self.expires_at)

    def _with_features(self, invite: Invite) -> Invite:
        given = {name: getattr(self, name) for name in FEATURES if name in self.named}
        return replace(invite, features=replace(invite.features, **given))


def option_facts(invite: Invite) -> Facts:
    """All that people decide about an invite, as the HTTP contract shows it."""
    return {
        "usage_limit": invite.usage_limit,
        "expires_at": iso(invite.expires_at) if invite.expires_at else None,
        "libraries": list(invite.libraries) if isinstance(invite.libraries, tuple) else invite.libraries,
        **asdict(invite.features),
        "access_for": term_facts(invite.access_for),
        "restrictions": {kind: asdict(each) for kind, each in read_restrictions(invite.filters).items()},
        "note": invite.note,
        "enabled": invite.enabled,
        "locked": invite.locked,
    }


def term_facts(term: Term | None) -> Facts | None:
    """As the HTTP contract has it."""
    if term is None:
        return None
    return {"until": term.until.isoformat()} if term.until else {"value": term.value, "unit": term.unit.value}


def _must_be_ahead(term: Term | None, settings: Settings, now: datetime) -> Term | None:
    """Raises BadInput where it would be over already."""
    if term and term.ends(now, settings.zone) <= now:
        raise BadInput("past", field="access_for")
    return term


def _enabled(libraries: LibraryChoice, settings: Settings) -> LibraryChoice:
    """The choice, each library once. Raises BadInput unless all of them are enabled."""
    if not isinstance(libraries, tuple):
        return libraries
    if not libraries:
        raise BadInput("no_library_chosen", field="libraries")
    enabled = {library.id for library in settings.enabled()}
    if unknown := [id_ for id_ in libraries if id_ not in enabled]:
        raise BadInput("library_not_enabled", field="libraries", library=unknown[0])
    return tuple(dict.fromkeys(libraries))
