"""What people decide about an invite: only what they name, and only what they may."""

from datetime import date, timedelta

import pytest

from chalicelib.common.people import Permission
from chalicelib.common.records import replace
from chalicelib.common.refusals import BadInput, LimitBelowUses, NeedsPlexPass, NotAllowed
from chalicelib.common.terms import Term
from chalicelib.common.times import Unit
from chalicelib.invites.options import Expiry, InviteOptions, option_facts
from chalicelib.plex.model import Features
from chalicelib.plex.restrictions import Restriction, with_restrictions
from chalicelib.settings.model import Refresh
from testing.invite_builders import MOVIES, MUSIC, NOW, SETTINGS, a_manager, a_user, an_invite

LATER = NOW + timedelta(days=1)
KIDS = {"movies": Restriction(("G", "PG"), ("Kids",))}
HIDDEN = with_restrictions((), KIDS)
ADVANCED = a_user("ruth", Permission.ADVANCED_INVITES)
PLAIN = a_user("ruth")


def apply(invite=None, by=ADVANCED, settings=SETTINGS, **changes):
    options = InviteOptions(**changes, named=frozenset(changes))
    return options.apply(invite or an_invite(), by=by, settings=settings, now=NOW)


def test_what_is_not_named_stays_as_it_is():
    invite = an_invite(
        limit=3,
        expires_at=LATER,
        libraries="all",
        features=Features(downloads=True, live_tv=True, plex_home=True),
        note="hello",
        enabled=False,
        locked=True,
    )
    options = InviteOptions(usage_limit=9, libraries=("1",), note="other", downloads=False, enabled=True)
    assert options.apply(invite, by=PLAIN, settings=SETTINGS, now=NOW) == invite


@pytest.mark.parametrize("name", ["downloads", "live_tv", "plex_home"])
def test_each_feature_is_given_and_taken_by_itself(name):
    everything = an_invite(features=Features(downloads=True, live_tv=True, plex_home=True))
    assert apply(**{name: True}).features == replace(Features(), **{name: True})
    assert apply(everything, **{name: False}).features == replace(everything.features, **{name: False})


@pytest.mark.parametrize(
    ("invite", "changes", "field"),
    [
        (an_invite(), {"usage_limit": None}, "usage_limit"),
        (an_invite(), {"expires_at": LATER}, "expires_at"),
        (an_invite(expires_at=LATER), {"expires_at": None}, "expires_at"),
        (an_invite(), {"expires_in": Expiry(1, Unit.DAYS)}, "expires_in"),
        (an_invite(expires_at=LATER), {"expires_in": None}, "expires_in"),
        (an_invite(), {"libraries": "all"}, "libraries"),
        (an_invite(), {"downloads": True}, "downloads"),
        (an_invite(features=Features(live_tv=True)), {"live_tv": False}, "live_tv"),
        (an_invite(), {"plex_home": True}, "plex_home"),
        (an_invite(), {"restrictions": KIDS}, "restrictions"),
        (an_invite(), {"access_for": Term(3, Unit.MONTHS)}, "access_for"),
        (an_invite(access_for=Term(3)), {"access_for": None}, "access_for"),
        (an_invite(filters=HIDDEN), {"restrictions": None}, "restrictions"),
    ],
)
def test_an_advanced_field_needs_the_permission_where_it_changes(invite, changes, field):
    with pytest.raises(NotAllowed) as refused:
        apply(invite, by=PLAIN, **changes)
    assert refused.value.field == field
    assert apply(invite, by=ADVANCED, **changes) == apply(invite, by=a_manager(), **changes) != invite


@pytest.mark.parametrize(
    "same",
    [
        {"usage_limit": 1},
        {"expires_at": None},
        {"expires_in": None},
        {"libraries": "default"},
        {"downloads": False, "live_tv": False, "plex_home": False},
        {"restrictions": None},
        {"restrictions": {"movies": Restriction()}},
    ],
)
def test_an_advanced_field_given_as_it_is_needs_no_permission(same):
    assert apply(by=PLAIN, **same) == an_invite()


def test_of_several_advanced_fields_the_first_by_name_is_told():
    with pytest.raises(NotAllowed) as refused:
        apply(by=PLAIN, usage_limit=2, downloads=True, libraries="all", note="hello")
    assert refused.value.field == "downloads"


def test_a_limit_below_the_uses_is_refused():
    with pytest.raises(LimitBelowUses):
        apply(an_invite(limit=3, uses=2), usage_limit=1)


def test_an_expiry_is_given_in_one_way():
    with pytest.raises(BadInput) as refused:
        apply(expires_at=LATER, expires_in=None)
    assert (refused.value.key, refused.value.field) == ("BadInput.two_expiries", "expires_in")


def test_an_expiry_is_in_the_future_unless_it_is_there_already():
    with pytest.raises(BadInput) as refused:
        apply(expires_at=NOW)
    assert (refused.value.key, refused.value.field) == ("BadInput.past", "expires_at")
    assert apply(expires_at=NOW + timedelta(microseconds=1)).expires_at == NOW + timedelta(microseconds=1)
    expired = an_invite(expires_at=NOW - timedelta(days=9))
    assert apply(expired, by=PLAIN, expires_at=expired.expires_at) == expired


