from dataclasses import replace

import pytest

from chalicelib.access import reasons
from chalicelib.access.granting import DownloadsRefused, GivenUp, Granting, InvitationState, Recipient
from chalicelib.access.reasons import libraries_gone
from chalicelib.plex.errors import OwnerTokenRefused, PlexRefused, PlexTokenRefused, TemporaryPlexError
from chalicelib.plex.model import Features, Grant
from tests.fakes.plex import MOVIES, MUSIC, SERIES
from tests.fakes.ports import FakePorts

NO = PlexRefused("no", status=403)
GONE = PlexRefused("gone", status=410)
LOST = TemporaryPlexError("the answer was lost")
NO_ONE = 999


@pytest.fixture
def ports():
    return FakePorts()


@pytest.fixture
def plex(ports):
    return ports.plex


@pytest.fixture
def granting(ports):
    return ports.use(Granting)


@pytest.fixture
def maya(plex):
    return plex.add_person("maya").id


def a_grant(plex, *libraries, **features):
    return Grant(plex.server.machine_id, plex.owner.id, libraries or (MOVIES, MUSIC), Features(**features))


def to(plex, account_id, *, tries=1, token=None, share_id=None, libraries=(), **features):
    return Recipient(account_id, a_grant(plex, *libraries, **features), tries, token, share_id)


def ensure_share(granting, to, *, begun_before):
    """As provisioning does."""
    share, is_ours = granting.find_or_share(to, begun_before=begun_before)
    return granting.bring_to_grant(to, share, is_ours=is_ours)


def reason_of(call, *args, **kwargs):
    with pytest.raises(GivenUp) as given_up:
        call(*args, **kwargs)
    return given_up.value.reason


def test_the_owner_is_checked_by_asking_anything(plex, granting):
    granting.check_owner("gone")
    plex.takes_owner_token = False
    with pytest.raises(OwnerTokenRefused):
        granting.check_owner(plex.server.machine_id)


def test_a_title_that_no_one_has_is_free(granting):
    assert granting.find_free_title("Tom") == "Tom"


def test_a_title_that_is_taken_gets_a_number(ports, granting):
    for title in ("TOM ", "Tom 2"):
        ports.plex_owner.create_managed(title)
    assert granting.find_free_title("Tom") == "Tom 3"


def test_there_is_a_number_for_everyone(ports, granting):
    for title in ("Tom", *(f"Tom {number}" for number in range(2, 14))):
        ports.plex_owner.create_managed(title)
    assert granting.find_free_title("Tom") == "Tom 14"


def test_a_managed_user_is_made(plex, granting):
    made = granting.ensure_managed_user("Tom", begun_before=False)
    assert plex.home == [plex.owner.id, made]
    assert "home_members" not in plex.calls


def test_a_managed_user_that_was_made_before_is_found_by_title(ports, plex, granting):
    ports.plex_owner.create_managed("Another")
    plex.join_home_by_hand(plex.add_person("tom").id)
    tom = ports.plex_owner.create_managed("Tom")
    assert granting.ensure_managed_user("tom", begun_before=True) == tom
    assert plex.calls.count("create_managed") == 2


def test_a_managed_user_that_was_not_made_after_all_is_made(plex, granting):
    plex.join_home_by_hand(plex.add_person("Tom").id)
    made = granting.ensure_managed_user("Tom", begun_before=True)
    assert plex.accounts[made].restricted


def test_a_home_without_room_is_the_reason(plex, granting, maya):
    plex.home_limit = 1
    assert reason_of(granting.ensure_managed_user, "Tom", begun_before=False) == reasons.HOME_FULL
    assert reason_of(granting.ensure_home_invite, maya, "maya", begun_before=False) == reasons.HOME_FULL


def test_a_home_that_is_over_its_room_is_full_as_well(plex, granting, maya):
    plex.join_home_by_hand(plex.add_person("noah").id)
    plex.home_limit = 1
    assert reason_of(granting.ensure_home_invite, maya, "maya", begun_before=False) == reasons.HOME_FULL


