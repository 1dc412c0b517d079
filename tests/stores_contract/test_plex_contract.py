"""What plex.tv does, of the fake and of the real plexapi against the Plex stand-in (docs/plex.md)."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from chalicelib.common.records import replace
from chalicelib.plex.errors import OwnerTokenRefused, PlexRefused, PlexTokenRefused
from chalicelib.plex.model import Features, Grant, HomeCapacity, Library, OwnedServer, Place, Share
from chalicelib.plex.ports import PlexOwner, PlexPerson
from tests.fakes.plex import MOVIES, MUSIC, SERIES, FakePlexOwner, FakePlexPerson, PlexWorld
from tests.fakes.ports import NOW

RETURN_TO = "https://invites.example.org/"
NO_ONE = 999
NOT_A_LIBRARY = Library("149999999", "9", "Gone", "movie")


class FakePlex(PlexWorld):
    """The fake, with a clock of its own."""

    def __init__(self) -> None:
        self.now = NOW
        super().__init__(lambda: self.now)

    def later(self, **span: float) -> None:
        self.now += timedelta(**span)

    def change(self, **options: Any) -> None:
        for name, value in options.items():
            setattr(self, name, value)

    def befriend(self, account_id: int) -> None:
        self.friends.add(account_id)

    def put_into_another_home(self, account_id: int) -> None:
        self.in_another_home.add(account_id)

    def plex_person(self) -> PlexPerson:
        return FakePlexPerson(self)

    def plex_owner(self) -> PlexOwner:
        return FakePlexOwner(self)


@pytest.fixture(scope="module")
def stand_in():
    from tests.stores_contract.plex_stand_in import stand_in_world

    with stand_in_world() as world:
        yield world


@pytest.fixture(params=["fake", pytest.param("stand-in", marks=pytest.mark.stack)])
def plex(request) -> Any:
    """A plex.tv with an owner, her server and three libraries."""
    if request.param == "fake":
        return FakePlex()
    world = request.getfixturevalue("stand_in")
    world.start_over()
    return world


@pytest.fixture
def person(plex) -> PlexPerson:
    return plex.plex_person()


@pytest.fixture
def owner(plex) -> PlexOwner:
    return plex.plex_owner()


@pytest.fixture
def maya(plex) -> int:
    return plex.add_person("maya").id


def a_grant(plex, *libraries: Library, **features: bool) -> Grant:
    return Grant(plex.server.machine_id, plex.owner.id, libraries or (MOVIES, MUSIC), Features(**features))


def found(owner: PlexOwner, plex, account_id: int) -> Share:
    share = owner.find_share(account_id, plex.server.machine_id)
    assert share
    return share


def invited_by_a_stranger(plex, account_id: int) -> Any:
    stranger = plex.add_person("stranger")
    server = plex.add_server(stranger.id, "Another server", Library("150000001", "1", "Films", "movie"))
    plex.share_by_hand(account_id, accepted=False, machine_id=server.machine_id)
    return server


def test_a_pin_gives_no_token_before_it_is_approved(plex, person):
    assert person.token(person.start(RETURN_TO).id) is None


def test_an_approved_pin_gives_a_token_that_speaks_for_the_account(plex, person, maya):
    pin = person.start(RETURN_TO)
    plex.approve(pin.id, maya)
    account = person.account(person.token(pin.id))
    assert (account.id, account.name, account.email) == (maya, "maya", "maya@example.org")
    assert (account.confirmed, account.restricted) == (True, False)


def test_plex_tv_sends_the_person_back_to_where_they_came_from(person):
    assert "invites.example.org" in person.start(RETURN_TO).auth_url


def test_a_pin_is_gone_after_half_an_hour(plex, person):
    pin = person.start(RETURN_TO)
    plex.later(minutes=31)
    with pytest.raises(PlexRefused) as refused:
        person.token(pin.id)
    assert refused.value.is_absence


def test_no_sign_in_ends_the_token_of_another(plex, person, maya):
    tokens = []
    for _ in range(2):
        pin = person.start(RETURN_TO)
        plex.approve(pin.id, maya)
        tokens.append(person.token(pin.id))
    assert [person.account(token).id for token in tokens] == [maya, maya]


def test_a_token_that_was_signed_out_is_void_and_may_be_signed_out_again(plex, person, maya):
    token, other = plex.sign_in(maya), plex.sign_in(maya, "their phone")
    for _ in range(2):
        person.sign_out(token)
    with pytest.raises(PlexTokenRefused):
        person.account(token)
    assert person.account(other).id == maya


def test_a_later_sign_in_of_the_same_client_ends_the_earlier_token(plex, person, maya):
    earlier, elsewhere = plex.sign_in(maya), plex.sign_in(maya, "owner")
    plex.sign_in(maya)
    with pytest.raises(PlexTokenRefused):
        person.account(earlier)
    assert person.account(elsewhere).id == maya


def test_an_address_that_is_not_verified_shows(plex, person):
    token = plex.sign_in(plex.add_person("emil", confirmed=False).id)
    assert not person.account(token).confirmed
    assert not person.is_confirmed(token)


def test_a_person_reaches_the_servers_whose_shares_they_accepted_and_their_own(plex, person, maya):
    token = plex.sign_in(maya)
    plex.share_by_hand(maya, MOVIES, accepted=False)
    of_owner = partial(person.server_ids, token, account_id=maya)
    assert of_owner(owner_id=plex.owner.id) == frozenset()
    plex.accept_by_hand(maya)
    own = plex.add_server(maya, "Maya's Plex")
    assert of_owner(owner_id=plex.owner.id) == {plex.server.machine_id}
    assert of_owner(owner_id=maya) == {own.machine_id}
    for owner_id in (plex.owner.id, maya):
        both = person.account_with_servers(token, owner_id=owner_id)
        assert both == (person.account(token), of_owner(owner_id=owner_id))
    assert person.owned_servers(token) == (OwnedServer(own.machine_id, "Maya's Plex"),)


def test_a_token_that_is_not_known_is_refused_by_every_call(person):
    for call in (
        person.account,
        partial(person.server_ids, account_id=1, owner_id=2),
        partial(person.account_with_servers, owner_id=2),
        person.owned_servers,
        person.is_confirmed,
        partial(person.accept_share, share_id="1"),
        partial(person.accept_matching, owner_id=1, machine_id="machine"),
        partial(person.join_home, owner_id=1),
    ):
        with pytest.raises(PlexTokenRefused):
            call("unknown")


def test_a_share_gives_exactly_what_was_granted_and_waits_for_the_person(plex, owner, maya):
    grant = a_grant(plex, MOVIES, MUSIC, downloads=True, live_tv=True)
    share = owner.share(maya, grant)
    assert share.is_exactly(grant)
    assert (share.account_id, share.accepted, share.downloads, share.live_tv) == (maya, False, True, True)
    assert found(owner, plex, maya) == share


def test_a_share_with_a_friend_needs_no_accepting(plex, owner, maya):
    plex.befriend(maya)
    assert owner.share(maya, a_grant(plex)).accepted


def test_plex_tv_may_accept_a_share_at_once(plex, owner, maya):
    plex.change(accepts_at_once=True)
    assert owner.share(maya, a_grant(plex)).accepted


def test_a_person_whose_address_is_not_verified_has_to_accept_in_any_case(plex, owner):
    plex.change(accepts_at_once=True)
    emil = plex.add_person("emil", confirmed=False).id
    plex.befriend(emil)
    assert not owner.share(emil, a_grant(plex)).accepted


@pytest.mark.parametrize("accepted", [True, False])
def test_a_second_share_is_refused_as_already_shared(plex, owner, maya, accepted):
    plex.share_by_hand(maya, SERIES, accepted=accepted)
    with pytest.raises(PlexRefused) as refused:
        owner.share(maya, a_grant(plex))
    assert refused.value.already_shared


def test_a_share_with_no_one_is_refused(plex, owner):
    with pytest.raises(PlexRefused) as refused:
        owner.share(NO_ONE, a_grant(plex))
    assert not refused.value.already_shared


def test_a_share_of_a_library_that_is_gone_is_refused(plex, owner, maya):
    with pytest.raises(PlexRefused) as refused:
        owner.share(maya, a_grant(plex, MOVIES, NOT_A_LIBRARY))
    assert refused.value.is_absence
    assert owner.find_share(maya, plex.server.machine_id) is None


def test_a_share_without_libraries_never_reaches_plex(plex, owner, maya):
    with pytest.raises(AssertionError):
        owner.share(maya, Grant(plex.server.machine_id, plex.owner.id, (), Features()))


def test_a_share_over_the_limit_of_people_is_refused(plex, owner, maya):
    plex.change(people_limit=1)
    plex.share_by_hand(plex.add_person("noah").id, MOVIES)
    with pytest.raises(PlexRefused) as refused:
        owner.share(maya, a_grant(plex))
    assert not refused.value.already_shared


def test_a_share_is_found_by_its_account_and_no_other(plex, owner, maya):
    plex.share_by_hand(plex.add_person("noah").id, MOVIES)
    assert owner.find_share(maya, plex.server.machine_id) is None


def test_nothing_is_shared_of_a_server_that_is_gone(plex, owner, maya):
    plex.share_by_hand(maya, MOVIES)
    plex.remove_server()
    assert owner.find_share(maya, plex.server.machine_id) is None
    assert owner.library_ids(plex.server.machine_id) == frozenset()
    with pytest.raises(PlexRefused):
        owner.libraries(plex.server.machine_id)
    with pytest.raises(PlexRefused):
        owner.share(maya, a_grant(plex))


def test_the_libraries_are_those_of_the_server(plex, owner):
    assert owner.libraries(plex.server.machine_id) == ("Olivia's Plex", (MOVIES, SERIES, MUSIC))
    assert owner.library_ids(plex.server.machine_id) == {MOVIES.id, SERIES.id, MUSIC.id}


def test_a_library_that_is_gone_is_in_no_share_any_more(plex, owner, maya):
    plex.share_by_hand(maya, MOVIES, SERIES)
    plex.remove_library(SERIES)
    assert found(owner, plex, maya).library_ids == {MOVIES.id}


def test_a_share_of_everything_says_so(plex, owner, maya):
    plex.share_by_hand(maya)
    share = found(owner, plex, maya)
    assert share.everything
    assert share.library_ids == {MOVIES.id, SERIES.id, MUSIC.id}


@pytest.mark.parametrize("libraries", [(), (SERIES,), (MOVIES, SERIES, MUSIC)], ids=["everything", "others", "more"])
def test_a_correction_brings_a_share_to_the_grant(plex, owner, maya, libraries):
    plex.share_by_hand(maya, *libraries)
    grant = a_grant(plex, MOVIES, downloads=True, live_tv=True)
    for _ in range(2):
        owner.correct(found(owner, plex, maya), grant)
        share = found(owner, plex, maya)
        assert share.is_exactly(grant)
        assert (share.accepted, share.downloads, share.live_tv) == (True, True, True)


def test_a_correction_of_a_share_that_is_gone_is_refused(plex, owner, maya):
    share = owner.share(maya, a_grant(plex))
    plex.end_shares(maya)
    with pytest.raises(PlexRefused) as refused:
        owner.correct(share, a_grant(plex))
    assert refused.value.is_absence


def test_a_correction_to_a_library_that_is_gone_is_refused(plex, owner, maya):
    share = owner.share(maya, a_grant(plex))
    with pytest.raises(PlexRefused) as refused:
        owner.correct(share, a_grant(plex, NOT_A_LIBRARY))
    assert refused.value.is_absence


@pytest.mark.parametrize("accepted", [True, False])
def test_a_share_ends_and_may_be_ended_twice(plex, owner, maya, accepted):
    plex.share_by_hand(maya, MOVIES, accepted=accepted)
    share = found(owner, plex, maya)
    owner.unshare(share)
    owner.unshare(share)
    assert owner.find_share(maya, plex.server.machine_id) is None


def test_a_person_accepts_a_share_once(plex, owner, person, maya):
    token, share = plex.sign_in(maya), owner.share(maya, a_grant(plex))
    assert person.accept_share(token, share.id)
    assert found(owner, plex, maya).accepted
    assert not person.accept_share(token, share.id)


def test_a_person_accepts_no_one_else_s_share(plex, owner, person, maya):
    share = owner.share(maya, a_grant(plex))
    assert not person.accept_share(plex.sign_in(plex.add_person("noah").id), share.id)
    assert not found(owner, plex, maya).accepted


def test_a_person_whose_address_is_not_verified_accepts_nothing(plex, owner, person):
    emil = plex.add_person("emil", confirmed=False).id
    token, share = plex.sign_in(emil), owner.share(emil, a_grant(plex))
    with pytest.raises(PlexRefused):
        person.accept_share(token, share.id)
    with pytest.raises(PlexRefused):
        person.accept_matching(token, owner_id=plex.owner.id, machine_id=plex.server.machine_id)
    assert not found(owner, plex, emil).accepted


def test_a_share_is_shown_to_the_person_after_a_while(plex, owner, person, maya):
    plex.change(shown_to_person_after=timedelta(seconds=40))
    token, share = plex.sign_in(maya), owner.share(maya, a_grant(plex))
    assert not person.accept_share(token, share.id)
    assert not person.accept_matching(token, owner_id=plex.owner.id, machine_id=plex.server.machine_id)
    plex.later(seconds=41)
    assert person.accept_share(token, share.id)


def test_a_matching_share_is_accepted_and_a_stranger_s_is_not(plex, owner, person, maya):
    token, server = plex.sign_in(maya), invited_by_a_stranger(plex, maya)
    assert not person.accept_matching(token, owner_id=plex.owner.id, machine_id=plex.server.machine_id)
    assert not person.accept_matching(token, owner_id=plex.owner.id, machine_id=server.machine_id)
    owner.share(maya, a_grant(plex))
    assert person.accept_matching(token, owner_id=plex.owner.id, machine_id=plex.server.machine_id)
    assert found(owner, plex, maya).accepted
    assert person.server_ids(token, account_id=maya, owner_id=plex.owner.id) == {plex.server.machine_id}


def test_a_row_that_a_cancelled_invite_left_behind_cannot_be_accepted(plex, owner, person, maya):
    token, left = plex.sign_in(maya), plex.share_by_hand(maya, MOVIES, accepted=False, left_behind=True)
    assert not found(owner, plex, maya).accepted
    assert not person.accept_share(token, str(left.id))
    assert not person.accept_matching(token, owner_id=plex.owner.id, machine_id=plex.server.machine_id)
    with pytest.raises(PlexRefused) as refused:
        owner.share(maya, a_grant(plex))
    assert refused.value.already_shared


def test_without_a_home_the_owner_is_in_it_alone(plex, owner):
    (member,) = owner.home_members()
    assert (member.account_id, member.managed) == (plex.owner.id, False)
    assert owner.home_capacity() == HomeCapacity(1, 15, plex_pass=True)


def test_a_managed_user_is_made_each_time_that_it_is_asked_for(owner):
    made = [owner.create_managed("Tom & Jerry #1") for _ in range(2)]
    managed = [member for member in owner.home_members() if member.managed]
    assert [(member.account_id, member.title) for member in managed] == [(id_, "Tom & Jerry #1") for id_ in made]
    assert owner.home_capacity().size == 3


def test_a_share_with_a_managed_user_needs_no_accepting(plex, owner):
    assert owner.share(owner.create_managed("Tom"), a_grant(plex)).accepted


@pytest.mark.parametrize("name", ["maya", "maya@example.org"])
def test_who_is_invited_into_the_home_counts_as_of_it_before_they_join(owner, maya, name):
    owner.invite_home(name)
    assert owner.is_at_home(maya)
    assert maya not in {member.account_id for member in owner.home_members()}


def test_an_invite_into_the_home_that_is_answered_by_a_word_is_not_said(plex, owner, maya):
    noah = plex.add_person("noah")
    assert owner.invite_home("maya")
    plex.change(says_home_invites=False)
    assert not owner.invite_home("noah")
    assert owner.is_at_home(noah.id)


def test_who_is_not_invited_is_not_at_home(owner, maya):
    assert not owner.is_at_home(maya)


def test_a_second_invite_into_the_home_is_refused(owner, maya):
    owner.invite_home("maya")
    with pytest.raises(PlexRefused):
        owner.invite_home("maya")
    assert owner.is_at_home(maya)


def test_the_home_takes_no_more_than_it_has_room_for(plex, owner, maya):
    plex.change(home_limit=2)
    owner.create_managed("Tom")
    with pytest.raises(PlexRefused):
        owner.create_managed("Jerry")
    with pytest.raises(PlexRefused):
        owner.invite_home("maya")
    assert owner.home_capacity() == HomeCapacity(2, 2, plex_pass=True)


def test_without_plex_pass_existing_accounts_are_not_invited(plex, owner, maya):
    plex.change(plex_pass=False)
    with pytest.raises(PlexRefused):
        owner.invite_home("maya")
    assert not owner.is_at_home(maya)
    assert not owner.home_capacity().plex_pass


def test_a_person_in_another_home_is_not_invited(plex, owner, maya):
    plex.put_into_another_home(maya)
    with pytest.raises(PlexRefused):
        owner.invite_home("maya")


def test_no_one_by_that_name_is_not_invited(owner):
    with pytest.raises(PlexRefused):
        owner.invite_home("unknown")


def test_a_managed_user_needs_a_title(owner):
    with pytest.raises(PlexRefused):
        owner.create_managed(" ")


def test_joining_the_home_accepts_what_was_shared_with_it(plex, owner, person, maya):
    owner.invite_home("maya")
    owner.share(maya, a_grant(plex))
    assert person.join_home(plex.sign_in(maya), owner_id=plex.owner.id)
    assert maya in {member.account_id for member in owner.home_members()}
    assert found(owner, plex, maya).accepted


def test_there_is_no_home_to_join_without_an_invite(plex, owner, person, maya):
    owner.share(maya, a_grant(plex))
    assert not person.join_home(plex.sign_in(maya), owner_id=plex.owner.id)
    assert not found(owner, plex, maya).accepted


def test_a_home_is_joined_by_its_owner_s_invite_only(plex, owner, person, maya):
    owner.invite_home("maya")
    assert not person.join_home(plex.sign_in(maya), owner_id=plex.add_person("noah").id)


def test_an_invite_into_the_home_is_shown_after_a_while(plex, owner, person, maya):
    plex.change(shown_to_person_after=timedelta(seconds=40))
    token = plex.sign_in(maya)
    owner.invite_home("maya")
    assert not person.join_home(token, owner_id=plex.owner.id)
    plex.later(seconds=41)
    assert person.join_home(token, owner_id=plex.owner.id)


def test_a_person_whose_address_is_not_verified_joins_no_home(plex, owner, person):
    emil = plex.add_person("emil", confirmed=False).id
    owner.invite_home("emil")
    with pytest.raises(PlexRefused):
        person.join_home(plex.sign_in(emil), owner_id=plex.owner.id)


def test_a_member_leaves_the_home_and_keeps_what_is_shared(plex, owner, maya):
    owner.invite_home("maya")
    plex.join_home_by_hand(maya)
    owner.share(maya, a_grant(plex))
    owner.remove_from_home(maya)
    owner.remove_from_home(maya)
    assert not owner.is_at_home(maya)
    assert maya not in {member.account_id for member in owner.home_members()}
    assert found(owner, plex, maya)


def test_an_invite_into_the_home_is_taken_back(plex, owner, maya):
    owner.invite_home("maya")
    owner.remove_from_home(maya)
    assert not owner.is_at_home(maya)


def test_a_managed_user_ceases_to_exist_with_what_was_shared(plex, owner):
    tom = owner.create_managed("Tom")
    owner.share(tom, a_grant(plex))
    owner.remove_from_home(tom)
    assert [member.account_id for member in owner.home_members()] == [plex.owner.id]
    assert owner.find_share(tom, plex.server.machine_id) is None


def test_a_refused_token_of_the_owner_is_told_from_all_else_by_every_call(plex, owner, maya):
    grant = a_grant(plex)
    share = owner.share(maya, grant)
    plex.change(takes_owner_token=False)
    for call in (
        partial(owner.libraries, grant.machine_id),
        partial(owner.share, maya, grant),
        partial(owner.find_share, maya, grant.machine_id),
        partial(owner.correct, share, grant),
        partial(owner.unshare, share),
        partial(owner.library_ids, grant.machine_id),
        owner.home_members,
        partial(owner.is_at_home, maya),
        partial(owner.invite_home, "maya"),
        partial(owner.create_managed, "Tom"),
        partial(owner.remove_from_home, maya),
        owner.home_capacity,
    ):
        with pytest.raises(OwnerTokenRefused):
            call()


HIDDEN = (("filterMovies", "contentRating!=R"),)


def test_what_is_hidden_goes_with_a_share_and_with_its_correction(plex, owner, maya):
    plex.change(plex_pass=True)
    owner.share(maya, replace(a_grant(plex), filters=HIDDEN))
    assert found(owner, plex, maya).filters == HIDDEN
    other = (("filterTelevision", "contentRating=TV-G"),)
    owner.correct(found(owner, plex, maya), replace(a_grant(plex), filters=other))
    assert found(owner, plex, maya).filters == other


def test_nothing_is_shared_where_hiding_needs_a_plex_pass(plex, owner, maya):
    plex.change(plex_pass=False)
    with pytest.raises(PlexRefused):
        owner.share(maya, replace(a_grant(plex), filters=HIDDEN))
    assert owner.find_share(maya, plex.server.machine_id) is None


def test_a_share_is_put_back_to_what_it_was(plex, owner, maya):
    plex.change(plex_pass=True)
    plex.share_by_hand(maya, SERIES, filters=HIDDEN)
    was = found(owner, plex, maya)
    assert was.filters == HIDDEN
    owner.correct(was, a_grant(plex, downloads=True, live_tv=True))
    corrected = found(owner, plex, maya)
    assert (corrected.filters, corrected.downloads, corrected.live_tv) == ((), True, True)
    owner.put_back(corrected, was, plex.server.machine_id, was.library_ids)
    assert found(owner, plex, maya) == was


def test_what_hid_nothing_hides_nothing_once_it_is_put_back(plex, owner, maya):
    plex.share_by_hand(maya, SERIES)
    was = found(owner, plex, maya)
    owner.correct(was, replace(a_grant(plex), filters=HIDDEN))
    assert found(owner, plex, maya).filters == HIDDEN
    owner.put_back(found(owner, plex, maya), was, plex.server.machine_id, was.library_ids)
    assert found(owner, plex, maya) == was


def test_no_share_is_put_back_to_no_libraries_which_would_be_all(plex, owner, maya):
    plex.share_by_hand(maya, SERIES)
    was = found(owner, plex, maya)
    with pytest.raises(AssertionError):
        owner.put_back(was, was, plex.server.machine_id, frozenset())


def test_what_is_gone_is_not_put_back(plex, owner, maya):
    plex.share_by_hand(maya, SERIES)
    was = found(owner, plex, maya)
    plex.end_shares(maya)
    with pytest.raises(PlexRefused) as refused:
        owner.put_back(was, was, plex.server.machine_id, was.library_ids)
    assert refused.value.is_absence


def test_downloads_may_need_a_plex_pass(plex, owner, maya):
    plex.change(plex_pass=False, downloads_need_plex_pass=True)
    with pytest.raises(PlexRefused) as refused:
        owner.share(maya, a_grant(plex, downloads=True))
    assert refused.value.lacks_plex_pass
    share = owner.share(maya, a_grant(plex))
    with pytest.raises(PlexRefused) as refused:
        owner.correct(share, a_grant(plex, downloads=True))
    assert refused.value.lacks_plex_pass


def test_a_person_with_an_unverified_address_may_be_shown_no_invites(plex, owner, person):
    plex.change(hides_invites_of_unconfirmed=True)
    emil = plex.add_person("emil", confirmed=False).id
    share, token = owner.share(emil, a_grant(plex)), plex.sign_in(emil)
    assert not person.accept_share(token, share.id)
    assert not person.accept_matching(token, owner_id=plex.owner.id, machine_id=plex.server.machine_id)


def test_the_addresses_of_the_owner_s_people_are_known(plex, owner, maya):
    assert owner.email_of(maya) is None
    plex.share_by_hand(maya, MOVIES)
    assert owner.email_of(maya) == "maya@example.org"
    assert owner.email_of(NO_ONE) is None


# Everybody at once


def surveyed(owner, plex):
    return owner.survey(plex.server.machine_id).people


def test_a_survey_has_everybody_with_what_they_have_and_where_they_are(plex, owner, maya):
    friend, guest = plex.add_person("fred").id, plex.add_person("gina").id
    plex.share_by_hand(maya, MOVIES)
    plex.share_by_hand(friend, accepted=False)
    owner.invite_home("gina")
    managed = owner.create_managed("Tom")
    people = surveyed(owner, plex)
    assert people.keys() - {plex.owner.id} == {maya, friend, guest, managed}
    assert people[maya].share == owner.find_share(maya, plex.server.machine_id)
    assert (people[friend].share.accepted, people[friend].share.everything) == (False, True)
    assert (people[guest].share, people[guest].place, people[maya].place) == (None, Place.INVITED, Place.OUT)
    assert (people[managed].place, people[managed].managed, people[managed].name) == (Place.MEMBER, True, "Tom")
    assert people[maya].name == "maya"


def test_who_is_invited_into_the_home_may_stand_among_the_invites_alone(plex, owner, maya):
    plex.change(marks_home_invites=False)
    owner.invite_home("maya")
    assert owner.survey(plex.server.machine_id).place_of(maya) is Place.OUT
    assert owner.home_invites() == {maya}
    assert owner.is_at_home(maya)
    plex.join_home_by_hand(maya)
    assert owner.survey(plex.server.machine_id).place_of(maya) is Place.MEMBER
    assert owner.home_invites() == frozenset()


def test_where_there_is_no_list_of_invites_nobody_is_invited_by_it(plex, owner, maya):
    owner.invite_home("maya")
    plex.change(shows_home_invites=False)
    assert owner.home_invites() == frozenset()


def test_who_is_not_listed_has_nothing_and_is_out_of_the_home(plex, owner, maya):
    survey = owner.survey(plex.server.machine_id)
    assert (survey.shares.tells_of(maya), survey.shares.by_account, survey.place_of(maya)) == (True, {}, Place.OUT)


def test_what_another_server_shares_is_not_surveyed(plex, owner, maya):
    invited_by_a_stranger(plex, maya)
    assert maya not in surveyed(owner, plex)


def test_shares_are_listed_elsewhere_as_well(plex, owner, maya):
    friend = plex.add_person("fred").id
    plex.share_by_hand(maya, MOVIES, filters=(("filterMovies", "contentRating!=R"),))
    plex.share_by_hand(friend, SERIES, accepted=False)
    elsewhere = owner.owned_shares(plex.server.machine_id)
    assert elsewhere.by_account == {id_: found(owner, plex, id_) for id_ in (maya, friend)}


def test_a_survey_needs_the_owner(plex, owner):
    plex.change(takes_owner_token=False)
    for look in (owner.survey, owner.owned_shares, lambda _: owner.home_invites()):
        with pytest.raises(OwnerTokenRefused):
            look(plex.server.machine_id)
