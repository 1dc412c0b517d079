"""Trials on real DynamoDB semantics."""

import time
from datetime import timedelta

from tests.stores.metering import metering


def test_the_sweep_ends_a_trial_that_is_over_and_no_other(stack, monkeypatch):
    from chalicelib import wiring

    now = wiring.now()
    over = stack.member("create_invites", trial_ends_at=now + timedelta(seconds=0.5))
    goes_on = stack.member("create_invites", trial_ends_at=now + timedelta(days=1))
    assert over.http.post("/invites", json={}).json()["Code"] == "OnTrial"
    deadline = time.monotonic() + 15
    while over.http.get("/auth/me").json()["trial_ends_at"]:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert over.http.post("/invites", json={}).status_code == 201
    assert goes_on.http.get("/auth/me").json()["trial_ends_at"]
    entries = stack.admin.get("/audit", params={"subject": f"user#{over.id}"}).json()["entries"]
    assert [entry["action"] for entry in entries] == ["trial ended"]
    with metering(monkeypatch) as reads:
        assert over.id not in [user.id for user in wiring.ports.accounts.with_trial_over(wiring.now())]
    assert [operation for operation, *_ in reads] == ["Query"]
