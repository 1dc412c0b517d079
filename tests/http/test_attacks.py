"""A test per attack. docs/security.md says who would try it; some attacks have their tests elsewhere:

brute force of codes, forged headers           test_rate_limits.py
guessing the set-up token, two owners          test_setting_up.py
a stolen sign-in of an invitee                 test_redeeming.py
what answers and logs give away                test_headers.py, test_setting_up.py
"""

import json
import logging
import socket
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from chalicelib.accounts.rate_limits import LIMITS, Route
from local.plex import demo

# --- Sessions of other people ---


def test_credential_stuffing_from_one_address_is_stopped(stack, settings):
    stuffer, answers = stack.client(), []
    with settings(local_signin_enabled=True):
        for number in range(2 * LIMITS[Route.LOCAL_SIGN_IN].hits + 1):
            body = {"email": f"leaked{number}@example.org", "password": f"leaked {number}"}
            answers.append(stuffer.post("/auth/local", json=body).status_code)
    assert answers[0] == 401
    assert answers[-1] == 429


def test_a_session_cannot_be_fixed_beforehand(stack):
    """The token after a sign-in is a new one, and one that the browser brought opens nothing."""
    visitor, planted = stack.visitor(), "planted.00000000000000000000000000000000"
    visitor.browser.headers["Authorization"] = f"Bearer {planted}"
    visitor.browser.cookies.set("session", planted)
    answer = visitor.redeems(stack.invite())
    assert answer.status_code == 202
    assert planted not in answer.text
    assert "session" not in answer.headers.get("Set-Cookie", "")
    assert stack.client(planted).get("/auth/me").status_code == 401


@pytest.mark.parametrize("path", ["/auth/plex", "/signup/{code}/plex"])
def test_a_stolen_sign_in_id_opens_nothing(stack, path):
    path = path.format(code=stack.invite())
    owner_of_it, thief, account = stack.client(), stack.client(), stack.plex.account()
    started = owner_of_it.post(path).json()
    stack.plex.approve(started["auth_url"], account)
    thief.post(path)  # with cookies of their own
    stolen = thief.post(f"{path}/{started['sign_in_id']}")
    assert (stolen.status_code, stolen.json()["Code"]) == (404, "SignInNotFound")


def test_a_cookie_of_one_sign_in_does_not_complete_another(stack):
    """Login CSRF: the attacker's approved sign-in, carried into the victim's browser."""
    attacker, victim, account = stack.client(), stack.client(), stack.plex.account()
    theirs, own = attacker.post("/auth/plex").json(), victim.post("/auth/plex").json()
    stack.plex.approve(theirs["auth_url"], account)
    secret = victim.cookies[f"sign_in_{own['sign_in_id']}"]
    victim.cookies.set(f"sign_in_{theirs['sign_in_id']}", secret)
    assert victim.post(f"/auth/plex/{theirs['sign_in_id']}").status_code == 404


def test_a_used_pin_is_worth_nothing_to_another_person(stack):
    visitor, code = stack.visitor(), stack.invite(usage_limit=5)
    started = visitor.starts(code)
    stack.plex.approve(started["auth_url"], visitor.account)
    visitor.waits(visitor.completes(code, started["sign_in_id"]))
    thief = stack.client()
    pin = parse_qs(started["auth_url"].split("#?")[1])["code"][0]
    for id_ in (started["sign_in_id"], pin):
        assert thief.post(f"/signup/{code}/plex/{id_}").status_code == 404
        assert thief.post(f"/auth/plex/{id_}").status_code == 404
    assert stack.shown(code)["uses"] == 1


def test_a_sign_in_of_one_invite_does_not_redeem_another(stack):
    visitor, shown, other = stack.visitor(), stack.invite(), stack.invite(downloads=True)
    sign_in_id = visitor.signs_in(shown)
    assert visitor.completes(other, sign_in_id).status_code == 404
    assert stack.shown(other)["uses"] == 0


def test_a_sign_in_of_a_person_does_not_redeem_as_an_invite_nor_the_other_way_round(stack):
    visitor, code = stack.visitor(), stack.invite()
    sign_up = visitor.signs_in(code)
    assert visitor.browser.post(f"/auth/plex/{sign_up}").status_code == 404
    started = visitor.browser.post("/auth/plex").json()
    stack.plex.approve(started["auth_url"], visitor.account)
    assert visitor.completes(code, started["sign_in_id"]).status_code == 404


