"""Who may make which invite."""

from datetime import timedelta
from typing import Any

import pytest

from chalicelib.accounts.model import AccountState
from chalicelib.common.people import Permission
from chalicelib.common.records import replace
from chalicelib.common.refusals import BadInput, CodeTaken, NotAllowed, OnTrial, QuotaExceeded, SignupDisabled, TryAgain
from chalicelib.common.times import Unit
from chalicelib.invites.creating import CreatingInvites, InviteRequest
from chalicelib.invites.model import CODE_ALPHABET
from chalicelib.invites.options import Expiry, InviteOptions
from chalicelib.plex.model import Features
from chalicelib.settings.model import Quota, Settings
from testing.invite_builders import MOVIES, MUSIC, NOW, SETTINGS, a_manager, a_user, an_inviter
from tests.fakes.accounts import put_account
from tests.fakes.ports import FakePorts


def the_ports(*users, **settings):
    """With these accounts, and settings that differ from the usual ones."""
    ports = FakePorts()
    ports.database.settings = replace(SETTINGS, **settings)
    for user in users:
        put_account(ports.database, user)
    return ports


def create(by, ports=None, *, now=NOW, code=None, created_by=None, **options):
    request = InviteRequest(
        options=InviteOptions(**options, named=frozenset(options)), code=code, created_by=created_by
    )
    made, _ = (ports or the_ports()).use(CreatingInvites).create(request, by=by, now=now)
    return made


def draw(ports, letters):
    """Have codes drawn from these letters, one after the other."""
    drawn = iter(letters)
    ports.choose = lambda _: next(drawn)


ADVANCED_OPTIONS: dict[str, list[Any]] = {
    "usage_limit": [2, None],
    "expires_in": [Expiry(1, Unit.DAYS)],
    "libraries": ["all", ("11",)],
    "downloads": [True],
    "live_tv": [True],
    "plex_home": [True],
    "code": ["PARTY2026"],
}


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, some in ADVANCED_OPTIONS.items() for value in some]
)
def test_an_advanced_field_needs_the_permission_and_is_named(name, value):
    with pytest.raises(NotAllowed) as refusal:
        create(an_inviter(), **{name: value})
    assert refusal.value.field == name
    create(an_inviter(Permission.ADVANCED_INVITES), **{name: value})
    create(a_manager(), **{name: value})


def test_advanced_invites_alone_creates_nothing():
    with pytest.raises(NotAllowed):
        create(a_user("ruth", Permission.ADVANCED_INVITES, Permission.VIEW_INVITES))


def test_a_field_given_at_its_default_asks_for_nothing():
    ports = the_ports(default_features=Features(downloads=True))
    plain = {
        "usage_limit": 1,
        "expires_in": None,
        "libraries": "default",
        "downloads": True,
        "live_tv": False,
        "plex_home": False,
        "code": None,
        "note": "for Jo",
    }
    assert create(an_inviter(), ports, **plain).features.downloads
    with pytest.raises(NotAllowed) as refusal:
        create(an_inviter(), ports, downloads=False)
    assert refusal.value.field == "downloads"


def test_a_plain_invite_has_the_default_features():
    assert create(an_inviter(), the_ports(default_features=Features(live_tv=True))).features == Features(live_tv=True)


def test_a_month_is_a_calendar_month():
    made = create(a_manager(), now=NOW.replace(month=1, day=31), expires_in=Expiry(1, Unit.MONTHS))
    assert made.expires_at == NOW.replace(month=2, day=28)


def test_on_another_s_behalf_needs_both_permissions():
    ruth = an_inviter()
    for creator in (a_manager(), a_user("uma", Permission.MANAGE_USERS, Permission.CREATE_INVITES)):
        with pytest.raises(NotAllowed) as refusal:
            create(creator, the_ports(ruth), created_by="ruth")
        assert refusal.value.field == "created_by"
    ports = the_ports(ruth)
    made = create(a_manager(Permission.MANAGE_USERS), ports, created_by="ruth")
    assert made.created_by == ruth.person
    assert ports.database.journal[0].by.id == "mona"
    assert ports.database.created == {"ruth": [NOW]}


