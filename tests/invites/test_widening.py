from datetime import timedelta
from typing import Any

import pytest

from chalicelib.common.people import Permission
from chalicelib.common.records import replace
from chalicelib.common.refusals import NotAllowed, OnTrial
from chalicelib.common.terms import Term
from chalicelib.common.times import Unit
from chalicelib.invites.widening import must_be_allowed_to_widen, widened_fields
from chalicelib.plex.model import Features
from chalicelib.plex.restrictions import Restriction, with_restrictions
from testing.invite_builders import NOW, a_user, an_invite

DAY = timedelta(days=1)
INVITE = replace(
    an_invite(2),
    enabled=False,
    expires_at=NOW + DAY,
    libraries=("1", "2"),
    features=Features(downloads=True),
    filters=with_restrictions((), {"movies": Restriction(("G", "PG")), "music": Restriction(labels=("Kids",))}),
    access_for=Term(3, Unit.WEEKS),
)
WIDER: dict[str, dict[str, Any]] = {
    "enabled": {"enabled": True},
    "usage_limit": {"usage_limit": 3},
    "usage_limit without end": {"usage_limit": None},
    "expires_at": {"expires_at": NOW + 2 * DAY},
    "expires_at without end": {"expires_at": None},
    "libraries": {"libraries": ("1", "3")},
    "libraries of all": {"libraries": "all"},
    "restrictions of one kind less": {"filters": with_restrictions((), {"movies": Restriction(("G",))})},
    "restrictions of one rating less": {
        "filters": with_restrictions((), {"movies": Restriction(("G", "R")), "music": Restriction(labels=("Kids",))})
    },
    "restrictions none": {"filters": ()},
    "access_for without end": {"access_for": None},
    "access_for longer": {"access_for": Term(4, Unit.WEEKS)},
    "access_for in another unit": {"access_for": Term(1, Unit.DAYS)},
    "access_for until a day": {"access_for": Term(until=NOW.date())},
    "libraries by default": {"libraries": "default"},
    "live_tv": {"features": Features(downloads=True, live_tv=True)},
    "plex_home": {"features": Features(downloads=True, plex_home=True)},
}
NOT_WIDER: dict[str, dict[str, Any]] = {
    "nothing": {},
    "note": {"note": "for Ann"},
    "usage_limit": {"usage_limit": 1},
    "expires_at": {"expires_at": NOW},
    "libraries": {"libraries": ("2",)},
    "features": {"features": Features()},
    "access_for": {"access_for": Term(2, Unit.WEEKS)},
    "restrictions": {
        "filters": with_restrictions(
            (), {"movies": Restriction(("G",), ("Family",)), "music": Restriction(labels=("Kids",))}
        )
    },
}


@pytest.mark.parametrize("name", WIDER)
def test_an_edit_that_gives_more_is_known_by_its_field(name):
    assert list(widened_fields(INVITE, replace(INVITE, **WIDER[name]))) == [name.split()[0]]


@pytest.mark.parametrize("name", NOT_WIDER)
def test_an_edit_that_gives_no_more_is_none(name):
    assert list(widened_fields(INVITE, replace(INVITE, **NOT_WIDER[name]))) == []


def test_what_is_unlimited_already_cannot_give_more():
    unlimited = replace(INVITE, usage_limit=None, expires_at=None, libraries="all")
    assert list(widened_fields(unlimited, INVITE)) == []


def widen(by):
    must_be_allowed_to_widen(INVITE, replace(INVITE, usage_limit=9), by=by, now=NOW)


def test_to_give_more_takes_the_right_to_make_invites():
    with pytest.raises(NotAllowed) as refused:
        widen(a_user("ruth", Permission.ADVANCED_INVITES))
    assert refused.value.field == "usage_limit"
    for permission in (Permission.CREATE_INVITES, Permission.MANAGE_INVITES, Permission.ADMIN):
        widen(a_user("ruth", permission))


def test_on_trial_no_invite_gives_more():
    on_trial = a_user("ruth", Permission.CREATE_INVITES, trial_ends_at=NOW + DAY)
    with pytest.raises(OnTrial) as refused:
        widen(on_trial)
    assert (refused.value.field, refused.value.facts["until"]) == ("usage_limit", NOW + DAY)
    widen(replace(on_trial, trial_ends_at=NOW))
    must_be_allowed_to_widen(INVITE, replace(INVITE, usage_limit=1), by=on_trial, now=NOW)
