"""From an entry of the journal to a receiver, with fakes."""

import json
from datetime import timedelta

import pytest
from standardwebhooks.webhooks import Webhook

from chalicelib.common.people import Permission, Person
from chalicelib.common.records import replace
from chalicelib.common.refusals import BadInput, DeliveryNotFound, EndpointNotFound, NotAllowed, TooManyEndpoints
from chalicelib.events.announcing import Announcing, Noted, deliveries_of
from chalicelib.events.deliveries import DeliveryState
from chalicelib.events.delivering import Delivering, WakingOverdue
from chalicelib.events.endpoints import Work
from chalicelib.events.managing import EndpointEdit, EndpointRequest, ManagingEndpoints
from chalicelib.events.model import Entry
from chalicelib.events.ports import Answer
from testing.invite_builders import a_user
from tests.fakes.ports import FakePorts

URL = "https://example.org/hook"
ANNA = a_user("anna", Permission.ADMIN)
JO = a_user("jo", Permission.CREATE_INVITES)
DOWN = Answer(503, "down")
DAY = timedelta(days=1)


@pytest.fixture
def ports():
    ports = FakePorts()
    ports.database.users |= {each.id: each for each in (ANNA, JO)}
    return ports


@pytest.fixture
def managing(ports):
    return ports.use(ManagingEndpoints)


def an_endpoint(ports, *events, by=ANNA, url=URL):
    request = EndpointRequest(name="Trial", events=events or ("*",), url=url)
    return ports.use(ManagingEndpoints).add(request, by=by, now=ports.now)


def note(ports, subject="invite#AbCdEfGh", action="created", creator="jo"):
    entry = Entry(
        id=ports.new_id(), subject=subject, action=action, by=Person("jo", "Jo"), at=ports.now, before={}, after={}
    )
    return Noted(entry, creator)


def announce(ports, *noted):
    """Whether anybody hears of it."""
    announcing = ports.use(Announcing)
    audience = announcing.audience()
    decided = [delivery for each in noted for delivery in deliveries_of(each, audience, now=ports.now)]
    assert announcing.write(decided, now=ports.now) == []
    return bool(decided)


def deliver(ports, minutes=5):
    assert ports.use(Delivering).deliver(until=ports.now + timedelta(minutes=minutes)) == []


def rows(ports):
    return list(ports.deliveries.rows.values())


def test_an_event_reaches_each_endpoint_that_chose_it_once(ports):
    chosen, _ = an_endpoint(ports, "invite.*")
    an_endpoint(ports, "settings.*", url=f"{URL}/other")
    noted = note(ports)
    assert announce(ports, noted)
    assert announce(ports, noted)
    deliver(ports)
    ((url, body, _),) = ports.receiver.sent
    assert (url, json.loads(body)["type"]) == (URL, "invite.created")
    assert [(row.endpoint, row.state) for row in rows(ports)] == [(chosen.id, DeliveryState.DELIVERED)]


def test_what_the_owner_may_not_hear_now_is_not_sent(ports):
    an_endpoint(ports, by=JO)
    assert not announce(ports, note(ports, creator="ruth"))
    assert announce(ports, note(ports, creator="jo"))
    ports.database.users["jo"] = replace(JO, permissions=frozenset(), state=JO.state)
    assert announce(ports, note(ports, creator="jo"))  # it is still their own invite
    del ports.database.users["jo"]
    assert not announce(ports, note(ports, creator="jo"))


def test_what_is_for_the_journal_alone_wakes_nobody(ports):
    an_endpoint(ports)
    assert not announce(ports, note(ports, "user#1", "signed in"))


def test_it_is_signed_for_that_moment_and_keeps_its_id(ports):
    _, secret = an_endpoint(ports)
    ports.receiver.answers[URL] = [DOWN, Answer(200, "")]
    noted = note(ports)
    announce(ports, noted)
    deliver(ports)
    (_, _, first), (_, body, second) = ports.receiver.sent
    assert first["webhook-id"] == second["webhook-id"] == noted.entry.id
    assert int(second["webhook-timestamp"]) == int(first["webhook-timestamp"]) + 5
    signed = Webhook(secret).sign(noted.entry.id, ports.now, body)
    assert second["webhook-signature"] == signed


def test_an_endpoint_that_is_down_rests_and_gets_everything_when_it_is_back(ports):
    an_endpoint(ports)
    ports.receiver.answers[URL] = [DOWN]
    announce(ports, *(note(ports) for _ in range(10)))
    start = ports.now
    while ports.now < start + timedelta(hours=1):
        deliver(ports)
        ports.later(minutes=5)
    assert len(ports.receiver.sent) < 50
    ports.receiver.answers[URL] = [Answer(200, "")]
    back = ports.now
    while ports.now < back + timedelta(minutes=20):
        deliver(ports)
        ports.later(minutes=5)
    assert {row.state for row in rows(ports)} == {DeliveryState.DELIVERED}
    (turn,) = ports.endpoints.turns()
    assert (turn.work, turn.wake_at) == (Work(), None)