def test_an_expiry_is_counted_from_now():
    assert apply(expires_in=Expiry(2, Unit.WEEKS)).expires_at == NOW + timedelta(weeks=2)
    assert apply(an_invite(expires_at=LATER), expires_in=None).expires_at is None


def test_a_choice_of_libraries_names_enabled_ones_once_each():
    assert apply(libraries=("12", "11", "12", "11")).libraries == ("12", "11")
    for libraries, key, facts in (
        ((), "BadInput.no_library_chosen", {}),
        (("11", "99", "98"), "BadInput.library_not_enabled", {"library": "99"}),
    ):
        with pytest.raises(BadInput) as refused:
            apply(libraries=libraries)
        assert (refused.value.key, refused.value.field, refused.value.facts) == (key, "libraries", facts)


def test_a_choice_of_libraries_that_is_there_already_may_name_one_that_is_gone():
    invite = an_invite(libraries=(MOVIES.id, "99"))
    assert apply(invite, by=PLAIN, libraries=invite.libraries) == invite
    only_music = replace(SETTINGS, enabled_libraries=(MUSIC.id,))
    with pytest.raises(BadInput):
        apply(settings=only_music, libraries=(MOVIES.id,))


def test_what_is_hidden_is_chosen_anew_or_not_at_all():
    hiding = apply(restrictions=KIDS)
    assert hiding.filters == HIDDEN
    series = {"shows": Restriction(content_ratings=("TV-G",))}
    assert apply(hiding, restrictions=series).filters == (("filterTelevision", "contentRating=TV-G"),)
    assert apply(hiding, restrictions=None) == an_invite()


@pytest.mark.parametrize("plex_pass", [True, None])
def test_titles_are_not_hidden_where_plex_said_that_the_owner_lacks_plex_pass(plex_pass):
    lacking = replace(SETTINGS, libraries_refresh=Refresh(plex_pass=False))
    with pytest.raises(NeedsPlexPass) as refused:
        apply(settings=lacking, restrictions=KIDS)
    assert refused.value.field == "restrictions"
    assert apply(an_invite(filters=HIDDEN), settings=lacking, restrictions=None) == an_invite()
    assert apply(settings=replace(SETTINGS, libraries_refresh=Refresh(plex_pass=plex_pass)), restrictions=KIDS).filters


def test_an_invite_that_hides_something_is_edited_on_without_plex_pass():
    lacking = replace(SETTINGS, libraries_refresh=Refresh(plex_pass=False))
    hiding = an_invite(filters=HIDDEN)
    assert apply(hiding, settings=lacking, restrictions=KIDS, note="hi") == replace(hiding, note="hi")
    assert apply(settings=lacking, restrictions={"movies": Restriction()}) == an_invite()


def test_naming_what_is_hidden_in_another_order_changes_nothing():
    hiding = an_invite(filters=with_restrictions((), {"movies": Restriction(("G", "PG"))}))
    assert apply(hiding, by=PLAIN, restrictions={"movies": Restriction(("PG", "G", "PG"))}) == hiding


def test_access_that_would_be_over_already_is_promised_to_nobody():
    with pytest.raises(BadInput) as refused:
        apply(access_for=Term(until=NOW.date() - timedelta(days=1)))
    assert (refused.value.key, refused.value.field) == ("BadInput.past", "access_for")
    assert apply(access_for=Term(until=NOW.date())).access_for == Term(until=NOW.date())


def test_note_and_switch_are_for_all_who_may_edit_the_invite():
    edited = apply(by=PLAIN, note=" hello ", enabled=False)
    assert (edited.note, edited.enabled, edited.locked) == (" hello ", False, False)
    assert apply(edited, by=PLAIN, note="").note is None
    assert apply(edited, by=PLAIN, enabled=True).enabled
    with pytest.raises(BadInput):
        apply(by=PLAIN, note="two\nlines")


def test_the_journal_tells_all_that_people_decide():
    invite = an_invite(
        limit=None,
        expires_at=NOW,
        libraries=("11", "12"),
        features=Features(live_tv=True),
        filters=HIDDEN,
        access_for=Term(3, Unit.MONTHS),
        note="x",
        locked=True,
    )
    assert option_facts(invite) == {
        "usage_limit": None,
        "expires_at": "2026-03-12T08:30:00.000000Z",
        "libraries": ["11", "12"],
        "downloads": False,
        "live_tv": True,
        "plex_home": False,
        "access_for": {"value": 3, "unit": "months"},
        "restrictions": {"movies": {"content_ratings": ("G", "PG"), "labels": ("Kids",)}},
        "note": "x",
        "enabled": True,
        "locked": True,
    }
    assert option_facts(an_invite(access_for=Term(until=date(2027, 3, 31))))["access_for"] == {"until": "2027-03-31"}
    assert option_facts(an_invite())["access_for"] is None
    assert option_facts(an_invite())["expires_at"] is None
    assert option_facts(an_invite())["libraries"] == "default"
