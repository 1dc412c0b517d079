"""Who may do what: every route, asked by each kind of person.

The columns are people: `public` is not signed in; the others hold, in this order, streamarr alone; create_invites;
create_invites and advanced_invites; view_invites; manage_invites; manage_users; admin (who is not the owner).
`own` things belong to the person who asks (an invite that they made, for example), `other` things to another account.
A 409 or 404 in an allowed column means that the row asks without changing anything: a missing permission is refused
first.
"""

import json
import re
from contextlib import suppress
from dataclasses import dataclass

import pytest

from app import app
from chalicelib.common.records import replace
from chalicelib.common.refusals import EndpointNotFound

TABLE = """
                                                                public plain  create expert viewer keeper users  admin

GET    /health                                                | 200    200    200    200    200    200    200    200
GET    /openapi.json                                          | 200    200    200    200    200    200    200    200
GET    /signup?icode={other_code}                             | 200    200    200    200    200    200    200    200
HEAD   /signup?icode={other_code}                             | 200    200    200    200    200    200    200    200
GET    /signup.css                                            | 200    200    200    200    200    200    200    200
GET    /signup.js                                             | 200    200    200    200    200    200    200    200
GET    /signup/{other_code}                                   | 200    200    200    200    200    200    200    200
POST   /signup/{other_code}/plex                              | 201    201    201    201    201    201    201    201
POST   /signup/{other_code}/plex/{unknown_sign_in_id}         | 404    404    404    404    404    404    404    404
POST   /signup/{other_code}/local {"email": "a@example.org", "username": "Ann", "password": "long enough"}
                                                              | 403    403    403    403    403    403    403    403
GET    /setup                                                 | 200    200    200    200    200    200    200    200
POST   /setup                                                 | 401    403    403    403    403    403    403    403
POST   /setup {"setup_token": "made up"}                      | 403    403    403    403    403    403    403    403
POST   /setup/{unknown_sign_in_id}                            | 404    404    404    404    404    404    404    404
PUT    /setup/server {"machine_id": "mine"}                   | 401    403    403    403    403    403    403    403
POST   /auth/plex                                             | 201    201    201    201    201    201    201    201
POST   /auth/plex/{unknown_sign_in_id}                        | 404    404    404    404    404    404    404    404
POST   /auth/local {"email": "a@example.org", "password": "wrong"}
                                                              | 403    403    403    403    403    403    403    403
GET    /auth/me                                               | 401    200    200    200    200    200    200    200
DELETE /auth/session                                          | 401    204    204    204    204    204    204    204
DELETE /auth/sessions                                         | 401    204    204    204    204    204    204    204
PUT    /me/password {"old": "wrong wrong", "new": "long enough"}
                                                              | 401    409    409    409    409    409    409    409
GET    /me/sessions                                           | 401    200    200    200    200    200    200    200
DELETE /me/sessions/{unknown_session}                         | 401    204    204    204    204    204    204    204
PUT    /auth/password/{unknown_token} {"new": "long enough"}  | 404    404    404    404    404    404    404    404
GET    /me/export                                             | 401    200    200    200    200    200    200    200
DELETE /me                                                    | 401    204    204    204    204    204    204    204

GET    /invites                                               | 401    200    200    200    200    200    200    200
GET    /invites?creator={own_id}                              | 401    200    200    200    200    200    200    200
GET    /invites?creator={other_id}                            | 401    403    403    403    200    200    403    200
POST   /invites                                               | 401    403    201    201    403    201    403    201
POST   /invites {"note": "for Ann"}                           | 401    403    201    201    403    201    403    201
POST   /invites {"usage_limit": 2}                            | 401    403    403    201    403    201    403    201
POST   /invites {"expires_in": {"value": 1, "unit": "days"}}  | 401    403    403    201    403    201    403    201
POST   /invites {"libraries": "all"}                          | 401    403    403    201    403    201    403    201
POST   /invites {"downloads": true}                           | 401    403    403    201    403    201    403    201
POST   /invites {"live_tv": true}                             | 401    403    403    201    403    201    403    201
POST   /invites {"plex_home": true}                           | 401    403    403    201    403    201    403    201
POST   /invites {"code": "{new_code}"}                        | 401    403    403    201    403    201    403    201
POST   /invites {"created_by": "{inviter_id}"}                | 401    403    403    403    403    403    403    201
GET    /invites/{own_code}                                    | 401    200    200    200    200    200    200    200
GET    /invites/{other_code}                                  | 401    403    403    403    200    200    403    200
PATCH  /invites/{own_code} {"note": "for Ann"}                | 401    200    200    200    200    200    200    200
PATCH  /invites/{other_code} {"note": "for Ann"}              | 401    403    403    403    403    200    403    200
PATCH  /invites/{own_code} {"enabled": false}                 | 401    200    200    200    200    200    200    200
PATCH  /invites/{other_code} {"enabled": false}               | 401    403    403    403    403    200    403    200
PATCH  /invites/{locked_code} {"enabled": true}               | 401    403    403    403    403    200    403    200
PATCH  /invites/{own_code} {"usage_limit": 2}                 | 401    403    403    200    403    200    403    200
PATCH  /invites/{other_code} {"usage_limit": 2}               | 401    403    403    403    403    200    403    200
DELETE /invites/{own_code}                                    | 401    204    204    204    204    204    204    204
DELETE /invites/{other_code}                                  | 401    403    403    403    403    204    403    204
GET    /invites/{own_code}/redemptions                        | 401    200    200    200    200    200    200    200
GET    /invites/{other_code}/redemptions                      | 401    403    403    403    200    200    403    200
GET    /invites/{own_code}/qr                                 | 401    200    200    200    200    200    200    200
GET    /invites/{other_code}/qr                               | 401    403    403    403    200    200    403    200
DELETE /invites/{own_code}/qr                                 | 401    204    204    204    204    204    204    204
DELETE /invites/{other_code}/qr                               | 401    403    403    403    403    204    403    204

GET    /redemptions                                           | 401    403    403    403    200    200    403    200
GET    /redemptions/{redemption_of_own_invite}                | 401    200    200    200    200    200    200    200
GET    /redemptions/{own_redemption}                          | 401    200    200    200    200    200    200    200
GET    /redemptions/{other_redemption}                        | 401    404    404    404    200    200    404    200
POST   /redemptions/{own_redemption}/retry                    | 401    403    403    403    403    409    403    409
POST   /redemptions/{other_redemption}/retry                  | 401    403    403    403    403    409    403    409

GET    /users/{own_id}/access                                 | 401    403    403    403    403    403    200    200
GET    /users/{other_id}/access                               | 401    403    403    403    403    403    200    200
PATCH  /users/{own_id}/access {"version": 0}                  | 401    403    403    403    403    403    409    409
PATCH  /users/{other_id}/access {"version": 0}                | 401    403    403    403    403    403    409    409
POST   /users/{own_id}/access/restore {"version": 0}          | 401    403    403    403    403    403    409    409
POST   /users/{other_id}/access/accept {"version": 0}         | 401    403    403    403    403    403    409    409
POST   /users/{other_id}/access/suspend {"version": 0}         | 401 403 403 403 403 403 409 409
POST   /users/{other_id}/access/resume {"version": 0}          | 401 403 403 403 403 403 409 409
POST   /users/{other_id}/access/extend {"until": "2099-01-01"} | 401 403 403 403 403 403 409 409
POST   /users/{other_id}/access/delete-profile {"version": 0}   | 401 403 403 403 403 403 409 409
GET    /access                                                | 401    403    403    403    403    403    200    200
GET    /access?difference=any                                 | 401    403    403    403    403    403    200    200
GET    /access?difference=wider&state=active                  | 401    403    403    403    403    403    200    200
GET    /seats                                                 | 401    403    403    403    403    403    200    200
POST   /access/bulk {"user_ids": ["{other_id}"], "action": "restore"} | 401 403 403 403 403 403 202 202
GET    /batches/{unknown_batch}                               | 401    403    403    403    403    403    404    404
GET    /access/look                                           | 401    403    403    403    403    403    200    200
GET    /access/looks/{unknown_look}                           | 401    403    403    403    403    403    404    404
POST   /access/look                                           | 401    403    403    403    403    403    202    202
GET    /access/unknown                                        | 401    403    403    403    403    403    200    200
POST   /access/adopt {"plex_ids": [1]}                        | 401    403    403    403    403    403    202    202
GET    /extensions                                            | 401    403    403    403    403    403    200    200
POST   /extensions/{other_id}/approve {"until": "2099-01-01"}  | 401 403 403 403 403 403 404 404
POST   /extensions/{other_id}/refuse {"message": "no"}         | 401 403 403 403 403 403 404 404
POST   /me/extension {"message": "please"}                     | 401 409 409 409 409 409 409 409
GET    /me/access                                             | 401    200    200    200    200    200    200    200
GET    /users                                                 | 401    403    403    403    403    403    200    200
GET    /users/{own_id}                                        | 401    403    403    403    403    403    200    200
GET    /users/{other_id}                                      | 401    403    403    403    403    403    200    200
PATCH  /users/{other_id} {"permissions": []}                  | 401    403    403    403    403    403    200    200
PATCH  /users/{other_id} {"permissions": ["create_invites"]}  | 401    403    403    403    403    403    403    200
PATCH  /users/{other_id} {"permissions": ["admin"]}           | 401    403    403    403    403    403    403    200
PATCH  /users/{other_id} {"quota": {"limit": 1, "days": 1}}   | 401    403    403    403    403    403    200    200
PATCH  /users/{other_id} {"trial": null}                      | 401    403    403    403    403    403    200    200
PATCH  /users/{admin_id} {"permissions": []}                  | 401    403    403    403    403    403    403    200
PATCH  /users/{admin_id} {"quota": null}                      | 401    403    403    403    403    403    403    200
PATCH  /users/{own_id} {"permissions": ["admin", "manage_users"]}
                                                              | 401    403    403    403    403    403    403    200
PATCH  /users/{own_id} {"permissions": []}                    | 401    403    403    403    403    403    200    200
PATCH  /users/{own_id} {"quota": {"limit": 1, "days": 1}}     | 401    403    403    403    403    403    403    200
PATCH  /users/{own_id} {"trial": {"ends_at": "2031-01-01T00:00:00Z"}}
                                                              | 401    403    403    403    403    403    403    200
PATCH  /users/demo-admin {"permissions": []}                  | 401    403    403    403    403    403    403    403
POST   /users/{other_id}/password-reset                       | 401    403    403    403    403    403    409    409
POST   /users/{admin_id}/password-reset                       | 401    403    403    403    403    403    403    409
DELETE /users/{other_id}                                      | 401    403    403    403    403    403    204    204
DELETE /users/{admin_id}                                      | 401    403    403    403    403    403    403    204
DELETE /users/{own_id}                                        | 401    403    403    403    403    403    204    204
DELETE /users/demo-admin                                      | 401    403    403    403    403    403    403    403

GET    /settings                                              | 401    403    403    403    403    403    403    200
PATCH  /settings {"version": 999999999}                       | 401    403    403    403    403    403    403    409
GET    /libraries                                             | 401    403    403    200    403    200    403    200
POST   /libraries/refresh                                     | 401    403    403    403    403    403    403    202
GET    /stats                                                 | 401    403    403    403    200    200    200    200
GET    /audit                                                 | 401    403    403    403    403    403    403    200
GET    /endpoints                                             | 401    403    200    200    403    200    200    200
POST   /endpoints {"name": "x", "events": ["*"], "url": "http://example.org"}
                                                              | 401    403    400    400    403    400    400    400
GET    /endpoints/{unknown_endpoint}                          | 401    403    404    404    403    404    404    404
GET    /endpoints/{other_endpoint}                            | 401    403    404    404    403    404    404    200
PATCH  /endpoints/{other_endpoint} {"name": "y"}              | 401    403    404    404    403    404    404    200
POST   /endpoints/{other_endpoint}/test                       | 401    403    404    404    403    404    404    202
POST   /endpoints/{other_endpoint}/rotate                     | 401    403    404    404    403    404    404    200
GET    /endpoints/{other_endpoint}/deliveries                 | 401    403    404    404    403    404    404    200
POST   /deliveries/{unknown_delivery}/replay                  | 401    403    404    404    403    404    404    404
DELETE /endpoints/{other_endpoint}                            | 401    403    404    404    403    404    404    204

GET    /keys                                                  | 401    403    200    200    200    200    200    200
POST   /keys {"name": "x", "scopes": ["stats:read"]}          | 401    403    201    201    201    201    201    201
DELETE /keys/{unknown_key}                                    | 401    403    404    404    404    404    404    404
"""