def test_an_event_that_is_refused_does_not_keep_others(ports):
    an_endpoint(ports)
    ports.receiver.answers[URL] = [Answer(400, "no"), Answer(200, "")]
    announce(ports, note(ports))
    ports.later(seconds=1)
    announce(ports, note(ports))
    deliver(ports)
    assert sum(row.state is DeliveryState.DELIVERED for row in rows(ports)) == 2
    (turn,) = ports.endpoints.turns()
    assert turn.work == Work()


def test_what_is_refused_waits_also_where_the_endpoint_works_again(ports):
    an_endpoint(ports)
    ports.receiver.answers[URL] = [Answer(400, "no"), Answer(400, "no"), DOWN, Answer(200, "")]
    announce(ports, note(ports))
    deliver(ports)
    for _ in range(2):
        announce(ports, note(ports))
        deliver(ports)
        ports.later(seconds=90)
    deliver(ports)
    assert [row.state for row in rows(ports)].count(DeliveryState.DELIVERED) == 2
    assert [row.attempts[-1].status for row in rows(ports) if row.due] == [400]


def test_one_that_is_gone_is_switched_off_and_the_journal_says_so(ports):
    an_endpoint(ports)
    ports.receiver.answers[URL] = [Answer(410, "")]
    announce(ports, note(ports))
    deliver(ports)
    (endpoint,) = ports.endpoints.all()
    assert not endpoint.enabled
    assert ports.database.journal[-1].action == "switched off"


def test_one_that_fails_for_three_days_is_switched_off(ports):
    an_endpoint(ports)
    ports.receiver.answers[URL] = [DOWN]
    start = ports.now
    while ports.endpoints.all()[0].enabled:
        announce(ports, note(ports))
        deliver(ports)
        ports.later(hours=1)
    assert 3 * DAY <= ports.now - start <= 3 * DAY + timedelta(hours=2)


def test_switching_on_again_begins_anew(ports, managing):
    endpoint, _ = an_endpoint(ports)
    ports.endpoints.stored[endpoint.id].work = Work(failures=9, failing_since=ports.now - 9 * DAY)
    for enabled in (False, True):
        managing.change(endpoint.id, EndpointEdit(enabled=enabled), by=ANNA, now=ports.now)
    (turn,) = ports.endpoints.turns()
    assert turn.work == Work()


def test_one_that_another_run_has_is_left_alone(ports):
    endpoint, _ = an_endpoint(ports)
    announce(ports, note(ports))
    ports.endpoints.stored[endpoint.id].work = Work(busy_until=ports.now + timedelta(minutes=1))
    deliver(ports)
    assert ports.receiver.sent == []


def test_a_run_that_died_costs_time_and_nothing_else(ports):
    endpoint, _ = an_endpoint(ports)
    announce(ports, note(ports))
    turn = ports.endpoints.turn(endpoint.id)
    assert ports.endpoints.take(turn, turn.work.begun(ports.now))
    ports.later(minutes=7)
    deliver(ports)
    assert [row.state for row in rows(ports)] == [DeliveryState.DELIVERED]


def test_what_is_written_while_it_is_sent_is_sent_too(ports):
    an_endpoint(ports)
    announce(ports, note(ports))
    answer, late = ports.receiver.send, note(ports)

    def send(*arguments):
        ports.receiver.send = answer
        announce(ports, late)
        return answer(*arguments)

    ports.receiver.send = send
    deliver(ports)
    deliver(ports)
    assert {row.state for row in rows(ports)} == {DeliveryState.DELIVERED}
    assert len(ports.receiver.sent) == 2


def test_one_that_is_woken_when_time_is_up_is_free_for_the_next_run(ports):
    an_endpoint(ports)
    announce(ports, note(ports))
    answer, late = ports.receiver.send, [note(ports), note(ports)]

    def send(*arguments):
        announce(ports, late.pop())
        ports.later(minutes=5)
        return answer(*arguments)

    ports.receiver.send = send
    deliver(ports)
    (turn,) = ports.endpoints.turns()
    assert (turn.work, turn.is_due(ports.now)) == (Work(), True)


def test_a_secret_that_cannot_be_decrypted_is_said_in_the_log(ports):
    endpoint, _ = an_endpoint(ports)
    stored = ports.endpoints.stored[endpoint.id]
    stored.secrets = replace(stored.secrets, url=b"other:x")
    announce(ports, note(ports))
    deliver(ports)
    (row,) = rows(ports)
    assert "make the endpoint anew" in row.attempts[0].said
    assert ports.receiver.sent == []


@pytest.mark.parametrize(("minutes", "woken"), [(1, 0), (2, 1)])
def test_the_sweep_wakes_what_is_overdue(ports, minutes, woken):
    an_endpoint(ports)
    announce(ports, note(ports))
    ports.later(minutes=minutes)
    assert sum(batch.done for batch in ports.use(WakingOverdue).sweep(now=ports.now)) == woken
    assert ports.woken == woken


