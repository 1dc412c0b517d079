"""Changing a password, and setting a new one by a link."""

from datetime import timedelta

import pytest

from chalicelib.accounts.model import AccountState, Kind
from chalicelib.accounts.passwords import RESET_LIFETIME, ChangingPasswords, check_password
from chalicelib.accounts.rate_limits import LIMITS, Route
from chalicelib.accounts.sessions import new_session
from chalicelib.common.people import Permission
from chalicelib.common.records import replace
from chalicelib.common.refusals import (
    AccountClosed,
    ApplicationUrlMissing,
    BadInput,
    NoPassword,
    NotAllowed,
    NotSignedIn,
    PasswordWrong,
    ResetNotFound,
    TooManyRequests,
    TryAgain,
    UserNotFound,
)
from chalicelib.settings.model import Settings
from testing.invite_builders import NOW, a_user
from tests.fakes.accounts import put_account
from tests.fakes.ports import FakePorts
from tests.stores_contract.builders import an_entry

OLD, NEW = "correct horse", "battery staple"
MAYA = a_user("maya", email="maya@example.org", kind=Kind.LOCAL)
PLEX = a_user("noah", email="noah@example.org", plex_id=7)
MONA = a_user("mona", Permission.MANAGE_USERS)
ADA = a_user("ada", Permission.ADMIN, email="ada@example.org", kind=Kind.LOCAL)


@pytest.fixture
def ports():
    ports = FakePorts()
    ports.database.settings = Settings(local_signin_enabled=True, application_url="https://invites.example.org/")
    for user in (MAYA, ADA):
        put_account(ports.database, user, password_hash=ports.passwords.hash(OLD))
    for user in (PLEX, MONA):
        put_account(ports.database, user)
    return ports


def sign_in(ports, user=MAYA):
    user = ports.database.users[user.id]
    token, session = new_session(user.id, new_id=ports.new_id, now=NOW, epoch=user.epoch)
    ports.sessions.add(session, an_entry(ports))
    return token, session


def change(ports, old=OLD, new=NEW, *, by=MAYA, session=None):
    session = session or sign_in(ports, by)[1]
    ports.use(ChangingPasswords).change(old, new, by=by, session=session, now=NOW)


def offer(ports, user_id="maya", *, by=MONA, now=NOW):
    return ports.use(ChangingPasswords).offer_reset(user_id, by=by, now=now)


def token_of(link):
    return link.url.partition("#")[2]


def reset(ports, token, new=NEW, *, now=NOW):
    ports.use(ChangingPasswords).reset(token, new, now=now)


def is_password(ports, password, email="maya@example.org"):
    credential, _ = ports.accounts.find_credential(email)
    return ports.passwords.verify(password, credential.password_hash)


def speaks_for(ports, token):
    return ports.sessions.find(token, now=NOW)[1] is not None


@pytest.mark.parametrize(("password", "is_taken"), [("1234567", False), ("12345678", True), ("x" * 200, True)])
def test_a_password_has_eight_to_two_hundred_characters(password, is_taken):
    if is_taken:
        check_password(password, field="new")
        return
    with pytest.raises(BadInput) as refused:
        check_password(password, field="new")
    assert refused.value.field == "new"
    with pytest.raises(BadInput):
        check_password("x" * 201, field="new")


def test_a_changed_password_ends_every_session_but_the_one_that_asked(ports):
    asking, other = sign_in(ports), sign_in(ports)
    change(ports, session=asking[1])
    assert is_password(ports, NEW)
    assert speaks_for(ports, asking[0])
    assert not speaks_for(ports, other[0])
    assert ports.database.journal[-1].action == "password changed"


def test_a_wrong_password_changes_nothing_and_is_counted(ports):
    for _ in range(LIMITS[Route.PASSWORD].hits):
        with pytest.raises(PasswordWrong) as refused:
            change(ports, "wrong")
    assert refused.value.field == "old"
    with pytest.raises(TooManyRequests):
        change(ports)
    assert is_password(ports, OLD)


def test_the_right_password_clears_the_count(ports):
    for number in range(3 * LIMITS[Route.PASSWORD].hits):
        change(ports, OLD if number % 2 == 0 else NEW, NEW if number % 2 == 0 else OLD, by=ports.database.users["maya"])


