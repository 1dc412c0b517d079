"""A sign-in at Plex by PIN: begun, and completed by the browser that began it alone."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest

from chalicelib.accounts.plex_sign_ins import (
    approved_token,
    check_sign_in,
    find_account,
    find_account_with_servers,
    find_owned_servers,
    find_server_ids,
    site_root,
    start_sign_in,
)
from chalicelib.accounts.sessions import SIGN_IN_LIFETIME, Purpose, hash_secret
from chalicelib.common.records import replace
from chalicelib.common.refusals import ApplicationUrlMissing, PlexUnavailable, SignInNotFound
from chalicelib.plex.errors import PlexTokenRefused, TemporaryPlexError
from chalicelib.plex.ports import PlexPerson
from chalicelib.settings.model import Settings
from tests.fakes.ports import FakePorts

SITE = "https://invites.example.org/"
SECOND = timedelta(seconds=1)


@pytest.fixture
def ports():
    return FakePorts()


def start(ports, purpose=Purpose.SIGN_IN, *, return_to=SITE, code=None):
    return start_sign_in(
        purpose,
        return_to=return_to,
        sessions=ports.sessions,
        plex=ports.plex_person,
        new_id=ports.new_id,
        now=ports.now,
        code=code,
    )


def test_a_sign_in_is_stored_for_its_purpose_without_the_browser_s_secret(ports):
    started = start(ports, Purpose.SIGN_UP, code="AbCdEfGh")
    stored = ports.database.sign_ins[started.sign_in.id]
    assert stored == started.sign_in
    assert (stored.purpose, stored.code, stored.pin_id) == (Purpose.SIGN_UP, "AbCdEfGh", started.pin.id)
    assert stored.browser_hash == hash_secret(started.browser_secret)
    assert started.browser_secret not in (stored.id, stored.browser_hash)
    assert stored.created_at == ports.now
    assert SITE in started.pin.auth_url


@pytest.mark.parametrize("pin_lasts", [timedelta(minutes=5), timedelta(hours=2)])
def test_a_sign_in_lasts_as_long_as_its_pin_and_half_an_hour_at_most(ports, monkeypatch, pin_lasts):
    monkeypatch.setattr("tests.fakes.plex.PIN_LIFETIME", pin_lasts)
    assert start(ports).sign_in.expires_at == ports.now + min(pin_lasts, SIGN_IN_LIFETIME)


@pytest.mark.parametrize(("return_to", "secure"), [(SITE, True), ("http://127.0.0.1:8000/", False)])
def test_the_secret_travels_over_https_alone_where_the_site_has_it(ports, return_to, secure):
    assert start(ports, return_to=return_to).secure is secure


@pytest.mark.parametrize(("asked_to_wait", "retry_after"), [(None, 5), (17, 17)])
def test_without_plex_no_sign_in_begins(ports, asked_to_wait, retry_after):
    ports.plex.fail("start", TemporaryPlexError("503", retry_after=asked_to_wait))
    with pytest.raises(PlexUnavailable) as refused:
        start(ports)
    assert refused.value.retry_after == retry_after
    assert ports.database.sign_ins == {}


def test_plex_sends_people_back_to_the_settings_address_before_the_deployment_s():
    assert site_root(Settings(application_url="https://a.example.org"), "https://b.example.org") == (
        "https://a.example.org/"
    )
    assert site_root(Settings(), "https://b.example.org/") == "https://b.example.org/"
    with pytest.raises(ApplicationUrlMissing):
        site_root(Settings(), "")


def test_the_browser_that_began_a_sign_in_completes_it(ports):
    started = start(ports, Purpose.SIGN_UP, code="AbCdEfGh")
    secret = started.browser_secret
    checked = check_sign_in(started.sign_in, Purpose.SIGN_UP, secret, now=ports.now, code="AbCdEfGh")
    assert checked == started.sign_in


WRONG = {
    "the secret": {"browser_secret": "another"},
    "an empty secret": {"browser_secret": ""},
    "the purpose": {"purpose": Purpose.SIGN_IN},
    "the code": {"code": "AbCdEfGi"},
    "no code": {"code": None},
    "the time": {"now": "its end"},
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_a_sign_in_is_completed_by_its_browser_for_its_purpose_in_time_and_not_else(ports, wrong):
    started = start(ports, Purpose.SIGN_UP, code="AbCdEfGh")
    right = {"purpose": Purpose.SIGN_UP, "browser_secret": started.browser_secret, "now": ports.now, "code": "AbCdEfGh"}
    facts = right | wrong
    facts["now"] = started.sign_in.expires_at if facts["now"] == "its end" else facts["now"]
    purpose, secret = facts.pop("purpose"), facts.pop("browser_secret")
    with pytest.raises(SignInNotFound):
        check_sign_in(started.sign_in, purpose, secret, **facts)


def test_a_sign_in_can_be_completed_until_just_before_its_end(ports):
    started = start(ports)
    last = started.sign_in.expires_at - timedelta(microseconds=1)
    assert check_sign_in(started.sign_in, Purpose.SIGN_IN, started.browser_secret, now=last)


def test_what_was_never_begun_is_not_completed(ports):
    with pytest.raises(SignInNotFound):
        check_sign_in(None, Purpose.SIGN_IN, "secret", now=ports.now)


def test_a_pin_gives_its_token_once_the_person_approved(ports):
    started, maya = start(ports), ports.plex.add_person("maya")
    assert approved_token(started.sign_in, ports.plex_person) is None
    token = ports.plex.approve(started.pin.id, maya.id)
    assert approved_token(started.sign_in, ports.plex_person) == token
    assert find_account(token, ports.plex_person) == maya


def test_a_pin_that_is_gone_is_a_sign_in_that_is_gone(ports):
    sign_in = replace(start(ports).sign_in, pin_id="unknown")
    with pytest.raises(SignInNotFound):
        approved_token(sign_in, ports.plex_person)


def test_a_person_s_servers_are_those_shared_with_them_and_their_own(ports):
    olivia = ports.plex.sign_in(ports.plex.owner.id)
    server = ports.plex.server
    ours = {"account_id": ports.plex.owner.id, "owner_id": ports.plex.owner.id}
    assert find_server_ids(olivia, ports.plex_person, **ours) == {server.machine_id}
    account, server_ids = find_account_with_servers(olivia, ports.plex_person, owner_id=ports.plex.owner.id)
    assert account == find_account(olivia, ports.plex_person)
    assert server_ids == {server.machine_id}
    assert [owned.machine_id for owned in find_owned_servers(olivia, ports.plex_person)] == [server.machine_id]


QUESTIONS: dict[str, Callable[[str, PlexPerson], object]] = {
    "account": find_account,
    "server_ids": partial(find_server_ids, account_id=1, owner_id=2),
    "owned_servers": find_owned_servers,
}


@pytest.mark.parametrize("call", QUESTIONS)
def test_a_token_that_a_later_sign_in_made_void_begins_again(ports, call):
    ports.plex.fail(call, PlexTokenRefused("401"))
    with pytest.raises(SignInNotFound):
        QUESTIONS[call](ports.plex.sign_in(ports.plex.owner.id), ports.plex_person)


@pytest.mark.parametrize("call", QUESTIONS)
def test_plex_out_of_order_is_told_with_the_wait_that_it_asks_for(ports, call):
    ports.plex.fail(call, TemporaryPlexError("429", retry_after=9))
    with pytest.raises(PlexUnavailable) as refused:
        QUESTIONS[call](ports.plex.sign_in(ports.plex.owner.id), ports.plex_person)
    assert refused.value.retry_after == 9


@pytest.mark.parametrize("error", [TemporaryPlexError("503"), PlexTokenRefused("401")])
def test_a_pin_that_plex_does_not_tell_about(ports, error):
    sign_in = start(ports).sign_in
    ports.plex.fail("token", error)
    refusal = PlexUnavailable if isinstance(error, TemporaryPlexError) else SignInNotFound
    with pytest.raises(refusal):
        approved_token(sign_in, ports.plex_person)