def test_a_missing_plex_pass_is_the_reason(plex, granting, maya):
    plex.plex_pass = False
    assert reason_of(granting.ensure_home_invite, maya, "maya", begun_before=False) == reasons.PLEX_PASS_MISSING


def test_where_neither_is_the_reason_the_person_is_not_taken(plex, granting, maya):
    plex.in_another_home.add(maya)
    assert reason_of(granting.ensure_home_invite, maya, "maya", begun_before=False) == reasons.NOT_TAKEN_INTO_HOME


def test_a_person_is_invited_into_the_home_without_being_looked_for(plex, granting, maya):
    granting.ensure_home_invite(maya, "maya", begun_before=False)
    assert plex.calls == ["invite_home"]
    assert maya in plex.home_invites


def test_an_invite_that_is_answered_by_a_mere_word_is_looked_for(plex, granting, maya):
    plex.says_home_invites = False
    granting.ensure_home_invite(maya, "maya", begun_before=False)
    assert plex.calls == ["invite_home", "is_at_home"]


def test_an_invite_that_is_neither_said_nor_shown_is_to_be_looked_for_again(plex, granting, maya):
    plex.says_home_invites = plex.shows_home_invites = False
    with pytest.raises(TemporaryPlexError):
        granting.ensure_home_invite(maya, "maya", begun_before=False)


def test_a_person_who_may_have_been_invited_is_looked_for_first(plex, granting, maya):
    plex.fail("invite_home", LOST, after=True)
    with pytest.raises(TemporaryPlexError):
        granting.ensure_home_invite(maya, "maya", begun_before=False)
    granting.ensure_home_invite(maya, "maya", begun_before=True)
    assert plex.calls == ["invite_home", "is_at_home"]


def test_a_person_who_was_not_invited_after_all_is(plex, granting, maya):
    granting.ensure_home_invite(maya, "maya", begun_before=True)
    assert maya in plex.home_invites


def test_a_refusal_to_invite_who_is_invited_already_is_none(plex, granting, maya):
    plex.home_invites[maya] = plex.clock()
    granting.ensure_home_invite(maya, "maya", begun_before=False)
    assert plex.calls == ["invite_home", "is_at_home"]


def test_exactly_what_was_granted_is_shared_in_one_call(plex, granting, maya):
    share = ensure_share(granting, to(plex, maya, downloads=True), begun_before=False)
    assert share.is_exactly(a_grant(plex, downloads=True))
    assert plex.calls == ["share"]


def test_what_may_have_been_shared_before_is_looked_for_first(plex, granting, maya):
    plex.fail("share", LOST, after=True)
    with pytest.raises(TemporaryPlexError):
        ensure_share(granting, to(plex, maya), begun_before=False)
    share = ensure_share(granting, to(plex, maya), begun_before=True)
    assert plex.share_of(maya).id == share.id
    assert plex.calls == ["share", "find_share"]


def test_what_was_not_shared_after_all_is(plex, granting, maya):
    assert ensure_share(granting, to(plex, maya), begun_before=True).is_exactly(a_grant(plex))


def test_features_that_the_answer_does_not_tell_are_set_and_read(plex, granting, maya):
    plex.tells_features = False
    share = ensure_share(granting, to(plex, maya, live_tv=True), begun_before=False)
    assert (share.downloads, share.live_tv) == (False, True)
    assert plex.calls == ["share", "correct", "find_share"]


