import pytest
from plexapi.exceptions import BadRequest, Unauthorized
from plexapi.myplex import MyPlexAccount

from tests.local.test_plex_stand_in.client import CLIENT, StandInClient, error_code


def approve(stand_in: StandInClient, code: str, person: dict[str, object]) -> None:
    stand_in.ask("POST", f"/_standin/pins/{code}/approve", {"account_id": person["id"]})


def signed_in(stand_in: StandInClient, person: dict[str, object], client: str = CLIENT) -> str:
    login = stand_in.pin_login(client)
    login.oauthUrl()
    approve(stand_in, login._getCode(), person)
    assert login.checkLogin()
    token: str = login.token
    return token


def test_plexapi_signs_in_by_pin(stand_in: StandInClient) -> None:
    maya = stand_in.person("maya")
    login = stand_in.pin_login()

    assert f"clientID={CLIENT}" in login.oauthUrl("https://invites.example.org/back")
    assert login.checkLogin() is False
    approve(stand_in, login._getCode(), maya)
    assert login._checkLogin() is True

    assert MyPlexAccount(token=login.token, session=stand_in.session).id == maya["id"]


def test_a_strong_pin_has_25_characters_and_half_an_hour(stand_in: StandInClient) -> None:
    answer = stand_in.v2(None, "POST", "/api/v2/pins?strong=true")

    assert answer.status_code == 201
    assert len(answer.json()["code"]) == 25
    assert answer.json()["expiresIn"] == 1800
    assert answer.json()["authToken"] is None


def test_a_pin_is_xml_where_json_is_not_asked_for(stand_in: StandInClient) -> None:
    answer = stand_in.v2(None, "POST", "/api/v2/pins", Accept="*/*")

    assert 'authToken=""' in answer.text


def test_a_pin_needs_a_client_identifier(stand_in: StandInClient) -> None:
    answer = stand_in.control.post("/api/v2/pins?strong=true", headers={"Accept": "application/json"})

    assert (answer.status_code, error_code(answer)) == (400, 1000)


def test_a_pin_exists_only_for_the_client_that_made_it(stand_in: StandInClient) -> None:
    pin = stand_in.v2(None, "POST", "/api/v2/pins?strong=true").json()

    answer = stand_in.v2(None, "GET", f"/api/v2/pins/{pin['id']}", **{"X-Plex-Client-Identifier": "another"})

    assert (answer.status_code, error_code(answer)) == (404, 1020)


@pytest.mark.parametrize("ending", ["expire", "deny"])
def test_a_pin_that_is_over_is_not_found(stand_in: StandInClient, ending: str) -> None:
    pin = stand_in.v2(None, "POST", "/api/v2/pins?strong=true").json()
    stand_in.ask("POST", f"/_standin/pins/{pin['code']}/{ending}")

    answer = stand_in.v2(None, "GET", f"/api/v2/pins/{pin['id']}")

    assert (answer.status_code, error_code(answer)) == (404, 1020)


def test_plexapi_takes_a_lost_pin_for_an_expired_one(stand_in: StandInClient) -> None:
    login = stand_in.pin_login()
    stand_in.ask("POST", f"/_standin/pins/{login._getCode()}/deny")

    assert login.checkLogin() is False
    assert login.expired


def test_a_new_sign_in_kills_the_earlier_token_of_that_client(stand_in: StandInClient) -> None:
    maya = stand_in.person("maya")
    first = signed_in(stand_in, maya)
    second = signed_in(stand_in, maya)

    with pytest.raises(Unauthorized):
        MyPlexAccount(token=first, session=stand_in.session)
    assert MyPlexAccount(token=second, session=stand_in.session).id == maya["id"]