PEOPLE = {
    "public": None,
    "plain": ("streamarr",),
    "create": ("create_invites",),
    "expert": ("create_invites", "advanced_invites"),
    "viewer": ("view_invites",),
    "keeper": ("manage_invites",),
    "users": ("manage_users",),
    "admin": ("admin",),
}

_ROW = re.compile(r"(?P<method>[A-Z]+) +(?P<path>\S+)(?: (?P<body>\{.*\}))?\s*\|(?P<statuses>[ 0-9]+)")
_WORDS = {
    "code": ("own_code", "other_code", "locked_code"),
    "sign_in_id": ("unknown_sign_in_id",),
    "session_id": ("unknown_session",),
    "look_id": ("unknown_look",),
    "batch_id": ("unknown_batch",),
    "endpoint_id": ("unknown_endpoint", "other_endpoint"),
    "delivery_id": ("unknown_delivery",),
    "key_id": ("unknown_key",),
    "token": ("unknown_token",),
    "redemption_id": ("own_redemption", "other_redemption", "redemption_of_own_invite"),
    "user_id": ("own_id", "other_id", "admin_id"),
}


@dataclass(frozen=True)
class Row:
    method: str
    path: str
    body: str | None
    statuses: tuple[int, ...]

    @property
    def route(self) -> tuple[str, str]:
        """The registered route that this row asks."""
        path = self.path.split("?")[0].replace("/users/demo-admin", "/users/{user_id}")
        for name, words in _WORDS.items():
            path = re.sub(rf"\{{({'|'.join(words)})\}}", f"{{{name}}}", path)
        return path, self.method

    @property
    def changes_oneself(self) -> bool:
        whom = ("/users/{own_id}", "/auth/session")
        return self.method != "GET" and (self.path.startswith(whom) or self.path == "/me")

    def __str__(self) -> str:
        return " ".join(filter(None, (self.method, self.path, self.body)))