@pytest.mark.parametrize(
    ("libraries", "features"),
    [
        ((MOVIES,), {}),
        ((MOVIES, SERIES, MUSIC), {}),
        ((), {}),
        ((SERIES,), {}),
        ((MOVIES, MUSIC), {"downloads": True}),
        ((MOVIES, MUSIC), {"live_tv": True}),
    ],
    ids=["narrower", "wider", "everything", "others", "downloads", "live tv"],
)
def test_a_share_made_by_hand_is_brought_to_the_grant(plex, granting, maya, libraries, features):
    by_hand = plex.share_by_hand(maya, *libraries, **features)
    share = ensure_share(granting, to(plex, maya), begun_before=False)
    assert share.id == by_hand.id
    assert (by_hand.library_ids, by_hand.everything) == ({MOVIES.id, MUSIC.id}, False)
    assert (by_hand.downloads, by_hand.live_tv) == (False, False)


def test_an_accepted_share_is_taken_over_as_it_is(plex, granting, maya):
    by_hand = plex.share_by_hand(maya, MOVIES, MUSIC)
    assert ensure_share(granting, to(plex, maya), begun_before=False).id == by_hand.id
    assert plex.calls == ["share", "find_share"]


@pytest.mark.parametrize("left_behind", [True, False])
def test_an_invite_that_was_not_ours_makes_way_for_one_of_our_own(plex, granting, maya, left_behind):
    theirs = plex.share_by_hand(maya, MOVIES, MUSIC, accepted=False, left_behind=left_behind)
    share = ensure_share(granting, to(plex, maya), begun_before=False)
    assert share.id != theirs.id
    assert plex.calls == ["share", "find_share", "unshare", "find_share", "share"]


def test_an_invite_by_another_hand_is_accepted_where_the_person_is_shown_it(plex, granting, maya, token):
    theirs = plex.share_by_hand(maya, SERIES, accepted=False)
    share = ensure_share(granting, to(plex, maya, token=token), begun_before=False)
    assert (share.id, share.accepted, share.library_ids) == (theirs.id, True, {MOVIES.id, MUSIC.id})


def test_it_makes_way_where_the_person_is_not_shown_it(plex, granting, maya, token):
    theirs = plex.share_by_hand(maya, SERIES, accepted=False, left_behind=True)
    assert ensure_share(granting, to(plex, maya, token=token), begun_before=False).id != theirs.id


@pytest.mark.parametrize("hidden", [True, False])
def test_it_stays_where_the_person_has_to_verify_their_address_first(plex, granting, maya, token, hidden):
    plex.change_person(maya, confirmed=False)
    plex.hides_invites_of_unconfirmed = hidden
    theirs = plex.share_by_hand(maya, SERIES, accepted=False)
    share = ensure_share(granting, to(plex, maya, token=token), begun_before=False)
    assert (share.id, share.accepted, share.library_ids) == (theirs.id, False, {MOVIES.id, MUSIC.id})


@pytest.mark.parametrize("error", [GONE, PlexTokenRefused("void")])
def test_it_makes_way_where_it_cannot_be_told(plex, granting, maya, token, error):
    theirs = plex.share_by_hand(maya, SERIES, accepted=False)
    plex.fail("accept_matching", error)
    assert ensure_share(granting, to(plex, maya, token=token), begun_before=False).id != theirs.id


def test_a_share_is_known_as_ours_or_another_hand_s(plex, granting, maya):
    assert granting.find_or_share(to(plex, maya), begun_before=False)[1]
    assert granting.find_or_share(to(plex, maya), begun_before=True)[1]
    assert not granting.find_or_share(to(plex, maya), begun_before=False)[1]
    assert not granting.find_or_share(to(plex, maya, libraries=(SERIES,)), begun_before=True)[1]
    found = replace(to(plex, maya), found_share_id=plex.share_of(maya).id)
    assert not granting.find_or_share(found, begun_before=True)[1]


@pytest.mark.parametrize("coded", [True, False])
@pytest.mark.parametrize("call", ["share", "correct"])
def test_downloads_that_need_a_plex_pass_are_told_apart(plex, granting, maya, call, coded):
    plex.plex_pass = coded
    plex.fail(call, PlexRefused("no", status=403, reason=1012 if coded else None))
    if call == "correct":
        plex.share_by_hand(maya, SERIES)
    with pytest.raises(DownloadsRefused):
        ensure_share(granting, to(plex, maya, downloads=True), begun_before=call == "correct")


