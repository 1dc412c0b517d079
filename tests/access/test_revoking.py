import pytest

from chalicelib.access.model import Given
from chalicelib.access.revoking import Revoking, is_titled
from chalicelib.plex.errors import OwnerTokenRefused, TemporaryPlexError
from tests.fakes.plex import MOVIES
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


def test_the_account_is_the_one_that_it_was_given_to(plex, revoking):
    assert revoking.find_account(Given(machine_id="machine", plex_id=41, home_title="Tom")) == 41
    assert plex.calls == []


def test_a_managed_user_is_found_by_title(ports, revoking):
    other, tom = ports.plex_owner.create_managed("Tom"), ports.plex_owner.create_managed("Tom 2")
    assert other != tom
    assert revoking.find_account(Given(machine_id="machine", plex_id=None, home_title=" tom 2")) == tom
    assert revoking.find_account(Given(machine_id="machine", plex_id=None, home_title="Jerry")) is None


def test_without_account_and_title_there_is_none_to_find(plex, revoking):
    assert revoking.find_account(Given(machine_id="machine", plex_id=None)) is None
    assert plex.calls == []


@pytest.mark.parametrize("accepted", [True, False])
def test_a_share_ends_and_an_invite_is_taken_back(plex, revoking, maya, accepted):
    plex.share_by_hand(maya, MOVIES, accepted=accepted)
    revoking.revoke(maya, plex.server.machine_id, home=False)
    assert plex.share_of(maya) is None
    assert plex.calls == ["find_share", "unshare", "find_share"]


def test_what_is_not_shared_needs_no_ending(plex, revoking, maya):
    for _ in range(2):
        revoking.revoke(maya, plex.server.machine_id, home=False)
    assert set(plex.calls) == {"find_share"}


def test_others_keep_what_they_have(plex, revoking, maya):
    noah = plex.add_person("noah").id
    plex.share_by_hand(noah, MOVIES)
    plex.join_home_by_hand(noah)
    revoking.revoke(maya, plex.server.machine_id, home=True)
    assert plex.share_of(noah)
    assert noah in plex.home


def test_a_member_leaves_the_home_where_the_grant_had_it(plex, revoking, maya):
    plex.join_home_by_hand(maya)
    revoking.revoke(maya, plex.server.machine_id, home=False)
    assert maya in plex.home
    revoking.revoke(maya, plex.server.machine_id, home=True)
    assert maya not in plex.home


def test_an_invite_into_the_home_is_taken_back(plex, revoking, maya):
    plex.home_invites[maya] = plex.clock()
    revoking.revoke(maya, plex.server.machine_id, home=True)
    assert plex.home_invites == {}


def test_a_share_that_a_read_still_shows_is_not_gone(plex, revoking, maya):
    plex.share_by_hand(maya, MOVIES)
    plex.keeps_removals = False
    with pytest.raises(TemporaryPlexError):
        revoking.revoke(maya, plex.server.machine_id, home=True)
    assert "remove_from_home" not in plex.calls


@pytest.mark.parametrize("joined", [True, False])
def test_a_place_at_home_that_a_read_still_shows_is_not_gone(plex, revoking, maya, joined):
    if joined:
        plex.join_home_by_hand(maya)
    else:
        plex.home_invites[maya] = plex.clock()
    plex.keeps_removals = False
    with pytest.raises(TemporaryPlexError):
        revoking.revoke(maya, plex.server.machine_id, home=True)


def test_a_place_that_only_the_list_of_members_shows_is_not_gone(plex, revoking):
    with pytest.raises(TemporaryPlexError):
        revoking.revoke(plex.owner.id, plex.server.machine_id, home=True)


def test_a_refused_token_of_the_owner_is_passed_on(plex, revoking, maya):
    plex.takes_owner_token = False
    with pytest.raises(OwnerTokenRefused):
        revoking.revoke(maya, plex.server.machine_id, home=False)


def test_titles_are_the_same_whatever_their_case_and_the_space_around_them():
    assert is_titled(" TOM Straße ", "tom strasse")
    assert is_titled("tom", " Tom")
    assert not is_titled("tom", "tom 2")