def _rows() -> list[Row]:
    found = _ROW.finditer(TABLE.replace("\n" + " " * 60, " "))
    return [
        Row(row["method"], row["path"], row["body"], tuple(int(each) for each in row["statuses"].split()))
        for row in found
    ]


ROWS = _rows()


def test_the_table_has_every_route():
    registered = {(path, method) for path, methods in app.routes.items() for method in methods}
    assert {row.route for row in ROWS} == registered


def test_the_table_is_read_in_full():
    assert len(ROWS) == TABLE.count("|")
    assert {len(row.statuses) for row in ROWS} == {len(PEOPLE)}
    assert TABLE.split("\n\n", maxsplit=1)[0].split() == list(PEOPLE)


@pytest.fixture(scope="module")
def scenarios(stack):
    return _scenarios(stack)


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_each_person_may_do_what_the_table_says(stack, scenarios, row):
    if row.changes_oneself:
        scenarios = _scenarios(stack)
    statuses = {name: _ask(scenario, row) for name, scenario in scenarios.items()}
    assert statuses == dict(zip(PEOPLE, row.statuses, strict=True))


def _scenarios(stack):
    return {name: Scenario(stack, permissions) for name, permissions in PEOPLE.items()}


def _ask(scenario, row):
    """The status that this person gets."""
    body = scenario.filled(row.body) if row.body else None
    answer = scenario.http.request(row.method, scenario.filled(row.path), json=body and json.loads(body))
    return answer.status_code


