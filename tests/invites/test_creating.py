"""Who may make which invite."""

import itertools
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.accounts.model import AccountState
from chalicelib.common.people import Permission
from chalicelib.common.refusals import BadInput, CodeTaken, NotAllowed, OnTrial, QuotaExceeded
from chalicelib.common.times import Unit
from chalicelib.invites import creating
from chalicelib.invites.options import Expiry, InviteOptions
from chalicelib.plex.model import Features
from chalicelib.settings.model import Quota
from testing.invite_builders import SETTINGS, NOW, a_manager, a_user, an_inviter
from tests.fakes.old_invites import Invites

ids = map(str, itertools.count())


def create(creator, invites=None, now=NOW, choose=None, **wishes):
    options = {"choose": choose} if choose else {}
    store: Any = Invites() if invites is None else invites
    made, _ = creating.create(
        InviteOptions(**wishes),
        creator=creator,
        invites=store,
        new_id=lambda: next(ids),
        now=now,
        **options,
    )
    return made


ADVANCED_WISHES: dict[str, list[Any]] = {
    "usage_limit": [2, None],
    "expires_in": [Expiry(1, Unit.DAYS)],
    "libraries": ["all", ("11",)],
    "downloads": [True],
    "live_tv": [True],
    "plex_home": [True],
    "code": ["PARTY2026"],
}


@pytest.mark.parametrize(("name", "wish"), [(name, wish) for name, some in ADVANCED_WISHES.items() for wish in some])
def test_an_advanced_field_needs_the_permission_and_is_named(name, wish):
    with pytest.raises(NotAllowed) as refusal:
        create(an_inviter(), **{name: wish})
    assert refusal.value.field == name
    create(an_inviter(Permission.ADVANCED_INVITES), **{name: wish})
    create(a_manager(), **{name: wish})


def test_advanced_invites_alone_creates_nothing():
    with pytest.raises(NotAllowed):
        create(a_user("ruth", Permission.ADVANCED_INVITES, Permission.VIEW_INVITES))


def test_a_field_given_at_its_default_asks_for_nothing():
    stack = Invites(settings=SETTINGS.__class__(libraries=SETTINGS.libraries, default_features=Features(downloads=True)))
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
    assert create(an_inviter(), stack, **plain).features.downloads
    with pytest.raises(NotAllowed) as refusal:
        create(an_inviter(), stack, downloads=False)
    assert refusal.value.field == "downloads"


def test_a_plain_invite_has_the_default_features():
    stack = Invites(settings=SETTINGS.__class__(default_features=Features(live_tv=True)))
    assert create(an_inviter(), stack).features == Features(live_tv=True)


def test_a_month_is_a_calendar_month():
    made = create(a_manager(), now=NOW.replace(month=1, day=31), expires_in=Expiry(1, Unit.MONTHS))
    assert made.expires_at == NOW.replace(month=2, day=28)


def test_on_somebody_s_behalf_needs_both_permissions():
    ruth = an_inviter()
    for creator in (a_manager(), a_user("uma", Permission.MANAGE_USERS, Permission.CREATE_INVITES)):
        with pytest.raises(NotAllowed) as refusal:
            create(creator, Invites(users=[ruth]), created_by="ruth")
        assert refusal.value.field == "created_by"
    store = Invites(users=[ruth])
    made = create(a_manager(Permission.MANAGE_USERS), store, created_by="ruth")
    assert made.created_by == ruth.person
    assert store.entries[0].by.id == "mona"
    assert list(store.created) == ["ruth"]


@pytest.mark.parametrize("others", [[], [a_user("ruth", state=AccountState.CLOSED)]])
def test_on_behalf_of_somebody_without_an_open_account_is_refused(others):
    with pytest.raises(BadInput) as refusal:
        create(a_manager(Permission.MANAGE_USERS), Invites(users=others), created_by="ruth")
    assert refusal.value.field == "created_by"


def test_naming_oneself_is_nobody_s_behalf():
    assert create(an_inviter(), created_by="ruth").created_by.id == "ruth"


def test_on_trial_nobody_invites_but_managers():
    ends = NOW + timedelta(days=3)
    with pytest.raises(OnTrial, match="15 March 2026"):
        create(an_inviter(trial_ends_at=ends))
    create(an_inviter(trial_ends_at=NOW))
    create(an_inviter(Permission.MANAGE_USERS, trial_ends_at=ends))
    create(a_manager(trial_ends_at=ends))


def test_the_quota_is_held_and_the_refusal_says_when_the_next_is_possible():
    store = Invites(settings=SETTINGS.__class__(default_quota=Quota(2, 7)))
    create(an_inviter(), store, now=NOW - timedelta(days=1))
    create(an_inviter(), store)
    with pytest.raises(QuotaExceeded, match="18 March 2026 at 08:30:00 UTC"):
        create(an_inviter(), store)
    create(an_inviter(), store, now=NOW + timedelta(days=6))


def test_a_user_s_own_quota_comes_before_the_default():
    store = Invites(settings=SETTINGS.__class__(default_quota=Quota(0, 7)))
    create(an_inviter(quota=Quota(1, 7)), store)
    create(an_inviter(quota=Quota()), store)
    with pytest.raises(QuotaExceeded):
        create(an_inviter(), store)


@pytest.mark.parametrize("exempt", [Permission.MANAGE_INVITES, Permission.MANAGE_USERS, Permission.ADMIN])
def test_managers_are_exempt_from_quotas(exempt):
    store = Invites(settings=SETTINGS.__class__(default_quota=Quota(0, 7)))
    create(an_inviter(exempt), store)


def test_whoever_loses_the_race_for_the_last_one_is_told_so():
    store = Invites(settings=SETTINGS.__class__(default_quota=Quota(1, 7)))
    store.interruptions = [lambda store: store.created.update(ruth=[NOW])]
    with pytest.raises(QuotaExceeded):
        create(an_inviter(), store)
    assert store.invites == {}


def test_a_generated_code_that_is_taken_is_drawn_again():
    letters = iter("A" * 8 + "A" * 8 + "B" * 8)
    store = Invites()
    first = create(an_inviter(), store, choose=lambda _: next(letters))
    second = create(an_inviter(), store, choose=lambda _: next(letters))
    assert (first.code, second.code) == ("A" * 8, "B" * 8)


def test_a_custom_code_that_is_taken_is_refused():
    store = Invites()
    create(a_manager(), store, code="PARTY2026")
    with pytest.raises(CodeTaken) as refusal:
        create(a_manager(), store, code="PARTY2026")
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


def test_the_audit_trail_tells_what_was_made():
    store = Invites()
    made = create(a_manager(), store, usage_limit=3)
    (entry,) = store.entries
    assert (entry.subject, entry.action, entry.before) == (f"invite#{made.code}", "created", {})
    assert (entry.after["usage_limit"], entry.after["created_by"]) == (3, "mona")
