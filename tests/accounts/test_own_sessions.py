from datetime import timedelta

import pytest

from chalicelib.accounts.own_sessions import OwnSessions
from chalicelib.accounts.sessions import SESSION_LIFETIME, new_session
from chalicelib.common.records import replace
from testing.invite_builders import NOW, a_user
from tests.fakes.accounts import put_account
from tests.fakes.ports import FakePorts
from tests.stores_contract.builders import an_entry

MAYA, NOAH = a_user("maya"), a_user("noah")


@pytest.fixture
def ports():
    ports = FakePorts()
    for user in (MAYA, NOAH):
        put_account(ports.database, user)
    return ports


def sign_in(ports, user, *, now=NOW):
    _, session = new_session(user.id, new_id=ports.new_id, now=now, epoch=user.epoch)
    ports.sessions.add(session, an_entry(ports))
    return session


def listed(ports, user=MAYA, *, now=NOW):
    return [session.id for session in ports.use(OwnSessions).list(by=user, now=now)]


def test_a_person_s_sessions_are_listed_the_newest_first(ports):
    old, new = sign_in(ports, MAYA), sign_in(ports, MAYA, now=NOW + timedelta(hours=1))
    sign_in(ports, NOAH)
    assert listed(ports) == [new.id, old.id]


def test_those_that_ended_or_are_over_are_not_listed(ports):
    sign_in(ports, MAYA)
    ports.sessions.end_all("maya")
    maya = replace(MAYA, epoch=1)
    session = sign_in(ports, maya)
    assert listed(ports, maya) == [session.id]
    assert listed(ports, maya, now=NOW + SESSION_LIFETIME) == []


def test_a_session_s_id_opens_nothing(ports):
    session = sign_in(ports, MAYA)
    assert session.id != session.token_hash
    assert ports.sessions.find(f"maya.{session.id}", now=NOW) is None


def test_one_session_is_ended_and_others_go_on(ports):
    gone, kept = sign_in(ports, MAYA), sign_in(ports, MAYA)
    for _ in range(2):
        ports.use(OwnSessions).end(gone.id, by=MAYA)
    assert listed(ports) == [kept.id]


def test_another_person_s_session_is_not_one_s_own_to_end(ports):
    theirs = sign_in(ports, NOAH)
    ports.use(OwnSessions).end(theirs.id, by=MAYA)
    assert listed(ports, NOAH) == [theirs.id]
