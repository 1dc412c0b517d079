"""Signing in and out, and leaving."""

from local.plex import demo
from testing.people import Visitor
from testing.stay import Stay, ok


def somebody_signs_in_with_plex(stay: Stay) -> None:
    person, _ = stay.someone_in()
    signed_in = stay.stack.client(stay.signs_in(person.account))
    ok(signed_in.delete("/auth/sessions"))
    assert signed_in.get("/auth/me").status_code == 401


def somebody_whom_plex_knows_opens_an_account(stay: Stay) -> None:
    """They had access before there were invites here."""
    person = stay.stack.visitor()
    share = {"machine_id": demo.MACHINE_ID, "account_id": person.account["id"], "section_ids": [demo.MOVIES]}
    assert stay.stack.plex.control.post("/_standin/shares", json=share).is_success
    ok(stay.stack.admin.patch("/settings", json={"new_plex_signin_enabled": True}))
    opened = stay.stack.client(stay.signs_in(person.account))
    assert ok(opened.get("/auth/me")).json()["user"]["plex_id"] == person.account["id"]
    ok(stay.stack.admin.patch("/settings", json={"new_plex_signin_enabled": False}))


def an_account_is_closed_and_its_access_ends(stay: Stay) -> None:
    visitor, user = stay.someone_in()
    ok(stay.stack.admin.get(f"/users/{user}"))
    for permissions in (["admin"], ["streamarr", "create_invites"]):
        ok(stay.stack.admin.patch(f"/users/{user}", json={"permissions": permissions}))
    ok(stay.stack.admin.delete(f"/users/{user}"))
    _access_ends(stay, visitor, user)


def somebody_leaves(stay: Stay) -> None:
    visitor, user = stay.someone_in()
    ok(stay.stack.client(stay.signs_in(visitor.account)).delete("/auth/account"))
    _access_ends(stay, visitor, user)


def an_access_not_ended_is_ended_by_the_sweep(stay: Stay) -> None:
    visitor, user = stay.someone_in()
    stay.stack.plex.fault(path=".*shared_servers.*", kind="status", status=503, times=None, retry_after="900")
    stay.stack.plex.fault(path=".*sharing.*", kind="status", status=503, times=None, retry_after="900")
    ok(stay.stack.admin.delete(f"/users/{user}"))
    stay.eventually(lambda: "due_at" in stay.row("redemptions", id=f"ending#{user}"))
    stay.stack.plex.control.delete("/_standin/faults")
    stay.set("redemptions", {"id": f"ending#{user}"}, due_at={"N": "1"})
    stay.invoke("sweep")
    stay.eventually(lambda: not stay.stack.plex.shares(visitor.account))


def _access_ends(stay: Stay, visitor: Visitor, user: str) -> None:
    stay.eventually(lambda: not stay.stack.plex.shares(visitor.account))
    stay.eventually(lambda: "due_at" not in stay.row("redemptions", id=f"ending#{user}"))
    assert stay.row("redemptions", id=f"ending#{user}")
