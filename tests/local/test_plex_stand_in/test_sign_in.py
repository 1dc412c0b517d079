import pytest
from plexapi.exceptions import BadRequest, Unauthorized
from plexapi.myplex import MyPlexAccount

from tests.local.test_plex_stand_in.scene import CLIENT, Scene, error_code


def approve(scene: Scene, code: str, person: dict[str, object]) -> None:
    scene.told("POST", f"/_standin/pins/{code}/approve", {"account_id": person["id"]})


def signed_in(scene: Scene, person: dict[str, object], client: str = CLIENT) -> str:
    login = scene.pin_login(client)
    login.oauthUrl()
    approve(scene, login._getCode(), person)
    assert login.checkLogin()
    token: str = login.token
    return token


def test_plexapi_signs_in_by_pin(scene: Scene) -> None:
    maya = scene.person("maya")
    login = scene.pin_login()

    assert f"clientID={CLIENT}" in login.oauthUrl("https://invites.example.org/back")
    assert login.checkLogin() is False
    approve(scene, login._getCode(), maya)
    assert login._checkLogin() is True

    assert MyPlexAccount(token=login.token, session=scene.session).id == maya["id"]


def test_a_strong_pin_has_25_characters_and_half_an_hour(scene: Scene) -> None:
    answer = scene.v2(None, "POST", "/api/v2/pins?strong=true")

    assert answer.status_code == 201
    assert len(answer.json()["code"]) == 25
    assert answer.json()["expiresIn"] == 1800
    assert answer.json()["authToken"] is None


def test_a_pin_is_xml_for_who_does_not_ask_for_json(scene: Scene) -> None:
    answer = scene.v2(None, "POST", "/api/v2/pins", Accept="*/*")

    assert 'authToken=""' in answer.text


def test_a_pin_needs_a_client_identifier(scene: Scene) -> None:
    answer = scene.control.post("/api/v2/pins?strong=true", headers={"Accept": "application/json"})

    assert (answer.status_code, error_code(answer)) == (400, 1000)


def test_a_pin_exists_only_for_the_client_that_made_it(scene: Scene) -> None:
    pin = scene.v2(None, "POST", "/api/v2/pins?strong=true").json()

    answer = scene.v2(None, "GET", f"/api/v2/pins/{pin['id']}", **{"X-Plex-Client-Identifier": "another"})

    assert (answer.status_code, error_code(answer)) == (404, 1020)


@pytest.mark.parametrize("ending", ["expire", "deny"])
def test_a_pin_that_is_over_is_not_found(scene: Scene, ending: str) -> None:
    pin = scene.v2(None, "POST", "/api/v2/pins?strong=true").json()
    scene.told("POST", f"/_standin/pins/{pin['code']}/{ending}")

    answer = scene.v2(None, "GET", f"/api/v2/pins/{pin['id']}")

    assert (answer.status_code, error_code(answer)) == (404, 1020)


def test_plexapi_takes_a_lost_pin_for_an_expired_one(scene: Scene) -> None:
    login = scene.pin_login()
    scene.told("POST", f"/_standin/pins/{login._getCode()}/deny")

    assert login.checkLogin() is False
    assert login.expired


def test_a_new_sign_in_kills_the_earlier_token_of_that_client(scene: Scene) -> None:
    maya = scene.person("maya")
    first = signed_in(scene, maya)
    second = signed_in(scene, maya)

    with pytest.raises(Unauthorized):
        MyPlexAccount(token=first, session=scene.session)
    assert MyPlexAccount(token=second, session=scene.session).id == maya["id"]


def test_a_sign_in_leaves_the_tokens_of_other_clients_and_people_alone(scene: Scene) -> None:
    maya, noah = scene.person("maya"), scene.person("noah")
    of_another_client, of_noah = signed_in(scene, maya, "another"), signed_in(scene, noah)
    signed_in(scene, maya)

    assert MyPlexAccount(token=of_another_client, session=scene.session).id == maya["id"]
    assert MyPlexAccount(token=of_noah, session=scene.session).id == noah["id"]
    assert scene.plexapi(maya).id == maya["id"]


def test_a_revoked_token_is_refused(scene: Scene) -> None:
    maya = scene.person("maya")
    scene.told("POST", "/_standin/tokens/revoke", {"token": maya["token"]})

    answer = scene.v2(maya, "GET", "/api/v2/user")

    assert (answer.status_code, error_code(answer)) == (401, 1001)


def test_the_account_says_who_it_is(scene: Scene) -> None:
    maya = scene.person("maya", confirmed=False, subscription=False, home=True)

    account = scene.plexapi(maya)

    assert (account.uuid, account.username, account.email) == (maya["uuid"], "maya", "maya@example.org")
    assert (account.confirmed, account.subscriptionActive, account.restricted) == (False, False, False)
    assert (account.home, account.homeAdmin, account.homeSize, account.maxHomeSize) == (True, True, 1, 15)
    assert account.authToken == maya["token"]


def test_a_plex_pass_shows_with_its_features(scene: Scene) -> None:
    account = scene.plexapi(scene.person("olivia"))

    assert account.subscriptionActive
    assert account.subscriptionSubscribedAt is not None
    assert "home" in account.subscriptionFeatures


def test_the_account_is_json_for_who_asks_for_it(scene: Scene) -> None:
    answer = scene.v2(scene.person("maya"), "GET", "/api/v2/user").json()

    assert answer["confirmed"] is True
    assert answer["subscription"]["active"] is True


def test_a_living_token_may_ping(scene: Scene) -> None:
    assert scene.plexapi(scene.person("maya")).ping() is True


def test_without_a_token_v1_says_so_in_xml(scene: Scene) -> None:
    answer = scene.control.get("/api/users/", headers={"Accept": "application/json"})

    assert answer.status_code == 401
    assert "<errors><error>" in answer.text


def test_the_approval_page_lists_people_as_buttons(scene: Scene) -> None:
    maya = scene.person("maya")

    page = scene.control.get("/auth")

    assert f'data-account="{maya["id"]}"' in page.text
    assert maya["token"] not in page.text
    assert scene.control.get("/auth/pages/approval.js").is_success


def test_a_click_on_the_approval_page_signs_in(scene: Scene) -> None:
    maya = scene.person("maya")
    login = scene.pin_login()
    clicked = {"code": login._getCode(), "client_identifier": CLIENT, "account_id": maya["id"]}

    scene.told("POST", "/auth/approve", clicked)

    assert login.checkLogin()


def test_the_approval_page_refuses_a_pin_of_another_client(scene: Scene) -> None:
    maya = scene.person("maya")
    login = scene.pin_login()
    clicked = {"code": login._getCode(), "client_identifier": "another", "account_id": maya["id"]}

    assert scene.control.post("/auth/approve", json=clicked).status_code == 404
    assert not login.checkLogin()


def test_a_pin_cannot_be_approved_for_nobody(scene: Scene) -> None:
    code = scene.pin_login()._getCode()

    answer = scene.control.post(f"/_standin/pins/{code}/approve", json={"account_id": 1})

    assert answer.status_code == 404


def test_plexapi_reports_a_missing_pin_service(scene: Scene) -> None:
    scene.fault("status", "/api/v2/pins", status=502)

    with pytest.raises(BadRequest, match="502"):
        scene.pin_login().oauthUrl()