@pytest.mark.parametrize("others", [[], [a_user("ruth", state=AccountState.CLOSED)]])
def test_on_behalf_of_a_person_without_an_open_account_is_refused(others):
    with pytest.raises(BadInput) as refusal:
        create(a_manager(Permission.MANAGE_USERS), the_ports(*others), created_by="ruth")
    assert (refusal.value.key, refusal.value.field) == ("BadInput.no_such_account", "created_by")


def test_on_behalf_of_what_is_no_account_s_id_is_refused_before_anything_is_read():
    with pytest.raises(BadInput) as refusal:
        create(a_manager(Permission.MANAGE_USERS), created_by="no id")
    assert (refusal.value.key, refusal.value.field) == ("BadInput.user_id", "created_by")


def test_naming_oneself_is_on_no_one_s_behalf():
    assert create(an_inviter(), created_by="ruth").created_by.id == "ruth"


def test_on_trial_no_one_invites_but_managers():
    ends = NOW + timedelta(days=3)
    with pytest.raises(OnTrial) as refusal:
        create(an_inviter(trial_ends_at=ends))
    assert (refusal.value.key, refusal.value.facts) == ("OnTrial.until", {"until": ends})
    create(an_inviter(trial_ends_at=NOW))
    create(an_inviter(Permission.MANAGE_USERS, trial_ends_at=ends))
    create(a_manager(trial_ends_at=ends))


def test_the_quota_is_held_and_the_refusal_says_when_the_next_is_possible():
    ports = the_ports(default_quota=Quota(2, 7))
    create(an_inviter(), ports, now=NOW - timedelta(days=1))
    create(an_inviter(), ports)
    with pytest.raises(QuotaExceeded) as refusal:
        create(an_inviter(), ports)
    assert refusal.value.key == "QuotaExceeded.renews"
    assert refusal.value.facts == {"used": 2, "limit": 2, "days": 7, "at": NOW + timedelta(days=6)}
    create(an_inviter(), ports, now=NOW + timedelta(days=6))


def test_a_user_s_own_quota_comes_before_the_default():
    ports = the_ports(default_quota=Quota(0, 7))
    create(an_inviter(quota=Quota(1, 7)), ports)
    create(an_inviter(quota=Quota()), ports)
    with pytest.raises(QuotaExceeded):
        create(an_inviter(), ports)


@pytest.mark.parametrize("exempt", [Permission.MANAGE_INVITES, Permission.MANAGE_USERS, Permission.ADMIN])
def test_managers_are_exempt_from_quotas(exempt):
    create(an_inviter(exempt), the_ports(default_quota=Quota(0, 7)))


def test_losing_the_race_for_the_last_one_is_told():
    ports = the_ports(default_quota=Quota(1, 7))
    ports.database.let_come_first(lambda: ports.database.created.update(ruth=[NOW]))
    with pytest.raises(QuotaExceeded):
        create(an_inviter(), ports)
    assert ports.database.invites == {}


def test_a_generated_code_that_is_taken_is_drawn_again():
    ports = the_ports()
    draw(ports, "A" * 8 + "A" * 8 + "B" * 8)
    first, second = create(an_inviter(), ports), create(an_inviter(), ports)
    assert (first.code, second.code) == ("A" * 8, "B" * 8)


def test_codes_that_are_taken_again_and_again_are_told():
    ports = the_ports()
    draw(ports, "A" * 100)
    create(an_inviter(), ports)
    with pytest.raises(TryAgain):
        create(an_inviter(), ports)