def test_a_password_that_is_too_short_is_refused_before_the_old_one_is_looked_at(ports):
    with pytest.raises(BadInput):
        change(ports, new="short")
    assert ports.passwords.compared == 0


def test_an_account_that_signs_in_with_plex_has_no_password_to_change(ports):
    for by in (PLEX, replace(PLEX, email=None)):
        with pytest.raises(NoPassword):
            change(ports, by=by)


def test_an_account_that_was_closed_meanwhile_changes_nothing(ports):
    session = sign_in(ports)[1]
    ports.database.users["maya"] = replace(MAYA, state=AccountState.CLOSED)
    with pytest.raises(NotSignedIn):
        change(ports, session=session)


def test_of_two_changes_at_once_one_is_written(ports):
    session = sign_in(ports)[1]
    ports.database.let_come_first(lambda: change(ports, new="another password", session=session))
    with pytest.raises(TryAgain):
        change(ports, session=session)
    assert is_password(ports, "another password")


def test_a_link_sets_a_new_password_and_ends_every_session(ports):
    signed_in = sign_in(ports)
    link = offer(ports)
    assert link.url.startswith("https://invites.example.org/password#maya-")
    assert link.expires_at == NOW + RESET_LIFETIME
    reset(ports, token_of(link))
    assert is_password(ports, NEW)
    assert not speaks_for(ports, signed_in[0])
    assert [entry.action for entry in ports.database.journal[-2:]] == ["password link made", "password reset"]
    assert token_of(link) not in str(ports.database)


def test_a_link_counts_once(ports):
    token = token_of(offer(ports))
    reset(ports, token)
    with pytest.raises(ResetNotFound):
        reset(ports, token, "a third password")
    assert is_password(ports, NEW)


def test_only_the_latest_link_counts_and_not_for_ever(ports):
    earlier, latest = token_of(offer(ports)), token_of(offer(ports))
    for token, now in ((earlier, NOW), (latest, NOW + RESET_LIFETIME)):
        with pytest.raises(ResetNotFound):
            reset(ports, token, now=now)
    reset(ports, latest, now=NOW + RESET_LIFETIME - timedelta(seconds=1))


def test_what_is_no_link_is_not_found(ports):
    secret = token_of(offer(ports)).rpartition("-")[2]
    for token in ("", "maya", "maya-", "maya-wrong", f"unknown-{secret}", f"noah-{secret}", f"ada-{secret}"):
        with pytest.raises(ResetNotFound):
            reset(ports, token)
    assert is_password(ports, OLD)


def test_a_closed_account_s_link_is_not_found(ports):
    token = token_of(offer(ports))
    ports.database.users["maya"] = replace(MAYA, state=AccountState.CLOSED)
    with pytest.raises(ResetNotFound):
        reset(ports, token)


def test_of_two_who_use_a_link_at_once_one_sets_the_password(ports):
    token = token_of(offer(ports))
    ports.database.let_come_first(lambda: reset(ports, token, "another password"))
    with pytest.raises(TryAgain):
        reset(ports, token)
    assert is_password(ports, "another password")


def test_links_are_made_by_those_who_manage_users_and_for_admins_by_admins(ports):
    for by, user_id in ((PLEX, "maya"), (MAYA, "maya"), (MONA, "ada")):
        with pytest.raises(NotAllowed):
            offer(ports, user_id, by=by)
    assert offer(ports, "ada", by=ADA)


def test_no_link_is_made_where_it_could_not_be_used(ports):
    with pytest.raises(UserNotFound):
        offer(ports, "unknown")
    with pytest.raises(NoPassword):
        offer(ports, "noah")
    ports.database.users["maya"] = replace(MAYA, state=AccountState.CLOSED)
    with pytest.raises(AccountClosed):
        offer(ports)
    assert ports.database.journal == []


def test_without_the_site_s_address_no_link_is_made(ports):
    ports.database.settings = Settings()
    ports.application_url = ""
    with pytest.raises(ApplicationUrlMissing):
        offer(ports)
    assert ports.database.resets == {}


def test_an_account_that_is_linked_meanwhile_gets_no_link(ports):
    ports.database.let_come_first(ports.database.password_hashes.clear)
    with pytest.raises(TryAgain):
        offer(ports)
