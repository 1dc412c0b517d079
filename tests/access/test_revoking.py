import pytest

from chalicelib.access.model import Given
from chalicelib.access.revoking import Revoking, is_titled
from chalicelib.plex.errors import OwnerTokenRefused, TemporaryPlexError
from tests.fakes.plex import MOVIES, MUSIC, SERIES
from tests.fakes.ports import FakePorts


@pytest.fixture
def ports():
    return FakePorts()


@pytest.fixture
def plex(ports):
    return ports.plex


@pytest.fixture
def revoking(ports):
    return ports.use(Revoking)


@pytest.fixture
def maya(plex):
    return plex.add_person("maya").id


def take_back(revoking, account_id, *, share=True, home=False, title=None):
    machine_id = revoking.plex_owner._world.server.machine_id
    revoking.take_back(Given(machine_id=machine_id, plex_id=account_id, share=share, home=home, home_title=title))


def test_a_managed_user_whose_id_is_not_known_is_found_by_title(ports, plex, revoking):
    other, tom = ports.plex_owner.create_managed("Tom"), ports.plex_owner.create_managed("Tom 2")
    take_back(revoking, None, home=True, title=" tom 2")
    assert other in plex.home
    assert tom not in plex.home


def test_a_title_that_no_member_has_was_never_given(ports, plex, revoking):
    tom = ports.plex_owner.create_managed("Tom")
    take_back(revoking, None, home=True, title="Jerry")
    assert tom in plex.home


def test_without_account_and_title_nothing_was_given(plex, revoking):
    take_back(revoking, None, home=True)
    assert plex.calls == []


def test_what_was_not_given_stays(plex, revoking, maya):
    plex.share_by_hand(maya, MOVIES)
    plex.join_home_by_hand(maya)
    take_back(revoking, maya, share=False, home=False)
    assert plex.share_of(maya)
    assert maya in plex.home
    assert plex.calls == []


@pytest.mark.parametrize("accepted", [True, False])
def test_a_share_ends_and_an_invite_is_taken_back(plex, revoking, maya, accepted):
    plex.share_by_hand(maya, MOVIES, accepted=accepted)
    take_back(revoking, maya, home=False)
    assert plex.share_of(maya) is None
    assert plex.calls == ["find_share", "unshare", "find_share"]


def test_what_is_not_shared_needs_no_ending(plex, revoking, maya):
    for _ in range(2):
        take_back(revoking, maya, home=False)
    assert set(plex.calls) == {"find_share"}


def test_others_keep_what_they_have(plex, revoking, maya):
    noah = plex.add_person("noah").id
    plex.share_by_hand(noah, MOVIES)
    plex.join_home_by_hand(noah)
    take_back(revoking, maya, home=True)
    assert plex.share_of(noah)
    assert noah in plex.home


def test_a_member_leaves_the_home_where_the_grant_had_it(plex, revoking, maya):
    plex.join_home_by_hand(maya)
    take_back(revoking, maya, home=False)
    assert maya in plex.home
    take_back(revoking, maya, home=True)
    assert maya not in plex.home


def test_an_invite_into_the_home_is_taken_back(plex, revoking, maya):
    plex.home_invites[maya] = plex.clock()
    take_back(revoking, maya, home=True)
    assert plex.home_invites == {}


def test_a_share_that_a_read_still_shows_is_not_gone(plex, revoking, maya):
    plex.share_by_hand(maya, MOVIES)
    plex.keeps_removals = False
    with pytest.raises(TemporaryPlexError):
        take_back(revoking, maya, home=True)
    assert "remove_from_home" not in plex.calls


@pytest.mark.parametrize("joined", [True, False])
def test_a_place_at_home_that_a_read_still_shows_is_not_gone(plex, revoking, maya, joined):
    if joined:
        plex.join_home_by_hand(maya)
    else:
        plex.home_invites[maya] = plex.clock()
    plex.keeps_removals = False
    with pytest.raises(TemporaryPlexError):
        take_back(revoking, maya, home=True)


def test_a_place_that_only_the_list_of_members_shows_is_not_gone(plex, revoking):
    with pytest.raises(TemporaryPlexError):
        take_back(revoking, plex.owner.id, home=True)


def test_a_refused_token_of_the_owner_is_passed_on(plex, revoking, maya):
    plex.takes_owner_token = False
    with pytest.raises(OwnerTokenRefused):
        take_back(revoking, maya, home=False)


def test_titles_are_the_same_whatever_their_case_and_the_space_around_them():
    assert is_titled(" TOM Straße ", "tom strasse")
    assert is_titled("tom", " Tom")
    assert not is_titled("tom", "tom 2")


HIDDEN = (("filterMovies", "contentRating!=R"),)


def put_back(revoking, plex, account_id, was):
    """After it was brought to a grant of the series."""
    world, stored = revoking.plex_owner._world, plex.share_of(account_id)
    stored.library_ids, stored.everything, stored.downloads, stored.filters = frozenset({SERIES.id}), False, True, ()
    machine_id = world.server.machine_id
    revoking.take_back(Given(machine_id=machine_id, plex_id=account_id, share=True, found=was))


def shown(revoking, plex, account_id):
    return revoking.plex_owner.find_share(account_id, plex.server.machine_id)


def test_what_another_hand_had_shared_is_put_back_as_it_was(plex, revoking, maya):
    plex.share_by_hand(maya, MOVIES, MUSIC, live_tv=True, filters=HIDDEN)
    was = shown(revoking, plex, maya)
    put_back(revoking, plex, maya, was)
    assert shown(revoking, plex, maya) == was


def test_everything_is_put_back_as_so_many_libraries(plex, revoking, maya):
    plex.share_by_hand(maya)
    was = shown(revoking, plex, maya)
    put_back(revoking, plex, maya, was)
    back = shown(revoking, plex, maya)
    assert (back.library_ids, back.everything) == (was.library_ids, False)


def test_libraries_that_are_gone_meanwhile_are_not_put_back(plex, revoking, maya):
    plex.share_by_hand(maya, MOVIES, MUSIC)
    was = shown(revoking, plex, maya)
    plex.remove_library(MUSIC)
    put_back(revoking, plex, maya, was)
    assert shown(revoking, plex, maya).library_ids == {MOVIES.id}


def test_where_all_of_them_are_gone_nothing_is_asked_of_plex(plex, revoking, maya):
    plex.share_by_hand(maya, MUSIC)
    was = shown(revoking, plex, maya)
    plex.remove_library(MUSIC)
    put_back(revoking, plex, maya, was)
    assert "put_back" not in plex.calls


def test_what_was_never_changed_is_not_put_back(plex, revoking, maya):
    plex.share_by_hand(maya, MOVIES)
    was = shown(revoking, plex, maya)
    revoking.take_back(Given(machine_id=plex.server.machine_id, plex_id=maya, share=True, found=was))
    assert "put_back" not in plex.calls


def test_a_share_that_took_the_place_of_another_hand_s_invite_is_removed(plex, revoking, maya):
    plex.share_by_hand(maya, MOVIES, accepted=False)
    was = shown(revoking, plex, maya)
    plex.end_shares(maya)
    plex.share_by_hand(maya, SERIES)
    revoking.take_back(Given(machine_id=plex.server.machine_id, plex_id=maya, share=True, found=was))
    assert plex.share_of(maya) is None


def test_what_is_not_back_at_the_read_is_put_back_again(plex, revoking, maya):
    plex.share_by_hand(maya, MOVIES)
    was = shown(revoking, plex, maya)
    plex.keeps_corrections = False
    with pytest.raises(TemporaryPlexError):
        put_back(revoking, plex, maya, was)
