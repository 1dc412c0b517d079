"""What holds when many do things to invites at the same time."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from chalicelib.common.times import order_key
from chalicelib.settings.model import Quota


def at_once(*actions):
    """All actions at the same time; gives what each returned."""
    with ThreadPoolExecutor(len(actions)) as crowd:
        return [future.result() for future in [crowd.submit(action) for action in actions]]


def lists_agree_with_the_facts(code):
    from chalicelib import wiring
    from chalicelib.stores.invites.indexes import places
    from chalicelib.stores.invites.records import InviteModel, read_invite

    record = InviteModel.get(code, consistent_read=True)
    invite = read_invite(record)
    expected = places(invite, invite.status(wiring.now()))
    return {name: getattr(record, name) for name in expected} == expected


def test_with_three_left_fifty_at_once_make_three(stack):
    inviter = stack.member("create_invites", quota=Quota(5, 7))
    for _ in range(2):
        assert inviter.http.post("/invites", json={}).status_code == 201
    answers = at_once(*[lambda: inviter.http.post("/invites", json={})] * 50)
    assert Counter(answer.status_code for answer in answers) == {201: 3, 403: 47}
    assert {answer.json()["Code"] for answer in answers if answer.status_code == 403} == {"QuotaExceeded"}
    assert len(inviter.http.get("/invites", params={"limit": 100}).json()["invites"]) == 5


def test_without_a_quota_fifty_at_once_make_fifty(stack):
    inviter = stack.member("create_invites")
    answers = at_once(*[lambda: inviter.http.post("/invites", json={})] * 50)
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["code"] for answer in answers}) == 50


def test_what_was_made_without_a_quota_counts_once_there_is_one(stack):
    inviter = stack.member("create_invites")
    for _ in range(3):
        assert inviter.http.post("/invites", json={}).status_code == 201
    assert stack.admin.patch(f"/users/{inviter.id}", json={"quota": {"limit": 3, "days": 30}}).status_code == 200
    stands = inviter.http.get("/auth/me").json()["quota"]
    assert (stands["used"], stands["remaining"]) == (3, 0)
    assert inviter.http.post("/invites", json={}).json()["Code"] == "QuotaExceeded"


def test_what_an_account_made_before_costs_its_next_invite_nothing(stack):
    from chalicelib import wiring
    from chalicelib.settings.model import MOST_INVITES
    from chalicelib.stores.accounts.creations import HEAD, CreationsModel, created_since

    inviter, now = stack.member("create_invites", quota=Quota(MOST_INVITES, 7)), wiring.now()
    with CreationsModel.batch_write() as batch:
        for number in range(1, MOST_INVITES + 200):
            at = now - timedelta(minutes=number)
            batch.save(CreationsModel(user_id=inviter.id, order=order_key(at, f"Code{number}"), at=at))
    CreationsModel(user_id=inviter.id, order=HEAD, made=MOST_INVITES + 199).save()
    counted = created_since(inviter.id, now - timedelta(days=1))
    assert (len(counted), counted[0]) == (MOST_INVITES, now - timedelta(minutes=1))
    assert inviter.http.post("/invites", json={}).json()["Code"] == "QuotaExceeded"
    assert stack.admin.patch(f"/users/{inviter.id}", json={"quota": None}).status_code == 200
    assert inviter.http.post("/invites", json={}).status_code == 201
    assert CreationsModel.get(inviter.id, HEAD).made == MOST_INVITES + 200
    sizes = [len(str(record.serialize())) for record in CreationsModel.query(inviter.id, limit=20)]
    assert max(sizes) < 300


def test_two_edits_at_once_both_count(stack):
    for number in range(1, 11):
        path = f"/invites/{stack.invite()}"
        edits = [{"note": f"note {number}"}, {"usage_limit": number + 1}, {"downloads": True}, {"enabled": False}]
        answers = at_once(*[lambda edit=edit, path=path: stack.admin.patch(path, json=edit) for edit in edits])
        assert {answer.status_code for answer in answers} == {200}
        invite = stack.admin.get(path).json()
        assert (invite["note"], invite["usage_limit"], invite["enabled"]) == (f"note {number}", number + 1, False)
        assert invite["features"]["downloads"]
        assert len(invite["audit"]) == 5
        assert lists_agree_with_the_facts(invite["code"])


def test_of_a_claim_and_a_deletion_the_first_prevents_the_other(stack):
    outcomes: Counter[int] = Counter()
    for _ in range(8):
        inviter, visitor = stack.member("create_invites"), stack.visitor()
        code = inviter.http.post("/invites", json={}).json()["code"]
        sign_in_id = visitor.signs_in(code)
        claimed, deleted = at_once(
            lambda visitor=visitor, code=code, sign_in_id=sign_in_id: visitor.completes(code, sign_in_id),
            lambda inviter=inviter, code=code: inviter.http.delete(f"/invites/{code}"),
        )
        assert (claimed.status_code, deleted.status_code) in {(202, 403), (404, 204)}, (claimed.text, deleted.text)
        outcomes[claimed.status_code] += 1
        assert stack.admin.get(f"/invites/{code}").status_code == (200 if claimed.status_code == 202 else 404)
        history = stack.admin.get(f"/invites/{code}/redemptions").json()["redemptions"]
        assert len(history) == (1 if claimed.status_code == 202 else 0)
    assert sum(outcomes.values()) == 8


def test_a_limit_lowered_while_people_claim_is_never_below_the_uses(stack):
    code, visitors = stack.invite(usage_limit=8), [stack.visitor() for _ in range(8)]
    sign_ins = [visitor.signs_in(code) for visitor in visitors]
    claims = [
        lambda visitor=visitor, sign_in=sign_in: visitor.completes(code, sign_in)
        for visitor, sign_in in zip(visitors, sign_ins, strict=True)
    ]
    lowering = [
        lambda limit=limit: stack.admin.patch(f"/invites/{code}", json={"usage_limit": limit}) for limit in (3, 5)
    ]
    answers = at_once(*claims, *lowering)
    let_in = [answer for answer in answers[:8] if answer.status_code == 202]
    assert {answer.status_code for answer in answers[:8]} <= {202, 409}
    assert {answer.status_code for answer in answers[8:]} <= {200, 409}
    invite = stack.shown(code)
    assert invite["uses"] == len(let_in) <= invite["usage_limit"]
    assert lists_agree_with_the_facts(code)