def test_a_generated_code_has_eight_letters_and_digits_as_chance_chooses_them():
    ports, offered = the_ports(), []

    def choose_the_last(among):
        offered.append(among)
        return among[-1]

    ports.choose = choose_the_last
    assert create(an_inviter(), ports).code == "9" * 8
    assert offered == [CODE_ALPHABET] * 8


def test_a_custom_code_that_is_taken_is_refused():
    ports = the_ports()
    create(a_manager(), ports, code="PARTY2026")
    with pytest.raises(CodeTaken) as refusal:
        create(a_manager(), ports, code="PARTY2026")
    assert refusal.value.field == "code"


@pytest.mark.parametrize("code", ["short", "x" * 21, "with space", "ümläutß1", "12345678\n", ""])
def test_a_custom_code_has_8_to_20_letters_and_digits(code):
    with pytest.raises(BadInput) as refusal:
        create(a_manager(), code=code)
    assert refusal.value.field == "code"


@pytest.mark.parametrize("libraries", [(), ("99",), ("11", "99")])
def test_libraries_are_among_those_enabled(libraries):
    with pytest.raises(BadInput) as refusal:
        create(a_manager(), libraries=libraries)
    assert refusal.value.field == "libraries"


def test_each_library_is_given_once():
    assert create(a_manager(), libraries=("12", "11", "12")).libraries == ("12", "11")


def test_the_journal_tells_what_was_made():
    ports = the_ports()
    made = create(a_manager(), ports, usage_limit=3)
    (entry,) = ports.database.journal
    assert (entry.subject, entry.action, entry.before) == (f"invite#{made.code}", "created", {})
    assert (entry.after["usage_limit"], entry.after["created_by"]) == (3, "mona")
    assert (entry.by.id, entry.at) == ("mona", NOW)


def test_what_was_made_is_stored_and_comes_with_the_settings():
    ports = the_ports()
    made, settings = ports.use(CreatingInvites).create(InviteRequest(), by=an_inviter(), now=NOW)
    assert ports.database.invites == {made.code: made}
    assert settings == ports.database.settings
    assert (made.created_by.id, made.created_at, made.updated_at) == ("ruth", NOW, NOW)
    assert (made.edition, made.uses, made.usage_limit, made.expires_at) == (1, 0, 1, None)
    assert (made.libraries, made.note, made.enabled, made.locked) == ("default", None, True, False)


@pytest.mark.parametrize("permission", sorted(Permission))
def test_creating_takes_the_permission_to_create_or_to_manage_invites(permission):
    if permission in (Permission.ADMIN, Permission.MANAGE_INVITES, Permission.CREATE_INVITES):
        create(a_user("ruth", permission))
        return
    with pytest.raises(NotAllowed) as refusal:
        create(a_user("ruth", permission))
    assert refusal.value.key == "NotAllowed.create_invites"


def test_a_request_on_another_s_behalf_takes_the_permissions_of_the_person_who_asks():
    ports = the_ports(an_inviter(quota=Quota(0, 7)), default_quota=Quota(0, 7))
    assert create(a_manager(Permission.MANAGE_USERS), ports, created_by="ruth", usage_limit=None).usage_limit is None


def test_a_library_that_is_not_enabled_is_not_given():
    ports = the_ports(enabled_libraries=(MUSIC.id,))
    with pytest.raises(BadInput) as refusal:
        create(a_manager(), ports, libraries=(MUSIC.id, MOVIES.id))
    assert refusal.value.key == "BadInput.library_not_enabled"
    assert (refusal.value.field, refusal.value.facts) == ("libraries", {"library": MOVIES.id})


@pytest.mark.parametrize("settings", [Settings(), Settings(signup_enabled=False)])
def test_while_sign_up_is_off_none_is_made_and_it_is_said_who_can_turn_it_on(settings):
    ports = the_ports()
    ports.database.settings = settings
    with pytest.raises(SignupDisabled) as refusal:
        create(an_inviter(), ports)
    assert refusal.value.key == "SignupDisabled.creating"
    assert ports.database.invites == {}
