"""An installation that gets another owner, as `make set-up-anew` does: with a set-up token that was made since."""

import time

from tests.http.empty_stack import SETUP_TOKEN, empty_stack
from tests.http.test_setting_up import OLIVIA, Browser

FRESH = "a-set-up-token-of-a-later-deployment"


def test_the_holder_of_a_fresh_set_up_token_takes_over_and_the_former_owner_is_no_admin_any_more(tmp_path_factory):
    state = tmp_path_factory.mktemp("kept") / "stack"
    with empty_stack(state, keep=True) as stack:
        olivia = _set_up(stack, OLIVIA, SETUP_TOKEN)
        assert olivia.http.get("/settings").status_code == 200
    with empty_stack(state, keep=True, setup_token=FRESH) as stack:
        assert stack.client().get("/setup").json() == {"needed": False, "state": "done"}
        spent = stack.client().post("/setup", json={"setup_token": SETUP_TOKEN})
        assert (spent.status_code, spent.json()["Code"]) == (403, "SetupTokenRefused")
        account = stack.plex.account()
        server = stack.plex.control.post("/_standin/servers", json={"owner_id": account["id"], "name": "Attic"}).json()
        section = {"title": "Plays", "type": "movie"}
        assert stack.plex.control.post(f"/_standin/servers/{server['machine_id']}/sections", json=section).is_success

        heir = _set_up(stack, account, FRESH)
        assert heir.http.get("/auth/me").json()["user"]["plex_id"] == account["id"]
        assert heir.http.get("/settings").json()["default_libraries"] == []
        former = stack.client()
        started = former.post("/auth/plex").json()
        stack.plex.approve(started["auth_url"], OLIVIA)
        signed_in = former.post(f"/auth/plex/{started['sign_in_id']}").json()
        assert signed_in["user"]["permissions"] == ["streamarr"]
        assert stack.client(signed_in["token"]).get("/settings").status_code == 403


def _set_up(stack, account, setup_token):
    """Up to and with the libraries; gives the owner at the site."""
    owner = Browser(stack, account)
    answer = owner.signs_in(setup_token=setup_token)
    assert answer.status_code == 200, answer.text
    owner.becomes(answer.json()["token"])
    chosen = owner.http.put("/setup/server", json={"machine_id": answer.json()["servers"][0]["machine_id"]})
    assert chosen.status_code == 202, chosen.text
    deadline = time.monotonic() + 30
    while not owner.http.get("/libraries").json()["libraries"]:
        assert time.monotonic() < deadline
        time.sleep(0.1)  # between two looks
    return owner
