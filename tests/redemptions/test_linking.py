import pytest

from chalicelib.access.progress import State
from chalicelib.accounts.model import AccountState, Tombstone, Why
from chalicelib.accounts.password_sign_in import SigningInWithPassword
from chalicelib.accounts.ports import Held
from chalicelib.accounts.tokens import HELD_FOR
from chalicelib.common.records import replace
from chalicelib.common.refusals import AccessEnding, AlreadyHasAccess, HasHomeProfile, NotForYou, TryAgain
from chalicelib.plex.model import PlexAccount
from chalicelib.redemptions.linking import LinkingPlex
from tests.redemptions.scenario import PASSWORD

TOM = PlexAccount(51, "tom on plex", "Tom@example.org", confirmed=True, restricted=False)


def link(scenario, account=TOM):
    linked = scenario.use(LinkingPlex).link(account, "token of tom", now=scenario.now)
    return linked[0] if linked else None


def user_of(scenario, redemption):
    return scenario.database.users[redemption.user.id]


def must_not_be_linked(scenario, account=TOM):
    assert link(scenario, account) is None
    assert {user.plex_id for user in scenario.database.users.values()} <= {None}
    assert (scenario.messages, scenario.database.tokens) == ([], {})


def test_a_local_account_gets_the_plex_account_of_the_same_verified_address(scenario):
    redemption = scenario.redeem_locally(name="Tom")
    linked = link(scenario)
    assert linked == user_of(scenario, redemption)
    assert linked.plex_id == TOM.id
    assert scenario.accounts.id_of_plex_account(TOM.id) == linked.id


def test_what_was_granted_is_provided_from_then_on(scenario):
    redemption = scenario.redeem_locally(name="Tom")
    link(scenario)
    going_on = scenario.current(redemption)
    assert (going_on.state, going_on.reason, scenario.plex_id(redemption)) == (State.PENDING, None, TOM.id)
    assert scenario.access(redemption).decided.identity.invited_as == TOM.email
    assert scenario.database.tokens[redemption.id] == Held(("token of tom",), scenario.now + HELD_FOR)
    assert [(message.id, message.delay) for message in scenario.messages] == [(redemption.user.id, 0)]


def test_password_and_earlier_sessions_end_with_the_link(scenario):
    joined = scenario.join(scenario.invite(), name="Tom")
    scenario.later(seconds=1)
    link(scenario)
    assert scenario.sessions.find(joined.token, now=scenario.now)[1] is None
    assert scenario.accounts.find_credential("tom@example.org")[0].password_hash is None


def test_a_password_session_that_was_begun_before_the_link_and_written_after_it_is_void(scenario):
    """The password was checked while plex.tv was asked."""
    scenario.change_settings(local_signin_enabled=True)
    scenario.join(scenario.invite(), name="Tom")
    verify = scenario.passwords.verify

    def links_meanwhile(password, password_hash):
        link(scenario)
        return verify(password, password_hash)

    scenario.passwords.verify = links_meanwhile
    signing_in = scenario.use(SigningInWithPassword)
    stolen = signing_in.sign_in("tom@example.org", PASSWORD, now=scenario.now)
    assert scenario.sessions.find(stolen.token, now=scenario.now)[1] is None


@pytest.mark.parametrize(
    "facts",
    [{"confirmed": False}, {"restricted": True}, {"email": None}, {"email": "tim@example.org"}, {"email": "tom"}],
    ids=lambda facts: next(iter(facts)),
)
def test_an_account_at_plex_that_proves_nothing_is_not_linked(scenario, facts):
    scenario.redeem_locally(name="Tom")
    must_not_be_linked(scenario, replace(TOM, **facts))


def test_a_closed_account_is_not_linked(scenario):
    user = user_of(scenario, scenario.redeem_locally(name="Tom"))
    scenario.database.users[user.id] = replace(user, state=AccountState.CLOSED)
    must_not_be_linked(scenario)


def test_an_account_with_plex_is_not_linked_with_another(scenario):
    account = scenario.plex.add_person("tom")
    redemption = scenario.redeem(account_id=account.id)
    scenario.messages.clear()
    assert link(scenario) is None
    assert user_of(scenario, redemption).plex_id == account.id
    assert scenario.messages == []