def test_a_refusal_of_an_owner_with_plex_pass_is_not_for_the_downloads(plex, granting, maya):
    plex.fail("share", NO)
    reason = reason_of(ensure_share, granting, to(plex, maya, downloads=True), begun_before=False)
    assert reason == reasons.REFUSED_BY_PLEX


def test_such_an_invite_makes_way_as_well_where_a_try_was_begun_before(plex, granting, maya):
    """The try that found it first may have crashed."""
    theirs = plex.share_by_hand(maya, MOVIES, accepted=False, left_behind=True)
    share = ensure_share(granting, to(plex, maya), begun_before=True)
    assert share.id != theirs.id
    assert plex.calls == ["find_share", "unshare", "find_share", "share"]


def test_an_invite_that_does_not_make_way_is_looked_at_again(plex, granting, maya):
    plex.share_by_hand(maya, MOVIES, accepted=False)
    plex.keeps_removals = False
    with pytest.raises(TemporaryPlexError):
        ensure_share(granting, to(plex, maya), begun_before=False)
    assert plex.calls == ["share", "find_share", "unshare", "find_share"]


def test_a_share_that_plex_tv_speaks_of_and_does_not_show_is_looked_at_again(plex, granting, maya):
    plex.fail("share", PlexRefused("already", status=422, reason=1999))
    with pytest.raises(TemporaryPlexError):
        ensure_share(granting, to(plex, maya), begun_before=False)
    assert plex.calls == ["share", "find_share"]


def test_a_share_that_is_refused_once_it_made_way_is_looked_at_again(plex, granting, maya):
    plex.share_by_hand(maya, MOVIES, accepted=False)
    plex.fail("share", PlexRefused("already", status=422, reason=1999))
    plex.fail("share", NO)
    with pytest.raises(TemporaryPlexError):
        ensure_share(granting, to(plex, maya), begun_before=False)


def test_a_refusal_without_a_reason_of_ours_is_plex_s(plex, granting):
    assert reason_of(ensure_share, granting, to(plex, NO_ONE), begun_before=False) == reasons.REFUSED_BY_PLEX


def test_libraries_that_are_gone_are_the_reason(plex, granting, maya):
    plex.remove_library(MUSIC)
    assert reason_of(ensure_share, granting, to(plex, maya), begun_before=False) == libraries_gone([MUSIC])


def test_a_correction_of_a_share_that_went_away_is_looked_at_again(plex, granting, maya):
    plex.share_by_hand(maya, MOVIES)
    plex.fail("correct", PlexRefused("gone", status=404))
    with pytest.raises(TemporaryPlexError):
        ensure_share(granting, to(plex, maya), begun_before=False)


def test_a_refused_correction_is_plex_s(plex, granting, maya):
    plex.share_by_hand(maya, MOVIES)
    plex.fail("correct", NO)
    assert reason_of(ensure_share, granting, to(plex, maya), begun_before=False) == reasons.REFUSED_BY_PLEX


def test_a_correction_to_libraries_that_are_gone_names_them(plex, granting, maya):
    plex.share_by_hand(maya, MOVIES)
    plex.remove_library(MUSIC)
    assert reason_of(ensure_share, granting, to(plex, maya), begun_before=True) == libraries_gone([MUSIC])


def test_a_correction_without_effect_is_tried_three_times(plex, granting, maya):
    plex.share_by_hand(maya, MOVIES)
    plex.keeps_corrections = False
    for tries in (1, 2):
        with pytest.raises(TemporaryPlexError):
            ensure_share(granting, to(plex, maya, tries=tries), begun_before=True)
    assert reason_of(ensure_share, granting, to(plex, maya, tries=3), begun_before=True) == reasons.NOT_AS_GRANTED