@pytest.mark.parametrize(
    "token",
    [
        ".",
        "a.b",
        "x" * 150,
        "x" * 8000,
        "../../x.y",
        "demo-admin.",
        ".secret",
        "demo-admin.wrong",
        "a b.c",
        "demo-admin." + "0" * 64,
        "%00.%00",
    ],
)
def test_made_up_tokens_open_nothing(stack, token):
    answer = stack.client().get("/auth/me", headers={"Authorization": f"Bearer {token}"})
    assert (answer.status_code, answer.json()["Code"]) == (401, "NotSignedIn")


def test_a_token_counts_for_its_own_user_only(stack):
    one, other = stack.member("streamarr"), stack.member("admin")
    secret = one.token.partition(".")[2]
    assert stack.client(f"{other.id}.{secret}").get("/users").status_code == 401


# --- More than one may ---


def test_people_do_not_grant_themselves_what_they_do_not_hold(stack):
    manager = stack.member("manage_users")
    for permissions in (["admin"], ["manage_users", "manage_invites"]):
        answer = manager.http.patch(f"/users/{manager.id}", json={"permissions": permissions})
        assert answer.status_code == 403
    assert manager.http.get("/auth/me").json()["permissions"] == ["manage_users"]


def test_users_and_settings_are_out_of_reach_without_the_permission(stack):
    plain, other = stack.member("streamarr"), stack.member("streamarr")
    assert plain.http.patch(f"/users/{plain.id}", json={"permissions": ["admin"]}).status_code == 403
    assert plain.http.delete(f"/users/{other.id}").status_code == 403
    assert plain.http.patch("/settings", json={"version": 0, "signup_enabled": True}).status_code == 403
    assert plain.http.get("/settings").status_code == 403


def test_an_admin_does_not_take_the_server_from_its_owner(stack):
    admin, owner = stack.member("admin"), stack.admin.get("/auth/me").json()["user"]
    assert admin.http.patch(f"/users/{owner['id']}", json={"permissions": ["streamarr"]}).status_code == 403
    assert admin.http.delete(f"/users/{owner['id']}").status_code == 403
    renewing = admin.http.post("/setup")
    assert (renewing.status_code, renewing.json()["Code"]) == (403, "NotTheOwner")
    choosing = admin.http.put("/setup/server", json={"machine_id": demo.MACHINE_ID})
    assert (choosing.status_code, choosing.json()["Code"]) == (403, "NotTheOwner")


@pytest.mark.parametrize("field", ["id", "kind", "plex_id", "state", "email", "name", "invited_by", "redemption_id"])
def test_fields_that_are_not_to_be_set_are_refused_by_name(stack, field):
    member = stack.member("streamarr")
    answer = stack.admin.patch(f"/users/{member.id}", json={field: "x"})
    assert (answer.status_code, answer.json()["Field"]) == (400, field)


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/invites", {"uses": 0}, "uses"),
        ("/invites", {"created_at": "2020-01-01T00:00:00Z"}, "created_at"),
        ("/auth/local", {"email": "a@example.org", "password": "x" * 8, "permissions": ["admin"]}, "permissions"),
        ("/auth/plex", {"user_id": "demo-admin"}, "user_id"),
        ("/setup", {"setup_token": "x", "admin": True}, "admin"),
    ],
)
def test_what_is_not_asked_for_is_refused_and_not_ignored(stack, path, body, field):
    answer = stack.admin.post(path, json=body)
    assert (answer.status_code, answer.json()["Field"]) == (400, field)


# --- Odd input ---

PATHS = [
    "%2e%2e",
    "..%2f..%2fsettings",
    "%00",
    "a%00bcdefgh",
    "x" * 21,
    "x" * 3000,
    "short",
    "Abcdef1%21",
    "%F0%9F%98%80%F0%9F%98%80",
    "Abcd efgh",
    "Abcdefg%0a",
    "%C3%A4bcdefgh",
    "$where123",
    "settings%23",
]


@pytest.mark.parametrize("path", PATHS)
def test_path_tricks_find_nothing(stack, path):
    for route in (f"/signup/{path}", f"/invites/{path}"):
        answer = stack.admin.get(route)
        assert answer.status_code == 404, (route, answer.text)
        assert answer.json()["Code"] in ("InviteNotFound", "NotFound")
    for route in (f"/users/{path}", f"/redemptions/{path}"):
        assert stack.admin.get(route).status_code == 404
    assert stack.client().post(f"/auth/plex/{path}").status_code == 404