class Scenario:
    """One person, and what a row's placeholders stand for: each is made when a row asks for it."""

    def __init__(self, stack, permissions):
        self.stack = stack
        self.me = stack.member(*permissions) if permissions is not None else None
        self.http = self.me.http if self.me else stack.client()
        self.other = stack.member("streamarr")

    def filled(self, text):
        return re.sub(r"\{([a-z_]+)\}", lambda found: getattr(self, found[1])(), text)

    def own_id(self):
        return self.me.id if self.me else self.other_id()

    def other_id(self):
        return self.stack.member("streamarr").id

    def inviter_id(self):
        return self.stack.member("create_invites").id

    def admin_id(self):
        return self.stack.member("admin").id

    def own_code(self):
        return _invite(self.me or self.other)

    def other_code(self):
        return _invite(self.other)

    def locked_code(self):
        """An own invite, switched off by an admin."""
        code = self.own_code()
        self.stack.admin.patch(f"/invites/{code}", json={"enabled": False}).raise_for_status()
        return code

    def new_code(self):
        from chalicelib import wiring

        return wiring.ports.new_id()[:16]

    def unknown_batch(self):
        return "unknown"

    def unknown_look(self):
        return "unknown"

    def unknown_session(self):
        return "unknown"

    def unknown_token(self):
        return "unknown"

    def unknown_sign_in_id(self):
        return "0123456789abcdef0123456789abcdef"

    def unknown_endpoint(self):
        return "unknown"

    def unknown_key(self):
        return "unknown"

    def unknown_delivery(self):
        return "unknown-20270301120000000000-1"

    def other_endpoint(self):
        return _endpoint(self.other)

    def own_redemption(self):
        return self._redemption(self.other_code(), by=self.me)

    def other_redemption(self):
        return self._redemption(self.other_code())

    def redemption_of_own_invite(self):
        return self._redemption(self.own_code())

    def _redemption(self, code, by=None):
        return _redemption(code, by or self.other)


