"""Changing and closing accounts, where the order of the steps and other people's writes matter."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from chalicelib.accounts.managing import AccountEdit, ManagingUsers
from chalicelib.accounts.model import AccountState, User
from chalicelib.common.people import Permission
from chalicelib.common.ports import Contention, StaleWrite
from chalicelib.common.refusals import LastAdmin, NotAllowed, NotSignedIn, TryAgain
from chalicelib.plex.model import Server
from chalicelib.settings.model import Settings

NOW = datetime(2026, 3, 1, tzinfo=UTC)
OWNER_PLEX_ID = 41
NO_RIGHTS = AccountEdit(permissions=frozenset(), named=frozenset({"permissions"}))


class Crash(Exception):
    """The worker is gone."""


class Users:
    """Accounts in memory; ``interruptions`` happen one by one, each just before a write."""

    def __init__(self, *users, interruptions=()):
        self.users = {user.id: user for user in users}
        self.interruptions = list(interruptions)
        self.entries, self.remaining_admins = [], []

    def get(self, user_id):
        return self.users[user_id]

    def get_with_settings(self, user_id):
        return self.users[user_id], Settings(server=Server("machine", "Home", OWNER_PLEX_ID))

    def id_of_plex_account(self, plex_id):
        return next((user.id for user in self.users.values() if user.plex_id == plex_id), None)

    def change(self, was, changed, entry, *, remaining_admin=None):
        if self.interruptions:
            self.interruptions.pop(0)(self)
        witness = self.users.get(remaining_admin)
        if self.users[was.id] != was or (witness and not is_admin(witness)):
            raise StaleWrite
        self.entries.append(entry)
        self.remaining_admins.append(remaining_admin)
        self.users[was.id] = changed


class Queue:
    def __init__(self):
        self.sent = []

    def end_access(self, user_id, *, delay=0):
        self.sent.append((user_id, delay))


class Sessions:
    def __init__(self):
        self.ended = []

    def end_all(self, user_id, now):
        self.ended.append((user_id, now))


def a_user(id_, *permissions, **facts):
    return User(id=id_, name=id_, email=None, permissions=frozenset(permissions), created_at=NOW, **facts)


def is_admin(user):
    return user.state is AccountState.ACTIVE and user.may(Permission.ADMIN)


def managing(users, queue=None):
    fakes: dict[str, Any] = {"users": users, "sessions": Sessions(), "queue": queue or Queue()}
    return ManagingUsers(**fakes, new_id=lambda: "id")


ANNA, BERT = a_user("anna", Permission.ADMIN), a_user("bert", Permission.ADMIN)
OWNER = a_user("owner", Permission.ADMIN, plex_id=OWNER_PLEX_ID)


def demoted(user):
    return lambda store: store.users.update({user.id: replace(user, permissions=frozenset())})


def closed(user):
    return lambda store: store.users.update({user.id: replace(user, state=AccountState.CLOSED)})


def test_whoever_takes_admin_must_be_one_still_when_it_is_written():
    users = Users(ANNA, BERT)
    managing(users).change("bert", NO_RIGHTS, by=ANNA, now=NOW)
    assert users.remaining_admins == ["anna"]
    assert [(entry.subject, entry.by, entry.before) for entry in users.entries] == [
        ("user#bert", ANNA.person, {"permissions": ["admin"]})
    ]


@pytest.mark.parametrize(("interruption", "refusal"), [(demoted, NotAllowed), (closed, NotSignedIn)])
def test_whoever_was_demoted_or_closed_meanwhile_changes_nothing(interruption, refusal):
    users = Users(ANNA, BERT, interruptions=[interruption(ANNA)])
    with pytest.raises(refusal):
        managing(users).change("bert", NO_RIGHTS, by=ANNA, now=NOW)
    assert is_admin(users.get("bert"))


def test_an_admin_who_steps_down_leaves_the_owner():
    users = Users(ANNA, OWNER)
    managing(users).change("anna", NO_RIGHTS, by=ANNA, now=NOW)
    assert users.remaining_admins == ["owner"]


@pytest.mark.parametrize("others", [[], [BERT], [replace(OWNER, permissions=frozenset())]])
def test_an_admin_without_an_owner_behind_them_cannot_step_down(others):
    with pytest.raises(LastAdmin):
        managing(Users(ANNA, *others)).change("anna", NO_RIGHTS, by=ANNA, now=NOW)


def test_a_change_is_made_again_from_what_somebody_else_wrote_meanwhile():
    def promoted(store):
        store.users["carl"] = a_user("carl", Permission.ADMIN)

    users = Users(a_user("manager", Permission.MANAGE_USERS), a_user("carl"), interruptions=[promoted])
    with pytest.raises(NotAllowed):
        managing(users).close("carl", by=users.get("manager"), now=NOW)
    assert is_admin(users.get("carl"))


def test_too_much_going_on_is_told():
    def contended(_):
        raise Contention

    with pytest.raises(TryAgain):
        managing(Users(ANNA, BERT, interruptions=[contended])).change("bert", NO_RIGHTS, by=ANNA, now=NOW)


def test_a_crash_just_after_closing_still_ends_access():
    def crashing(store):
        closed(carl)(store)
        raise Crash

    carl, queue = a_user("carl"), Queue()
    users = Users(ANNA, carl, interruptions=[crashing])
    with pytest.raises(Crash):
        managing(users, queue).close("carl", by=ANNA, now=NOW)
    assert queue.sent == [("carl", 60)]


def test_a_closing_that_is_refused_sends_nothing():
    queue = Queue()
    with pytest.raises(NotAllowed):
        managing(Users(BERT), queue).close("bert", by=a_user("manager", Permission.MANAGE_USERS), now=NOW)
    assert queue.sent == []