@pytest.mark.parametrize(
    "icode", ["%00", "x" * 5000, "a<script>alert(1)</script>", 'a" autofocus onfocus="alert(1)', "' OR 1=1 --"]
)
def test_the_page_takes_any_code_and_shows_it_as_text_alone(stack, icode):
    page = stack.client().get(f"{stack.origin}/signup", params={"icode": icode})
    assert page.status_code == 404
    assert "<script>alert" not in page.text
    assert 'onfocus="' not in page.text
    assert "x" * 100 not in page.text


@pytest.mark.parametrize("icode", ["", "\u202e", "\ud7ff", "<>"])
def test_a_code_without_a_letter_is_none(stack, icode):
    page = stack.client().get(f"{stack.origin}/signup", params={"icode": icode})
    assert page.status_code == 200
    assert 'value=""' in page.text


def test_a_code_given_twice_or_with_other_parameters_does_no_harm(stack):
    code = stack.invite()
    page = stack.client().get(f"{stack.origin}/signup?icode=Unknown1&icode={code}&next=https://evil.example/")
    assert page.status_code == 200
    assert "evil" not in page.text


DEEP = "[" * 100_000


@pytest.mark.parametrize(
    "content",
    [
        b"{",
        b"[]",
        b"null",
        b'"text"',
        b"\xff\xfe",
        b"\x00",
        b'{"note": ' + DEEP.encode() + b"}",
        b'{"a": ' + b'{"a": ' * 5000 + b"1" + b"}" * 5001,
        b'{"note": "\\ud800"}',
        b'{"note": "\\u0000"}',
        '{"note": "\u202egnp.exe"}'.encode(),
        b'{"usage_limit": 1e400}',
        b'{"usage_limit": NaN}',
        b'{"usage_limit": 99999999999999999999999999}',
        b'{"usage_limit": true}',
        b'{"note": "' + b"x" * 70_000 + b'"}',
        b'{"note": "' + b"x" * 501 + b'"}',
        b'{"__proto__": {}}',
        b'{"note": 1}',
        b"{}{}",
    ],
    ids=lambda content: content[:30].decode(errors="replace"),
)
def test_odd_bodies_are_refused_and_change_nothing(stack, content):
    inviter = stack.member("manage_invites")
    answer = inviter.http.post("/invites", content=content, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400, answer.text
    assert answer.json()["Code"] == "BadInput"
    assert inviter.http.get("/invites", params={"creator": inviter.id}).json()["invites"] == []


@pytest.mark.parametrize(
    "body",
    [
        {"email": "a@b.c"},
        {"password": "x"},
        {"email": "", "password": "x"},
        {"email": "a" * 255, "password": "x"},
        {"email": "a", "password": "x" * 201},
        {"email": ["a"], "password": "x"},
        {"email": "a\x00b", "password": "x"},
    ],
)
def test_odd_credentials_are_refused_by_field(stack, body):
    answer = stack.client().post("/auth/local", json=body)
    assert answer.status_code == 400
    assert answer.json()["Field"] in ("email", "password")


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
def test_a_form_of_another_site_is_not_taken(stack, method):
    """What a page elsewhere can send without being asked for permission: no JSON."""
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
        path = {"POST": "/invites", "PUT": "/setup/server", "PATCH": "/settings"}[method]
        answer = stack.admin.request(method, path, content=b"{}", headers={"Content-Type": kind})
        assert answer.status_code == 415


def test_odd_requests_never_fail_on_our_side(stack):
    """Raw bytes on the wire, as no HTTP client would send them."""
    where = urlsplit(stack.origin)
    for request in (
        b"GET /api/signup/../settings HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"GET /api/../../etc/passwd HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"GET /api/signup/\xff\xfe\xfd HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"GET /api/auth/me HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \xe4\xf6\xfc.\xff\r\nConnection: close\r\n\r\n",
        (
            b"POST /api/auth/plex HTTP/1.1\r\nHost: x\r\nCookie: \xff=\xfe; ;;; a\r\n"
            b"Content-Length: 0\r\nConnection: close\r\n\r\n"
        ),
    ):
        with socket.create_connection((str(where.hostname), where.port or 80), timeout=10) as wire:
            wire.sendall(request)
            status = wire.recv(4096).split(b" ")[1]
        assert status.startswith((b"2", b"4")), (request, status)


# --- The log ---


@pytest.fixture
def log(monkeypatch):
    """What the API logs, as lines."""
    from chalicelib.logs import logger

    lines: list[str] = []

    class Kept(logging.Handler):
        def emit(self, record):
            lines.append(logger.registered_formatter.format(record))

    handler, underlying = Kept(), logger._logger
    level = underlying.level
    underlying.addHandler(handler)
    underlying.setLevel(logging.INFO)
    yield lines
    underlying.removeHandler(handler)
    underlying.setLevel(level)


def test_nothing_said_in_a_request_begins_a_line_of_the_log(stack, log):
    forged = '\n{"level":"ERROR","message":"forged"}\r\n'
    browser = stack.client()
    browser.post("/auth/local", json={"email": f"a@b.c{forged}", "password": forged})
    browser.get("/signup/x%0aforged")
    browser.get(f"{stack.origin}/signup", params={"icode": forged}, headers={"User-Agent": "forged"})
    assert len(log) == 3
    assert all(json.loads(line)["message"] == "answered" for line in log)
    assert "forged" not in "".join(log)


def test_the_log_names_the_request_and_the_redemption_and_no_secret(stack, log, settings, local_account):
    visitor, code = stack.visitor(), stack.invite()
    started = visitor.starts(code)
    stack.plex.approve(started["auth_url"], visitor.account)
    answer = visitor.completes(code, started["sign_in_id"])
    redeemed = answer.json()
    address = local_account("correct horse battery")
    with settings(local_signin_enabled=True):
        signed_in = stack.client().post("/auth/local", json={"email": address, "password": "correct horse battery"})
    visitor.waits(answer)

    lines = [json.loads(line) for line in log]
    (of_redemption,) = [line for line in lines if line["message"] == "redeemed"]
    assert of_redemption["redemption"] == redeemed["redemption"]["id"]
    assert of_redemption["request_id"]
    assert of_redemption["route"] == "/signup/{code}/plex/{sign_in_id}"
    secrets = [
        code,
        started["sign_in_id"],
        *visitor.browser.cookies.values(),
        redeemed["token"],
        signed_in.json()["token"],
        "correct horse battery",
        visitor.account["token"],
        *stack.plex.control.get("/_standin/tokens").json()["ever_issued"],
    ]
    written = "".join(log)
    assert not [secret for secret in secrets if secret in written]
    assert "@" not in written


def test_what_an_exception_says_is_scrubbed(stack, log, monkeypatch):
    from chalicelib.setup.setting_up import SettingUp

    def fail(_):
        raise RuntimeError("token K3xZ-abcdef0123456789 of maya@example.org was refused")

    monkeypatch.setattr(SettingUp, "state", fail)
    assert httpx.get(f"{stack.origin}/api/setup").status_code == 500
    written = "".join(log)
    assert "K3xZ" not in written
    assert "maya" not in written
    assert "RuntimeError" in written


# --- plex.tv misbehaving ---


@pytest.mark.parametrize("kind", ["html", "garbage", "empty"])
def test_an_odd_answer_from_plex_lets_no_person_in(stack, kind):
    browser, account = stack.client(), stack.plex.account()
    started = browser.post("/auth/plex").json()
    stack.plex.approve(started["auth_url"], account)
    stack.plex.fault(method="GET", path="/api/v2/user", kind=kind)
    answer = browser.post(f"/auth/plex/{started['sign_in_id']}")
    assert (answer.status_code, answer.json()["Code"]) == (503, "PlexUnavailable")


def test_a_name_from_plex_is_shown_as_one_plain_line(stack):
    account = stack.plex.account(username=f"Ma\nya\u202e{stack.plex.account()['id']}\x07")
    visitor = stack.visitor(account)
    redeemed = visitor.redeems(stack.invite()).json()
    name = redeemed["redemption"]["user"]["name"]
    assert name.isprintable()
    assert name.startswith("Ma ya")


def test_many_at_once_with_one_stolen_cookie_get_what_one_gets(stack):
    """The same completion fifty times over: one account, one use."""
    visitor, code = stack.visitor(), stack.invite(usage_limit=5)
    sign_in_id = visitor.signs_in(code)

    def completes(_) -> httpx.Response:
        return visitor.completes(code, sign_in_id)

    with ThreadPoolExecutor(10) as hands:
        answers = list(hands.map(completes, range(30)))
    users = {answer.json()["redemption"]["user"]["id"] for answer in answers if answer.status_code == 202}
    assert len(users) == 1
    assert {answer.status_code for answer in answers} <= {202, 503}
    assert stack.shown(code)["uses"] == 1