def _invite(creator):
    """An invite that they made when they still had the permission."""
    from chalicelib import wiring
    from chalicelib.common.people import Permission
    from chalicelib.invites.creating import CreatingInvites, InviteRequest

    by = replace(creator.user, permissions=frozenset({Permission.MANAGE_INVITES}))
    invite, _ = wiring.use(CreatingInvites).create(InviteRequest(), by=by, now=wiring.now())
    return invite.code


def _endpoint(owner):
    """One that is switched off, in the place of the one before."""
    from chalicelib import wiring
    from chalicelib.events.endpoints import Endpoint, Secrets, endpoint_entry

    ports, now = wiring.ports, wiring.now()
    secret = ports.encrypt_for_delivery("nothing", "planted")
    endpoint = Endpoint(
        id="planted",
        name="Planted",
        events=("*",),
        shown_url="https://…",
        owner=owner.user.person,
        created_at=now,
        enabled=False,
    )
    entry = endpoint_entry(ports.new_id(), "created", None, endpoint, by=owner.user.person, now=now)
    with suppress(EndpointNotFound):
        ports.endpoints.delete(ports.endpoints.get(endpoint.id), replace(entry, id=ports.new_id()))
    ports.endpoints.add(endpoint, Secrets(url=secret, secret=secret), entry)
    return endpoint.id


def _redemption(code, by):
    """One that is done, so that trying it again is refused."""
    from chalicelib import wiring
    from chalicelib.access.progress import begin_progress
    from chalicelib.plex.model import Features, Grant
    from chalicelib.redemptions.model import Redemption
    from chalicelib.stores.redemptions.records import redemption_record

    ports, now = wiring.ports, wiring.now()
    invite = ports.invites.get_even_deleted(code)
    grant = Grant("machine", 1, ports.settings.get().libraries, Features())
    redemption = Redemption(
        id=ports.new_id(),
        code=code,
        user=by.user.person,
        creator_id=invite.created_by.id,
        grant=grant,
        created_at=now,
        progress=begin_progress(home=False, now=now).done(now),
    )
    redemption_record(redemption).save()
    return redemption.id