def test_a_sign_in_leaves_the_tokens_of_other_clients_and_people_alone(stand_in: StandInClient) -> None:
    maya, noah = stand_in.person("maya"), stand_in.person("noah")
    of_another_client, of_noah = signed_in(stand_in, maya, "another"), signed_in(stand_in, noah)
    signed_in(stand_in, maya)

    assert MyPlexAccount(token=of_another_client, session=stand_in.session).id == maya["id"]
    assert MyPlexAccount(token=of_noah, session=stand_in.session).id == noah["id"]
    assert stand_in.plexapi(maya).id == maya["id"]


def test_a_revoked_token_is_refused(stand_in: StandInClient) -> None:
    maya = stand_in.person("maya")
    stand_in.ask("POST", "/_standin/tokens/revoke", {"token": maya["token"]})

    answer = stand_in.v2(maya, "GET", "/api/v2/user")

    assert (answer.status_code, error_code(answer)) == (401, 1001)


def test_the_account_says_who_it_is(stand_in: StandInClient) -> None:
    maya = stand_in.person("maya", confirmed=False, subscription=False, home=True)

    account = stand_in.plexapi(maya)

    assert (account.uuid, account.username, account.email) == (maya["uuid"], "maya", "maya@example.org")
    assert (account.confirmed, account.subscriptionActive, account.restricted) == (False, False, False)
    assert (account.home, account.homeAdmin, account.homeSize, account.maxHomeSize) == (True, True, 1, 15)
    assert account.authToken == maya["token"]


def test_a_plex_pass_shows_with_its_features(stand_in: StandInClient) -> None:
    account = stand_in.plexapi(stand_in.person("olivia"))

    assert account.subscriptionActive
    assert account.subscriptionSubscribedAt is not None
    assert "home" in account.subscriptionFeatures


def test_the_account_is_json_where_that_is_asked_for(stand_in: StandInClient) -> None:
    answer = stand_in.v2(stand_in.person("maya"), "GET", "/api/v2/user").json()

    assert answer["confirmed"] is True
    assert answer["subscription"]["active"] is True


def test_a_living_token_may_ping(stand_in: StandInClient) -> None:
    assert stand_in.plexapi(stand_in.person("maya")).ping() is True


def test_without_a_token_v1_says_so_in_xml(stand_in: StandInClient) -> None:
    answer = stand_in.control.get("/api/users/", headers={"Accept": "application/json"})

    assert answer.status_code == 401
    assert "<errors><error>" in answer.text


def test_the_approval_page_lists_people_as_buttons(stand_in: StandInClient) -> None:
    maya = stand_in.person("maya")

    page = stand_in.control.get("/auth")

    assert f'data-account="{maya["id"]}"' in page.text
    assert maya["token"] not in page.text
    assert stand_in.control.get("/auth/pages/approval.js").is_success


def test_a_click_on_the_approval_page_signs_in(stand_in: StandInClient) -> None:
    maya = stand_in.person("maya")
    login = stand_in.pin_login()
    clicked = {"code": login._getCode(), "client_identifier": CLIENT, "account_id": maya["id"]}

    stand_in.ask("POST", "/auth/approve", clicked)

    assert login.checkLogin()


def test_the_approval_page_refuses_a_pin_of_another_client(stand_in: StandInClient) -> None:
    maya = stand_in.person("maya")
    login = stand_in.pin_login()
    clicked = {"code": login._getCode(), "client_identifier": "another", "account_id": maya["id"]}

    assert stand_in.control.post("/auth/approve", json=clicked).status_code == 404
    assert not login.checkLogin()


def test_a_pin_cannot_be_approved_for_an_unknown_account(stand_in: StandInClient) -> None:
    code = stand_in.pin_login()._getCode()

    answer = stand_in.control.post(f"/_standin/pins/{code}/approve", json={"account_id": 1})

    assert answer.status_code == 404


def test_plexapi_reports_a_missing_pin_service(stand_in: StandInClient) -> None:
    stand_in.fault("status", "/api/v2/pins", status=502)

    with pytest.raises(BadRequest, match="502"):
        stand_in.pin_login().oauthUrl()
