from datetime import UTC, datetime, timedelta
from itertools import count
from threading import Barrier, Lock

from chalicelib.common.sweeping import (
    BATCH,
    MOST_FAILURES,
    MOST_RESENT,
    Batch,
    each,
    remove_expired,
    resend_stuck,
    sweep,
)

NOW = datetime(2026, 11, 22, 15, 30, tzinfo=UTC)
NEVER = NOW + timedelta(days=1)


class Work:
    """What is due, done a step at a time; the steps named as bad fail."""

    def __init__(self, due, *, bad=()):
        self.waiting, self.bad = list(due), set(bad)
        self._lock = Lock()

    def due(self):
        return iter(list(self.waiting))

    def do(self, one):
        if one in self.bad:
            raise RuntimeError(f"{one} is bad")
        with self._lock:
            there = one in self.waiting
            if there:
                self.waiting.remove(one)
        return there

    def chore(self):
        return each(self.due, self.do)


def a_clock(*, batches):
    """Strikes ``until`` after so many looks."""
    looks = count()
    return lambda: NOW if next(looks) < batches else NEVER


def swept(chores, *, clock=lambda: NOW, until=NEVER):
    return {each.chore: each for each in sweep(chores, clock=clock, until=until)}


def test_all_that_is_due_is_done():
    work = Work(range(3 * BATCH + 7))
    told = swept({"work": work.chore()})["work"]
    assert (told.done, told.failed, told.unfinished, work.waiting) == (3 * BATCH + 7, 0, False, [])


def test_nothing_due_is_nothing_done():
    told = swept({"work": Work([]).chore()})["work"]
    assert (told.done, told.unfinished) == (0, False)


def test_a_full_last_batch_is_not_unfinished():
    assert not swept({"work": Work(range(BATCH)).chore()})["work"].unfinished


def test_a_step_that_fails_does_not_hold_back_those_behind_it():
    work = Work(range(2 * BATCH), bad={0, 5})
    told = swept({"work": work.chore()})["work"]
    assert work.waiting == [0, 5]
    assert (told.done, told.failed) == (2 * BATCH - 2, 2)
    assert str(told.error) == "0 is bad"


def test_a_hopeless_chore_is_left_alone():
    work = Work(range(5 * BATCH), bad=range(5 * BATCH))
    told = swept({"work": work.chore()})["work"]
    assert told.unfinished
    assert MOST_FAILURES <= told.failed <= BATCH


def test_a_chore_that_cannot_even_begin_leaves_the_others_theirs():
    def broken():
        raise RuntimeError("no such index")

    work = Work(range(BATCH + 1))
    told = swept({"broken": each(broken, bool), "work": work.chore()})
    assert (told["broken"].failed, told["broken"].unfinished) == (1, True)
    assert work.waiting == []


def test_the_next_run_goes_on_where_time_ran_out():
    work = Work(range(3 * BATCH))
    first = swept({"work": work.chore()}, clock=a_clock(batches=1))["work"]
    assert (first.done, first.unfinished, len(work.waiting)) == (BATCH, True, 2 * BATCH)
    second = swept({"work": work.chore()})["work"]
    assert (second.done, second.unfinished, work.waiting) == (2 * BATCH, False, [])


def test_a_long_chore_does_not_starve_a_short_one():
    long, short = Work(range(10 * BATCH)), Work(range(3))
    told = swept({"long": long.chore(), "short": short.chore()}, clock=a_clock(batches=3))
    assert short.waiting == []
    assert (told["long"].done, told["long"].unfinished) == (2 * BATCH, True)


def test_two_at_once_do_each_step_once():
    work = Work(range(BATCH))
    seen_by_both = list(work.waiting)
    told = swept({name: each(lambda: seen_by_both, work.do) for name in ("first", "second")})
    assert told["first"].done + told["second"].done == BATCH
    assert told["first"].failed + told["second"].failed == 0


def test_steps_that_another_sweep_did_are_no_failures():
    told = swept({"work": iter([Batch(done=0), Batch(done=2)])})["work"]
    assert (told.done, told.failed, told.unfinished) == (2, 0, False)


def test_the_first_error_is_the_one_that_is_told():
    first, second = RuntimeError("first"), RuntimeError("second")
    batches = [Batch(done=1), Batch(done=1, failed=1, error=first), Batch(failed=1, error=second)]
    told = swept({"work": iter(batches)})["work"]
    assert (told.done, told.failed, told.error) == (2, 2, first)


def test_so_many_failures_and_no_fewer_make_a_chore_hopeless():
    def batches(failed):
        yield Batch(failed=failed)
        yield Batch(done=1)

    few = swept({"work": batches(MOST_FAILURES - 1)})["work"]
    assert (few.done, few.unfinished) == (1, False)
    many = swept({"work": batches(MOST_FAILURES)})["work"]
    assert (many.done, many.unfinished) == (0, True)


def test_when_time_is_up_nothing_more_is_begun():
    work = Work(range(3))
    told = swept({"work": work.chore()}, until=NOW)["work"]
    assert (told.done, told.unfinished, work.waiting) == (0, True, [0, 1, 2])


def test_steps_of_a_batch_are_done_at_the_same_time():
    together = Barrier(2, timeout=20)
    (batch,) = each(lambda: [1, 2], lambda _: bool(together.wait() + 1))
    assert (batch.done, batch.failed) == (2, 0)


def test_expired_records_are_dropped_if_they_still_are():
    expired = {("a", "1"): True, ("b", "2"): False}
    seen = []

    def drop(key, now):
        seen.append((key, now))
        return expired[key]

    (batch,) = remove_expired(lambda now: expired if now == NOW else (), drop, now=NOW)
    assert (batch.done, batch.failed) == (1, 0)
    assert sorted(seen) == [(("a", "1"), NOW), (("b", "2"), NOW)]


def test_what_no_message_carries_any_more_is_sent_again_and_then_noted():
    told = []

    def send(id_):
        told.append(("send", id_))
        if id_ == "bad":
            raise RuntimeError("the queue is full")

    def due(before, limit):
        assert (before, limit) == (NOW, MOST_RESENT)
        return ["good", "bad"]

    (batch,) = resend_stuck(due, send, lambda id_: told.append(("note", id_)), now=NOW)
    assert (batch.done, batch.failed, str(batch.error)) == (1, 1, "the queue is full")
    assert told.index(("send", "good")) < told.index(("note", "good"))
    assert ("note", "bad") not in told
