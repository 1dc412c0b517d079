"""What admins do: invites, settings, looking around."""

import httpx

from testing.deployed_stage import DeployedStage, ok


def an_admin_looks_around(stage: DeployedStage) -> None:
    admin, code = stage.stack.admin, stage.stack.invite(note="looked for", usage_limit=2)
    me = ok(admin.get("/auth/me")).json()["user"]["id"]
    assert code in _codes(ok(admin.get("/invites")))
    for search in (
        {"status": "active"},
        {"creator": me},
        {"q": code},
        {"status": "active", "creator": me},
    ):
        assert code in _codes(ok(admin.get("/invites", params=search))), search
    for path in (
        "/users",
        "/audit",
        "/audit?subject=settings",
        "/stats",
        "/settings",
        "/redemptions",
        f"/invites/{code}/redemptions",
        "/auth/me",
        "/health",
        "/setup",
        "/openapi.json",
    ):
        ok(admin.get(path))
    visitor = stage.stack.visitor()
    stage.finished(visitor, visitor.redeems(code))
    (redemption,) = ok(admin.get(f"/invites/{code}/redemptions")).json()["redemptions"]
    assert redemption["id"] in [each["id"] for each in ok(admin.get("/redemptions")).json()["redemptions"]]


def an_admin_changes_settings(stage: DeployedStage) -> None:
    for title in ("Streamarr at rehearsal", "Streamarr"):
        ok(stage.stack.admin.patch("/settings", json={"application_title": title}))
        assert ok(stage.stack.admin.get("/settings")).json()["application_title"] == title


def an_invite_is_edited_and_deleted(stage: DeployedStage) -> None:
    admin, code = stage.stack.admin, stage.stack.invite()
    ok(admin.patch(f"/invites/{code}", json={"enabled": False, "note": "off"}))
    assert stage.stack.shown(code)["status"] == "inactive"
    ok(admin.delete(f"/invites/{code}"))
    assert admin.get(f"/invites/{code}").status_code == 404


def _codes(answer: httpx.Response) -> list[str]:
    return [invite["code"] for invite in answer.json()["invites"]]
