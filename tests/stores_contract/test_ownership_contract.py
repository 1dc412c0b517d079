"""setup.ports.OwnershipStore."""

import pytest

from chalicelib.accounts.sessions import new_session
from chalicelib.common.people import Permission
from chalicelib.common.ports import StaleWrite
from chalicelib.common.records import replace
from chalicelib.common.refusals import UserNotFound
from chalicelib.plex.model import OwnedServer
from chalicelib.setup.model import Handover, Ownership
from tests.stores_contract.builders import a_closed_account, a_session, a_sign_in, a_user, an_account, an_entry

pytestmark = pytest.mark.usefixtures("without_owner")


def an_ownership(user, **facts):
    servers = (OwnedServer("attic", "Attic"), OwnedServer("cellar", "Cellar"))
    defaults = {"owner_id": user.id, "plex_id": user.plex_id, "servers": servers, "spent_token": "hash"}
    return Ownership(**defaults | facts)


def take(ports, ownership, session, *, newcomer):
    sign_in = a_sign_in(ports)
    ports.ownership.take(ownership, session, an_entry(ports), sign_in=sign_in, newcomer=newcomer)


def owner(ports):
    return ports.ownership.get_with_settings()[0]


@pytest.fixture
def newcomer(ports):
    return a_user(ports, Permission.ADMIN)


@pytest.fixture
def taken(ports, newcomer):
    """The newcomer owns it."""
    ownership = an_ownership(newcomer)
    take(ports, ownership, a_session(ports, newcomer), newcomer=newcomer)
    return ownership


def test_at_first_there_is_no_owner(ports):
    assert ports.ownership.get_with_settings() == (None, ports.settings.get())


def test_the_first_to_take_it_owns_it_with_account_and_session(ports, newcomer, now):
    token, session = new_session(newcomer.id, new_id=ports.new_id, now=now)
    ownership = an_ownership(newcomer, spent_token=None)
    take(ports, ownership, session, newcomer=newcomer)
    assert ports.ownership.get_with_settings() == (ownership, ports.settings.get())
    assert ports.accounts.get(newcomer.id) == newcomer
    assert ports.accounts.id_of_plex_account(newcomer.plex_id) == newcomer.id
    assert ports.sessions.find(token, now=now)[1] == newcomer


def test_of_two_newcomers_one_becomes_the_owner(ports, taken):
    second = a_user(ports, Permission.ADMIN)
    with pytest.raises(StaleWrite):
        take(ports, an_ownership(second), a_session(ports, second), newcomer=second)
    assert owner(ports) == taken
    with pytest.raises(UserNotFound):
        ports.accounts.get(second.id)


def test_a_newcomer_needs_a_plex_account_that_no_one_holds_here(ports):
    holder = an_account(ports)
    newcomer = a_user(ports, Permission.ADMIN, plex_id=holder.plex_id)
    with pytest.raises(StaleWrite):
        take(ports, an_ownership(newcomer), a_session(ports, newcomer), newcomer=newcomer)
    assert owner(ports) is None


def test_the_owner_takes_it_again_with_a_session_of_their_own(ports, newcomer, taken, now):
    again = replace(taken, servers=(OwnedServer("loft", "Loft"),), spent_token="another")
    token, session = new_session(newcomer.id, new_id=ports.new_id, now=now)
    take(ports, again, session, newcomer=None)
    assert owner(ports) == again
    assert ports.sessions.find(token, now=now)[1] == newcomer


def test_another_plex_account_does_not_take_it_from_the_owner(ports, newcomer, taken):
    stranger = replace(taken, plex_id=newcomer.plex_id + 1)
    with pytest.raises(StaleWrite):
        take(ports, stranger, a_session(ports, newcomer), newcomer=None)
    assert owner(ports) == taken


def test_there_is_no_taking_it_again_while_there_is_no_owner(ports, newcomer):
    with pytest.raises(StaleWrite):
        take(ports, an_ownership(newcomer), a_session(ports, newcomer), newcomer=None)
    assert owner(ports) is None


def test_a_sign_in_takes_it_once(ports, newcomer):
    ownership, sign_in = an_ownership(newcomer), a_sign_in(ports)
    session, entry = a_session(ports, newcomer), an_entry(ports)
    ports.ownership.take(ownership, session, entry, sign_in=sign_in, newcomer=newcomer)
    with pytest.raises(StaleWrite):
        ports.ownership.take(ownership, a_session(ports, newcomer), an_entry(ports), sign_in=sign_in, newcomer=None)
    completed, _ = ports.sessions.get_sign_in_with_settings(sign_in.id)
    assert completed.user_id == newcomer.id


def test_what_is_remembered_of_a_former_account_does_not_stand_against_the_owner(ports, now):
    former, _ = a_closed_account(ports, now)
    newcomer = a_user(ports, Permission.ADMIN, plex_id=former.plex_id)
    take(ports, an_ownership(newcomer), a_session(ports, newcomer), newcomer=newcomer)
    assert ports.accounts.id_of_plex_account(former.plex_id) == newcomer.id


def hand_over(ports, taken, owner, *, known: bool):
    former = replace(ports.accounts.get(taken.owner_id), permissions=frozenset({Permission.STREAMARR}))
    handover = Handover(taken, former, replace(owner, permissions=frozenset({Permission.ADMIN})) if known else None)
    ports.ownership.take(
        replace(an_ownership(owner), spent_token="fresh"),
        a_session(ports, owner),
        an_entry(ports),
        sign_in=a_sign_in(ports),
        newcomer=None if known else owner,
        handover=handover,
    )
    return former


@pytest.mark.parametrize("known", [True, False])
def test_another_plex_account_takes_over(ports, taken, known):
    heir = an_account(ports) if known else a_user(ports, Permission.ADMIN)
    former = hand_over(ports, taken, heir, known=known)
    assert owner(ports) == replace(an_ownership(heir), spent_token="fresh")
    assert ports.accounts.get(heir.id).permissions == {Permission.ADMIN}
    assert ports.accounts.get(former.id).permissions == {Permission.STREAMARR}


def test_it_is_taken_over_from_the_owner_that_was_read(ports, taken):
    first, second = (a_user(ports, Permission.ADMIN) for _ in range(2))
    hand_over(ports, taken, first, known=False)
    with pytest.raises(StaleWrite):
        hand_over(ports, taken, second, known=False)
    assert owner(ports).owner_id == first.id


def test_a_renewal_writes_what_the_owner_s_sign_in_showed(ports, taken):
    again = replace(taken, servers=(OwnedServer("loft", "Loft"),))
    ports.ownership.renew(again, an_entry(ports))
    assert owner(ports) == again
    with pytest.raises(StaleWrite):
        ports.ownership.renew(replace(again, plex_id=again.plex_id + 1), an_entry(ports))
    assert owner(ports) == again