def test_after_a_rotation_the_former_secret_signs_for_a_day(ports, managing):
    endpoint, former = an_endpoint(ports)
    _, fresh = managing.rotate(endpoint.id, by=ANNA, now=ports.now)
    for hours, secrets in ((0, (fresh, former)), (25, (fresh,))):
        ports.later(hours=hours)
        noted = note(ports)
        announce(ports, noted)
        deliver(ports)
        _, body, headers = ports.receiver.sent[-1]
        signed = [Webhook(each).sign(noted.entry.id, ports.now, body) for each in secrets]
        assert headers["webhook-signature"].split() == signed


def test_a_test_is_sent_to_one_that_chose_nothing_of_the_kind(ports, managing):
    endpoint, _ = an_endpoint(ports, "trial.ended")
    sent = managing.test(endpoint.id, by=ANNA, now=ports.now)
    deliver(ports)
    assert json.loads(ports.receiver.sent[0][1])["type"] == "endpoint.tested"
    assert ports.deliveries.get(sent.id).state is DeliveryState.DELIVERED


def test_a_delivery_is_replayed_under_the_same_id(ports, managing):
    endpoint, _ = an_endpoint(ports)
    announce(ports, note(ports))
    deliver(ports)
    (row,) = managing.log(endpoint.id, by=ANNA, after=None, limit=9).items
    managing.replay(row.id, by=ANNA, now=ports.now)
    deliver(ports)
    assert len({headers["webhook-id"] for _, _, headers in ports.receiver.sent}) == 1
    assert len(ports.receiver.sent) == 2
    with pytest.raises(DeliveryNotFound):
        managing.replay("x-1", by=ANNA, now=ports.now)


def test_one_that_is_deleted_meanwhile_is_not_found(ports, managing, monkeypatch):
    endpoint, _ = an_endpoint(ports)
    shown = ports.endpoints.turn(endpoint.id)
    managing.delete(endpoint.id, by=ANNA, now=ports.now)
    monkeypatch.setattr(ports.endpoints, "turn", lambda _: shown)
    with pytest.raises(EndpointNotFound):
        managing.test(endpoint.id, by=ANNA, now=ports.now)


def test_an_endpoint_is_its_owner_s_and_the_admins(ports, managing):
    endpoint, _ = an_endpoint(ports, by=JO)
    ruth = a_user("ruth", Permission.MANAGE_INVITES)
    assert managing.get(endpoint.id, by=ANNA) == managing.get(endpoint.id, by=JO) == endpoint
    assert managing.list(by=ruth) == []
    with pytest.raises(EndpointNotFound):
        managing.get(endpoint.id, by=ruth)
    with pytest.raises(NotAllowed):
        managing.list(by=a_user("sam"))


def test_there_are_three_for_an_inviter_and_twenty_in_all(ports):
    for _ in range(3):
        an_endpoint(ports, by=JO)
    with pytest.raises(TooManyEndpoints) as refused:
        an_endpoint(ports, by=JO)
    assert refused.value.facts == {"most": 3}
    for _ in range(17):
        an_endpoint(ports)
    with pytest.raises(TooManyEndpoints) as refused:
        an_endpoint(ports)
    assert refused.value.facts == {"most": 20}


def test_a_change_is_noted_without_the_address_and_one_that_changes_nothing_is_not(ports, managing):
    endpoint, _ = an_endpoint(ports)
    changed = managing.change(endpoint.id, EndpointEdit(name="Another"), by=ANNA, now=ports.now)
    assert managing.change(endpoint.id, EndpointEdit(name="Another"), by=ANNA, now=ports.now) == changed
    managing.delete(endpoint.id, by=ANNA, now=ports.now)
    assert [entry.action for entry in ports.database.journal] == ["created", "changed", "deleted"]
    assert (ports.database.journal[1].before, ports.database.journal[1].after) == (
        {"name": "Trial"},
        {"name": "Another"},
    )
    assert all("example.org" not in str(entry) for entry in ports.database.journal)


def test_a_change_that_meets_another_is_decided_anew(ports, managing):
    endpoint, _ = an_endpoint(ports)
    ports.database.let_come_first(
        lambda: managing.change(endpoint.id, EndpointEdit(name="First"), by=ANNA, now=ports.now)
    )
    managing.change(endpoint.id, EndpointEdit(enabled=False), by=ANNA, now=ports.now)
    (stored,) = ports.endpoints.all()
    assert (stored.name, stored.enabled) == ("First", False)


@pytest.mark.parametrize("name", ["", "  ", "a\u200bb", "p\u0430ypal"])
def test_a_name_that_cannot_be_read_is_refused(ports, name):
    with pytest.raises(BadInput):
        ports.use(ManagingEndpoints).add(EndpointRequest(name=name, events=("*",), url=URL), by=ANNA, now=ports.now)
