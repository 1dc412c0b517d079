"""Webhooks, from a change in the product to a receiver that checks the signature."""

import json
import time

import httpx
import pytest
from standardwebhooks.webhooks import Webhook

SOON = 30.0


@pytest.fixture
def inbox(stack):
    return stack.running.inbox_url


@pytest.fixture
def endpoint(stack, inbox):
    """Makes endpoints of the admin's, which are gone afterwards."""
    made = []

    def make(*events, http=stack.admin, path="/webhook"):
        answer = http.post("/endpoints", json={"name": "Trial", "events": list(events), "url": f"{inbox}{path}"})
        assert answer.status_code == 201, answer.text
        made.append((http, answer.json()["id"]))
        return answer.json()

    yield make
    for http, id_ in made:
        http.delete(f"/endpoints/{id_}")


def eventually(find):
    deadline = time.monotonic() + SOON
    while not (found := find()):
        assert time.monotonic() < deadline
        time.sleep(0.2)
    return found


def received(inbox, endpoint, name):
    """What the inbox got for that endpoint, of that type, the newest first."""
    messages = httpx.get(f"{inbox}/messages").json()["messages"]
    own = [each for each in messages if each.get("endpoint") == endpoint["id"]]
    return [each for each in own if json.loads(each["body"])["type"] == name]


def log(stack, endpoint, http=None):
    return (http or stack.admin).get(f"/endpoints/{endpoint['id']}/deliveries").json()["deliveries"]


def test_a_new_invite_is_heard_of_and_its_signature_holds(stack, inbox, endpoint):
    hears = endpoint("invite.*")
    code = stack.invite(note="for the hook")
    (message,) = eventually(lambda: [each for each in received(inbox, hears, "invite.created") if code in each["body"]])
    event = Webhook(hears["secret"]).verify(message["body"], message["headers"])
    assert event["data"]["subject"] == {"kind": "invite", "id": code}
    assert event["data"]["after"]["note"] == "for the hook"
    event_id = message["headers"]["webhook-id"]  # invites of other tests may be heard of as well
    (delivery,) = eventually(
        lambda: [each for each in log(stack, hears) if (each["event_id"], each["state"]) == (event_id, "delivered")]
    )
    assert [each["status"] for each in delivery["attempts"]] == [200]


def test_a_joining_is_heard_of_when_it_begins_and_when_it_is_done(stack, inbox, endpoint):
    hears, visitor = endpoint("redemption.*"), stack.visitor()
    redemption = visitor.waits(visitor.redeems(stack.invite()))
    for name in ("redemption.claimed", "redemption.done"):
        found = eventually(lambda name=name: received(inbox, hears, name))
        own = [each for each in found if json.loads(each["body"])["data"]["subject"]["id"] == redemption["id"]]
        assert len(own) == 1, name


def test_an_inviter_hears_of_their_own_invites_alone(stack, inbox, endpoint):
    inviter = stack.member("create_invites")
    hears = endpoint("*", http=inviter.http)
    stack.invite()
    own = inviter.http.post("/invites", json={}).json()["code"]
    found = eventually(lambda: received(inbox, hears, "invite.created"))
    assert [json.loads(each["body"])["data"]["subject"]["id"] for each in found] == [own]


def test_what_is_not_chosen_is_not_sent(stack, inbox, endpoint):
    hears, other = endpoint("invite.deleted"), endpoint("invite.created")
    stack.invite()
    eventually(lambda: received(inbox, other, "invite.created"))
    assert log(stack, hears) == []


def test_a_test_is_sent_and_a_delivery_is_sent_again_under_the_same_id(stack, inbox, endpoint):
    hears = endpoint("settings.changed")
    sent = stack.admin.post(f"/endpoints/{hears['id']}/test", json={})
    assert sent.status_code == 202
    (first,) = eventually(lambda: received(inbox, hears, "endpoint.tested"))
    eventually(lambda: log(stack, hears)[0]["state"] == "delivered")
    assert stack.admin.post(f"/deliveries/{sent.json()['id']}/replay", json={}).status_code == 202
    again = eventually(lambda: [*received(inbox, hears, "endpoint.tested")][:-1])
    assert {each["headers"]["webhook-id"] for each in (first, *again)} == {sent.json()["event_id"]}


def test_after_a_rotation_both_secrets_sign(stack, inbox, endpoint):
    hears = endpoint("settings.changed")
    fresh = stack.admin.post(f"/endpoints/{hears['id']}/rotate", json={}).json()["secret"]
    stack.admin.post(f"/endpoints/{hears['id']}/test", json={})
    (message,) = eventually(lambda: received(inbox, hears, "endpoint.tested"))
    for secret in (hears["secret"], fresh):
        assert Webhook(secret).verify(message["body"], message["headers"])["type"] == "endpoint.tested"


def test_an_address_is_shown_once_and_then_masked(stack, endpoint, inbox):
    hears = endpoint("*")
    shown = stack.admin.get(f"/endpoints/{hears['id']}").json()
    assert shown["url"] == hears["url"] == "http://127.0.0.1/…hook"
    assert "secret" not in shown


@pytest.mark.parametrize(
    "url",
    ["http://example.org/", "https://user:pass@example.org/", "ftp://example.org", "https://", "https://exa mple:x/"],
)
def test_an_address_that_could_not_be_sent_to_is_refused(stack, url):
    answer = stack.admin.post("/endpoints", json={"name": "Trial", "events": ["*"], "url": url})
    assert (answer.status_code, answer.json()["Field"]) == (400, "url")


def test_a_private_address_is_not_reached(stack):
    made = stack.admin.post("/endpoints", json={"name": "In", "events": ["*"], "url": "https://127.0.0.1:1/"}).json()
    stack.admin.post(f"/endpoints/{made['id']}/test", json={})
    attempts = eventually(lambda: log(stack, made)[0]["attempts"])
    assert (attempts[0]["status"], "not a public one" in attempts[0]["said"]) == (None, True)
    stack.admin.delete(f"/endpoints/{made['id']}")


def test_what_is_switched_off_gets_nothing(stack, inbox, endpoint):
    off, on = endpoint("invite.created"), endpoint("invite.created")
    assert stack.admin.patch(f"/endpoints/{off['id']}", json={"enabled": False}).json()["enabled"] is False
    stack.invite()
    eventually(lambda: received(inbox, on, "invite.created"))
    assert log(stack, off) == []


def test_people_who_manage_nothing_have_three_endpoints(stack, endpoint, inbox):
    inviter = stack.member("create_invites")
    for _ in range(3):
        endpoint("*", http=inviter.http)
    answer = inviter.http.post("/endpoints", json={"name": "x", "events": ["*"], "url": f"{inbox}/webhook"})
    assert (answer.status_code, answer.json()["Code"]) == (409, "TooManyEndpoints")


def test_the_journal_tells_of_endpoints_and_never_their_addresses(stack, endpoint, inbox):
    hears = endpoint("*")
    entries = stack.admin.get("/audit", params={"subject": f"endpoint#{hears['id']}"})
    assert [each["action"] for each in entries.json()["entries"]] == ["created"]
    assert inbox not in entries.text
