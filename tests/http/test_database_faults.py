"""Redeeming while DynamoDB refuses calls, for others were writing or there were too many, or loses its answers."""

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from testing.database_faults import CONFLICT, LOST, REASONS, THROTTLED, trouble

READING, WRITING = "TransactGetItems", "TransactWriteItems"


def insists(visitor, code, sign_in_id, seconds=90):
    """As the signup page does: asks again when told to come again."""
    deadline = time.monotonic() + seconds
    while (answer := visitor.completes(code, sign_in_id)).status_code in (429, 503):
        assert time.monotonic() < deadline, answer.text
        time.sleep(min(int(answer.headers["Retry-After"]), 5))
    return answer


def test_twenty_people_on_five_uses_make_five_accounts_despite_all_faults(stack):
    code = stack.invite(usage_limit=5)
    people = [(visitor, visitor.signs_in(code)) for visitor in (stack.visitor() for _ in range(20))]
    with trouble(0.3) as hits, ThreadPoolExecutor(20) as crowd:
        answers = list(crowd.map(lambda person: insists(person[0], code, person[1]), people))
    assert hits.total() > 10
    assert Counter(answer.status_code for answer in answers) == {202: 5, 409: 15}
    assert {answer.json()["Code"] for answer in answers if answer.status_code == 409} == {"InviteNotActive"}
    for (visitor, _), answer in zip(people, answers, strict=True):
        if answer.status_code == 202:
            visitor.waits(answer)
    assert stack.shown(code)["uses"] == 5
    assert sum(len(stack.plex.shares(visitor.account)) for visitor, _ in people) == 5


def test_what_crosses_other_people_s_writes_is_tried_again_unnoticed(stack):
    code, visitor = stack.invite(), stack.visitor()
    sign_in_id = visitor.signs_in(code)
    with trouble(0.5, of=(READING, WRITING), by=REASONS, seed=4) as hits:
        answer = visitor.completes(code, sign_in_id)
    assert answer.status_code == 202
    assert hits.total() > 0
    visitor.waits(answer)


def test_a_database_that_is_asked_too_much_says_when_to_come_again(stack):
    code, visitor = stack.invite(), stack.visitor()
    for ways in (THROTTLED, (CONFLICT,), (LOST,)):
        with trouble(1, of=(READING,), by=ways):
            answer = visitor.browser.get(f"/signup/{code}")
        assert (answer.status_code, answer.json()["Code"]) == (503, "TryAgain")
        assert int(answer.headers["Retry-After"]) > 0
    assert visitor.browser.get(f"/signup/{code}").status_code == 200


def test_the_page_says_so_to_people(stack):
    code = stack.invite()
    with trouble(1, of=(READING,), by=(LOST,)):
        page = stack.client().get(f"{stack.origin}/signup", params={"icode": code})
    assert page.status_code == 503
    assert page.headers["Content-Type"].startswith("text/html")


def test_a_claim_whose_every_answer_was_lost_is_found_again_and_goes_on(stack):
    """The claim is written, and the request that made it failed before it sent the message."""
    code, visitor = stack.invite(usage_limit=5), stack.visitor()
    sign_in_id = visitor.signs_in(code)
    with trouble(1, of=(WRITING,), by=(LOST,)):
        answer = visitor.completes(code, sign_in_id)
    assert (answer.status_code, answer.json()["Code"]) == (503, "TryAgain")
    visitor.waits(visitor.completes(code, sign_in_id))
    assert stack.shown(code)["uses"] == 1
    assert len(stack.plex.shares(visitor.account)) == 1
