"""Trials that are over are ended once, and those that were extended go on."""

from dataclasses import replace
from datetime import timedelta

from chalicelib.accounts.trials import end_trial
from chalicelib.common.ports import StaleWrite
from testing.invite_builders import NOW, a_user


class Trials:
    def __init__(self, *users):
        self.users, self.entries = {user.id: user for user in users}, []

    def end(self, user, entry):
        if self.users[user.id].trial_ends_at != user.trial_ends_at:
            raise StaleWrite
        self.users[user.id] = replace(user, trial_ends_at=None)
        self.entries.append(entry)


def ends(user, trials, now=NOW):
    return end_trial(user, trials=trials, new_id=lambda: "id", now=now)


def test_a_trial_that_is_over_is_ended_and_told_of_once():
    user = a_user("uma", trial_ends_at=NOW)
    trials = Trials(user)
    assert ends(user, trials)
    assert not ends(user, trials)  # a second sweep that read it at the same time
    (entry,) = trials.entries
    assert (entry.subject, entry.by.name, entry.after) == ("user#uma", "Schedule", {"trial_ends_at": None})


def test_a_trial_that_was_extended_meanwhile_goes_on():
    user = a_user("uma", trial_ends_at=NOW)
    extended = replace(user, trial_ends_at=NOW + timedelta(days=1))
    trials = Trials(extended)
    assert not ends(user, trials)
    assert trials.users["uma"] == extended


def test_a_trial_that_is_not_over_goes_on():
    user = a_user("uma", trial_ends_at=NOW + timedelta(seconds=1))
    assert not ends(user, Trials(user))
