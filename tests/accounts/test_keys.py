"""API keys: made, used within their scopes, and deleted; with fakes."""

from datetime import timedelta

import pytest

from chalicelib.accounts.keys import MOST_KEYS, KeyRequest, ManagingKeys, UsingKeys
from chalicelib.accounts.own_sessions import OwnSessions
from chalicelib.accounts.sessions import Scope, new_session, user_id_in
from chalicelib.common.people import Permission
from chalicelib.common.records import replace
from chalicelib.common.refusals import (
    BadInput,
    KeyNotAllowed,
    KeyNotFound,
    NotAllowed,
    TooManyKeys,
    TooManyRequests,
)
from testing.invite_builders import a_user
from tests.fakes.ports import FakePorts

JO = a_user("jo", Permission.CREATE_INVITES)
DAY = timedelta(days=1)


@pytest.fixture
def ports():
    ports = FakePorts()
    ports.database.users[JO.id] = JO
    return ports


@pytest.fixture
def managing(ports):
    return ports.use(ManagingKeys)


@pytest.fixture
def using(ports):
    return ports.use(UsingKeys)


def make(ports, *scopes, by=JO, **more):
    request = KeyRequest(name="n8n", scopes=frozenset(scopes or {Scope.STATS_READ}), **more)
    return ports.use(ManagingKeys).make(request, by=by, now=ports.now)


def find(ports, text):
    return ports.sessions.find(text, now=ports.now)


def test_a_key_speaks_for_its_account(ports):
    text, made = make(ports)
    assert text.startswith("sai_jo.")
    session, user = find(ports, text)
    assert (session.id, user) == (made.id, JO)


@pytest.mark.parametrize("place", [4, 20, -1, -7])
def test_a_mistyped_key_names_nobody(ports, place):
    text, _ = make(ports)
    other = "x" if text[place] != "x" else "y"
    mistyped = text[:place] + other + text[place:][1:]
    assert user_id_in(text) == "jo"
    assert user_id_in(mistyped) is None


def test_a_key_lasts_until_its_end_or_its_deletion_or_the_account_s(ports, managing):
    text, _ = make(ports, expires_at=ports.now + DAY)
    lasting, made = make(ports)
    ports.sessions.end_all(JO.id)
    assert find(ports, text)[1]
    ports.later(days=1)
    assert find(ports, text) is None
    assert [each.id for each in managing.list(by=JO, now=ports.now)] == [made.id]
    managing.delete(made.id, by=JO, now=ports.now)
    assert find(ports, lasting) is None
    with pytest.raises(KeyNotFound):
        managing.delete(made.id, by=JO, now=ports.now)


def test_sessions_and_keys_are_listed_apart_and_ended_apart(ports, managing):
    _, key = make(ports)
    _, session = new_session(JO.id, new_id=ports.new_id, now=ports.now)
    ports.database.sessions[session.token_hash] = session
    own = ports.use(OwnSessions)
    assert [each.id for each in own.list(by=JO, now=ports.now)] == [session.id]
    assert [each.id for each in managing.list(by=JO, now=ports.now)] == [key.id]
    own.end(key.id, by=JO)
    assert managing.list(by=JO, now=ports.now)
    with pytest.raises(KeyNotFound):
        managing.delete(session.id, by=JO, now=ports.now)


def test_a_key_may_what_one_of_its_scopes_is_for(ports, using):
    _, key = make(ports, Scope.INVITES_READ, Scope.STATS_READ)
    using.admit(key, (Scope.INVITES_READ,), now=ports.now)
    using.admit(key, (Scope.PEOPLE_READ, Scope.STATS_READ), now=ports.now)
    with pytest.raises(KeyNotAllowed) as refused:
        using.admit(key, (Scope.PEOPLE_READ,), now=ports.now)
    assert refused.value.facts == {"scope": "people:read"}
    with pytest.raises(KeyNotAllowed):
        using.admit(key, (), now=ports.now)


def test_a_session_that_is_no_key_is_let_through_and_not_counted(ports, using):
    _, session = new_session(JO.id, new_id=ports.new_id, now=ports.now)
    for _ in range(200):
        using.admit(session, (), now=ports.now)


def test_a_key_asks_so_often_a_minute_and_then_waits(ports, using):
    _, key = make(ports)
    _, other = make(ports)
    for _ in range(120):
        using.admit(key, (Scope.STATS_READ,), now=ports.now)
    with pytest.raises(TooManyRequests):
        using.admit(key, (Scope.STATS_READ,), now=ports.now)
    using.admit(other, (Scope.STATS_READ,), now=ports.now)


def test_its_last_use_is_noted_once_a_day(ports, using, managing):
    _, key = make(ports)
    noted = []
    for hours in (0, 1, 22, 2):
        ports.later(hours=hours)
        (key,) = managing.list(by=JO, now=ports.now)
        using.admit(key, (Scope.STATS_READ,), now=ports.now)
        noted.append(managing.list(by=JO, now=ports.now)[0].used_at)
    first, second, third, fourth = noted
    assert first == second == third
    assert fourth == ports.now


def test_who_invites_or_manages_may_have_keys_and_nobody_else(ports):
    for permission in (Permission.VIEW_INVITES, Permission.MANAGE_USERS, Permission.ADMIN):
        make(ports, by=a_user("x", permission))
    with pytest.raises(NotAllowed):
        make(ports, by=a_user("sam"))


def test_there_are_twenty_of_one_account(ports):
    for _ in range(MOST_KEYS):
        make(ports)
    with pytest.raises(TooManyKeys):
        make(ports)
    make(ports, by=replace(JO, id="other"))


@pytest.mark.parametrize("name", [" ", "a\u200bb"])
def test_a_key_needs_a_name_that_can_be_read(managing, ports, name):
    with pytest.raises(BadInput) as refused:
        managing.make(KeyRequest(name=name, scopes=frozenset(Scope)), by=JO, now=ports.now)
    assert refused.value.field == "name"


def test_a_key_that_has_ended_already_is_refused(ports):
    with pytest.raises(BadInput) as refused:
        make(ports, expires_at=ports.now)
    assert refused.value.field == "expires_at"


def test_the_journal_tells_of_keys_and_never_the_key(ports, managing):
    text, made = make(ports)
    managing.delete(made.id, by=JO, now=ports.now)
    created, deleted = ports.database.journal
    assert (created.subject, created.action, deleted.action) == (f"key#{made.id}", "created", "deleted")
    assert created.after == deleted.before == {"name": "n8n", "scopes": ["stats:read"], "expires_at": None}
    assert text.partition(".")[2] not in str(ports.database.journal)