def test_a_share_that_is_gone_after_its_correction_is_looked_at_again(plex, granting, maya):
    plex.share_by_hand(maya, MOVIES)
    plex.before_call = lambda: plex.calls == ["find_share", "correct", "find_share"] and plex.end_shares(maya)
    with pytest.raises(TemporaryPlexError):
        ensure_share(granting, to(plex, maya), begun_before=True)


@pytest.fixture
def token(plex, maya):
    return plex.sign_in(maya)


def share(ports, plex, account_id, **features):
    return ports.plex_owner.share(account_id, a_grant(plex, **features)).id


def test_a_fresh_share_is_accepted_without_looking_for_it(ports, plex, granting, maya, token):
    share_id = share(ports, plex, maya)
    plex.calls.clear()
    assert granting.accept(to(plex, maya, token=token, share_id=share_id)) is InvitationState.IN
    assert plex.calls == ["accept_share", "find_share"]


def test_an_older_share_is_found_among_the_person_s_invites(ports, plex, granting, maya, token):
    share(ports, plex, maya)
    plex.calls.clear()
    assert granting.accept(to(plex, maya, token=token)) is InvitationState.IN
    assert plex.calls == ["find_share", "accept_matching", "find_share"]


def test_what_was_accepted_meanwhile_needs_no_token(plex, granting, maya):
    plex.share_by_hand(maya, MOVIES, MUSIC)
    assert granting.accept(to(plex, maya)) is InvitationState.IN


def test_what_is_gone_is_not_accepted(plex, granting, maya, token):
    assert granting.accept(to(plex, maya, token=token)) is InvitationState.GONE
    assert plex.calls == ["find_share"]


def test_without_a_token_the_person_must_accept(ports, plex, granting, maya):
    share_id = share(ports, plex, maya)
    assert granting.accept(to(plex, maya)) == reasons.MUST_ACCEPT
    assert granting.accept(to(plex, maya, share_id=share_id)) == reasons.MUST_ACCEPT


@pytest.mark.parametrize("tries", [1, 5])
def test_an_invite_that_does_not_show_yet_is_waited_for(ports, plex, granting, maya, token, tries):
    share(ports, plex, maya)
    plex.share_of(maya).left_behind = True
    assert granting.accept(to(plex, maya, tries=tries, token=token)) is InvitationState.INVITED


def test_an_invite_that_does_not_show_after_six_tries_is_for_the_person_to_find(ports, plex, granting, maya, token):
    share(ports, plex, maya)
    plex.share_of(maya).left_behind = True
    assert granting.accept(to(plex, maya, tries=6, token=token)) == reasons.MUST_ACCEPT


def test_an_address_that_is_not_verified_is_the_reason(ports, plex, granting, maya, token):
    plex.change_person(maya, confirmed=False)
    share_id = share(ports, plex, maya)
    assert granting.accept(to(plex, maya, token=token, share_id=share_id)) == reasons.VERIFY_EMAIL


@pytest.mark.parametrize("tries", [1, 6])
def test_it_is_the_reason_at_the_first_look_too_where_the_invite_does_not_show(
    ports, plex, granting, maya, token, tries
):
    plex.change_person(maya, confirmed=False)
    plex.hides_invites_of_unconfirmed = True
    share(ports, plex, maya)
    assert granting.accept(to(plex, maya, tries=tries, token=token)) == reasons.VERIFY_EMAIL


@pytest.mark.parametrize("error", [NO, PlexTokenRefused("void")])
def test_where_plex_refuses_to_accept_the_person_must(ports, plex, granting, maya, token, error):
    share_id = share(ports, plex, maya)
    plex.fail("accept_share", error)
    assert granting.accept(to(plex, maya, token=token, share_id=share_id)) == reasons.MUST_ACCEPT


