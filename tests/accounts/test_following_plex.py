import pytest

from chalicelib.accounts.following_plex import FollowingPlex
from chalicelib.accounts.model import Kind, new_user
from chalicelib.common.records import replace
from chalicelib.plex.model import PlexAccount
from tests.fakes.accounts import email_identity
from tests.fakes.ports import FakePorts


@pytest.fixture
def ports():
    return FakePorts()


def an_account(ports, name="maya", **facts):
    user = new_user(name, name, f"{name}@example.org", permissions=frozenset(), now=ports.now, plex_id=41, **facts)
    ports.database.users[user.id] = user
    if user.holds_address:
        ports.database.identities[email_identity(f"{name}@example.org")] = user.id
    return user


def on_plex(name="maya", email="maya@example.org", *, confirmed=True):
    return PlexAccount(41, name, email, confirmed=confirmed, restricted=False)


def follow(ports, user, account):
    followed = ports.use(FollowingPlex).follow(user, account, now=ports.now)
    assert ports.database.users[user.id] == followed
    return followed


def test_nothing_is_written_where_nothing_changed(ports):
    user = an_account(ports)
    assert follow(ports, user, on_plex()) == user
    assert ports.database.journal == []


def test_another_name_and_address_are_taken_over_and_the_journal_tells(ports):
    followed = follow(ports, an_account(ports), on_plex("Maya B", "MB@example.org"))
    assert (followed.name, followed.email) == ("Maya B", "mb@example.org")
    (entry,) = ports.database.journal
    assert entry.before == {"name": "maya", "email": "maya@example.org"}
    assert entry.after == {"name": "Maya B", "email": "mb@example.org"}


def test_the_earlier_address_is_free_for_others(ports):
    follow(ports, an_account(ports), on_plex(email="mb@example.org"))
    assert email_identity("maya@example.org") not in ports.database.identities
    assert ports.database.identities[email_identity("mb@example.org")] == "maya"


@pytest.mark.parametrize(("email", "confirmed"), [("mb@example.org", False), (None, True), ("no address", True)])
def test_an_address_that_plex_did_not_verify_changes_nothing(ports, email, confirmed):
    user = an_account(ports)
    assert follow(ports, user, on_plex(email=email, confirmed=confirmed)) == user


def test_an_address_that_is_verified_meanwhile_is_held_from_then_on(ports):
    followed = follow(ports, an_account(ports, holds_address=False), on_plex())
    assert followed.holds_address
    assert ports.database.identities[email_identity("maya@example.org")] == "maya"


def test_an_address_that_another_account_has_stays_with_that_one(ports):
    an_account(ports, "noah")
    followed = follow(ports, an_account(ports), on_plex(email="noah@example.org"))
    assert (followed.email, followed.holds_address) == ("noah@example.org", False)
    assert ports.database.identities[email_identity("noah@example.org")] == "noah"
    assert follow(ports, followed, on_plex(email="noah@example.org")) == followed


def test_a_local_account_keeps_its_own_name(ports):
    user = replace(an_account(ports), kind=Kind.LOCAL)
    ports.database.users[user.id] = user
    assert follow(ports, user, on_plex("Someone")) == user


def test_where_the_account_changes_at_that_moment_the_next_sign_in_follows(ports):
    user = an_account(ports)
    ports.database.users[user.id] = replace(user, trial_ends_at=ports.now)
    assert ports.use(FollowingPlex).follow(user, on_plex("Maya B"), now=ports.now) == user
    assert ports.database.users[user.id].name == "maya"