def test_an_account_is_linked_once(scenario):
    redemption = scenario.redeem_locally(name="Tom")
    link(scenario)
    assert link(scenario, replace(TOM, id=52)) is None
    assert user_of(scenario, redemption).plex_id == TOM.id


def test_an_account_that_has_a_profile_in_the_home_is_not_linked(scenario):
    """Closing it afterwards would leave the profile its libraries, or take the linked person out of the Home."""
    redemption = scenario.redeem_locally(name="Tom", plex_home=True)
    scenario.messages.clear()
    with pytest.raises(HasHomeProfile):
        link(scenario)
    assert user_of(scenario, redemption).plex_id is None
    assert scenario.current(redemption) == redemption
    assert (scenario.messages, scenario.database.tokens) == ([], {})


def test_a_redemption_that_is_over_stays_so(scenario):
    redemption = scenario.redeem_locally(name="Tom")
    over = scenario.access(redemption).after_joining()
    scenario.database.accesses[redemption.user.id] = over
    assert link(scenario)
    assert scenario.access(redemption) == over
    assert (scenario.messages, scenario.database.tokens) == ([], {})


def test_an_account_without_a_redemption_is_linked_all_the_same(scenario):
    redemption = scenario.redeem_locally(name="Tom")
    user = user_of(scenario, redemption)
    scenario.database.users[user.id] = replace(user, redemption_id=None, came_by=None)
    del scenario.database.accesses[user.id]
    assert link(scenario).plex_id == TOM.id
    assert scenario.messages == []


def test_a_plex_account_that_another_account_holds_is_not_linked(scenario):
    scenario.redeem_locally(name="Tom")
    scenario.database.identities[f"plex#{TOM.id}"] = "another"
    with pytest.raises(AlreadyHasAccess):
        link(scenario)
    assert scenario.messages == []


def test_a_link_that_meets_another_writer_is_to_be_tried_again(scenario):
    redemption = scenario.redeem_locally(name="Tom")
    scenario.database.let_come_first(lambda: scenario.accesses.save(scenario.access(redemption)))
    with pytest.raises(TryAgain):
        link(scenario)
    assert scenario.messages == []
    assert link(scenario)


def remember(scenario, why, *, ended=True):
    """What is remembered of Tom's Plex account."""
    former = scenario.user("former")
    scenario.later(minutes=1)
    tombstone = Tombstone(user_id=former.id, why=why, closed_at=scenario.now, ended_at=scenario.now if ended else None)
    scenario.database.tombstones[f"plex#{TOM.id}"] = tombstone
    return tombstone


def test_a_plex_account_whose_access_is_ending_is_not_linked(scenario):
    redemption = scenario.redeem_locally(name="Tom")
    remember(scenario, Why.LEFT, ended=False)
    with pytest.raises(AccessEnding):
        link(scenario)
    assert user_of(scenario, redemption).plex_id is None


def test_a_plex_account_that_an_admin_removed_is_linked_where_the_invite_was_made_afterwards(scenario):
    redemption = scenario.redeem_locally(name="Tom")
    tombstone = remember(scenario, Why.CLOSED)
    with pytest.raises(NotForYou):
        link(scenario)
    invite = scenario.database.invites[redemption.code]
    scenario.database.invites[redemption.code] = replace(invite, created_at=scenario.later(minutes=1))
    assert link(scenario).plex_id == TOM.id
    assert scenario.access(redemption).decided.over == tombstone
    assert scenario.accounts.tombstone_of(TOM.id) is None


def test_a_plex_account_that_an_admin_removed_is_not_linked_to_an_account_without_an_invite(scenario):
    redemption = scenario.redeem_locally(name="Tom")
    remember(scenario, Why.CLOSED)
    user = user_of(scenario, redemption)
    scenario.database.users[user.id] = replace(user, redemption_id=None, came_by=None)
    with pytest.raises(NotForYou):
        link(scenario)


def test_a_plex_account_whose_person_left_is_linked(scenario):
    scenario.redeem_locally(name="Tom")
    remember(scenario, Why.LEFT)
    assert link(scenario).plex_id == TOM.id