@pytest.mark.parametrize("error", [NO, PlexTokenRefused("void")])
def test_where_plex_does_not_even_tell_why_the_person_must(ports, plex, granting, maya, token, error):
    share_id = share(ports, plex, maya)
    plex.fail("accept_share", NO)
    plex.fail("is_confirmed", error)
    assert granting.accept(to(plex, maya, token=token, share_id=share_id)) == reasons.MUST_ACCEPT


def test_a_failure_that_may_pass_is_no_refusal(ports, plex, granting, maya, token):
    share_id = share(ports, plex, maya)
    plex.fail("accept_share", LOST)
    with pytest.raises(TemporaryPlexError):
        granting.accept(to(plex, maya, token=token, share_id=share_id))


def at_home(plex, account_id, **more):
    return to(plex, account_id, plex_home=True, **more)


def test_with_a_place_at_home_both_are_accepted_at_once(ports, plex, granting, maya, token):
    ports.plex_owner.invite_home("maya")
    share_id = share(ports, plex, maya, plex_home=True)
    plex.calls.clear()
    assert granting.accept(at_home(plex, maya, token=token, share_id=share_id)) is InvitationState.IN
    assert plex.calls == ["join_home", "find_share", "home_members"]
    assert maya in plex.home


def test_who_has_the_libraries_and_no_place_at_home_yet_is_not_in(ports, plex, granting, maya):
    ports.plex_owner.invite_home("maya")
    plex.share_by_hand(maya, MOVIES, MUSIC)
    assert granting.accept(at_home(plex, maya)) == reasons.ACCEPT_HOME


def test_joining_the_home_follows_where_the_libraries_are_there(ports, plex, granting, maya, token):
    ports.plex_owner.invite_home("maya")
    plex.share_by_hand(maya, MOVIES, MUSIC)
    assert granting.accept(at_home(plex, maya, token=token)) is InvitationState.IN


def test_where_the_way_into_the_home_is_gone_the_libraries_are_accepted_all_the_same(
    ports, plex, granting, maya, token
):
    ports.plex_owner.invite_home("maya")
    share_id = share(ports, plex, maya, plex_home=True)
    plex.fail("join_home", GONE)
    assert granting.accept(at_home(plex, maya, token=token, share_id=share_id)) is InvitationState.NOT_AT_HOME
    assert plex.share_of(maya).accepted


def test_where_the_way_into_the_home_is_gone_for_good_the_person_must_join(ports, plex, granting, maya, token):
    ports.plex_owner.invite_home("maya")
    plex.share_by_hand(maya, MOVIES, MUSIC)
    plex.fail("join_home", GONE)
    assert granting.accept(at_home(plex, maya, token=token, tries=6)) == reasons.ACCEPT_HOME


def test_where_plex_refuses_to_join_the_person_must(ports, plex, granting, maya, token):
    ports.plex_owner.invite_home("maya")
    plex.share_by_hand(maya, MOVIES, MUSIC)
    plex.fail("join_home", NO)
    assert granting.accept(at_home(plex, maya, token=token)) == reasons.ACCEPT_HOME


def test_without_the_home_in_the_grant_no_home_is_joined(ports, plex, granting, maya, token):
    ports.plex_owner.invite_home("maya")
    share_id = share(ports, plex, maya)
    assert granting.accept(to(plex, maya, token=token, share_id=share_id)) is InvitationState.IN
    assert maya not in plex.home


def test_a_stranger_s_invite_is_left_alone(plex, granting, maya, token):
    stranger = plex.add_person("stranger")
    server = plex.add_server(stranger.id, "Another server", SERIES)
    theirs = plex.share_by_hand(maya, SERIES, accepted=False, machine_id=server.machine_id)
    plex.share_by_hand(maya, MOVIES, MUSIC, accepted=False)
    assert granting.accept(to(plex, maya, token=token)) is InvitationState.IN
    assert not theirs.accepted


def test_giving_up_says_why():
    assert str(GivenUp(replace(reasons.HOME_FULL, facts={"a": "b"}))) == "HomeFull"
