from datetime import timedelta

import pytest

from chalicelib.access.progress import State
from chalicelib.access.reasons import VERIFY_EMAIL
from chalicelib.accounts.model import AccountState
from chalicelib.accounts.sessions import SESSION_LIFETIME, new_session
from chalicelib.common.people import Permission
from chalicelib.common.records import replace
from chalicelib.common.refusals import NotSignedIn, RedemptionNotFound
from chalicelib.redemptions.following import FollowingRedemptions
from tests.stores_contract.builders import an_entry


@pytest.fixture
def redeemed(scenario):
    invite = scenario.invite()
    return scenario.complete(invite.code, scenario.sign_in(invite.code, scenario.plex.add_person("maya").id))


def follow(scenario, redemption_id, token):
    return scenario.use(FollowingRedemptions).follow(redemption_id, token=token, now=scenario.now)


def token_of(scenario, user):
    token, session = new_session(user.id, new_id=scenario.new_id, now=scenario.now)
    scenario.sessions.add(session, an_entry(scenario))
    return token


def test_the_token_that_came_with_a_redemption_follows_it(scenario, redeemed):
    assert follow(scenario, redeemed.redemption.id, redeemed.token) == redeemed.redemption


def test_it_does_so_after_the_account_was_closed_and_signed_out(scenario, redeemed):
    scenario.close_account(redeemed.redemption)
    scenario.sessions.end_all(redeemed.redemption.user.id)
    assert follow(scenario, redeemed.redemption.id, redeemed.token).id == redeemed.redemption.id


def test_it_does_so_until_it_expires(scenario, redeemed):
    scenario.now += SESSION_LIFETIME
    with pytest.raises(NotSignedIn):
        follow(scenario, redeemed.redemption.id, redeemed.token)


def test_a_token_that_is_none_follows_nothing(scenario, redeemed):
    with pytest.raises(NotSignedIn):
        follow(scenario, redeemed.redemption.id, "unknown.token")


def test_the_invitee_follows_it_by_any_of_their_sessions(scenario, redeemed):
    token = token_of(scenario, redeemed.redemption.user)
    assert follow(scenario, redeemed.redemption.id, token) == redeemed.redemption


def test_an_address_that_is_to_be_verified_is_looked_at_every_few_seconds_meanwhile(scenario):
    maya, invite = scenario.plex.add_person("maya", confirmed=False), scenario.invite()
    redeemed = scenario.complete(invite.code, scenario.sign_in(invite.code, maya.id))
    for _ in range(5):
        scenario.deliver()
    assert scenario.current(redeemed.redemption).reason == VERIFY_EMAIL
    assert scenario.messages[0].due_at > scenario.now + timedelta(seconds=10)
    scenario.plex.change_person(maya.id, confirmed=True)
    follow(scenario, redeemed.redemption.id, redeemed.token)
    scenario.deliver()
    assert scenario.current(redeemed.redemption).state is State.DONE


def test_others_who_look_on_change_nothing(scenario):
    maya, invite = scenario.plex.add_person("maya", confirmed=False), scenario.invite()
    redeemed = scenario.complete(invite.code, scenario.sign_in(invite.code, maya.id))
    for _ in range(5):
        scenario.deliver()
    follow(scenario, redeemed.redemption.id, token_of(scenario, scenario.user("ruth")))
    assert len(scenario.messages) == 1


def test_the_invite_s_creator_follows_it(scenario, redeemed):
    assert follow(scenario, redeemed.redemption.id, token_of(scenario, scenario.user("ruth"))) == redeemed.redemption


@pytest.mark.parametrize("permission", [Permission.MANAGE_INVITES, Permission.VIEW_INVITES])
def test_a_person_who_sees_all_invites_follows_it(scenario, redeemed, permission):
    token = token_of(scenario, scenario.user("mona", permission))
    assert follow(scenario, redeemed.redemption.id, token) == redeemed.redemption


def test_for_all_others_it_is_not_there(scenario, redeemed):
    token = token_of(scenario, scenario.user("noah", Permission.CREATE_INVITES, Permission.MANAGE_USERS))
    for redemption_id in (redeemed.redemption.id, "unknown"):
        with pytest.raises(RedemptionNotFound):
            follow(scenario, redemption_id, token)


def test_a_closed_or_signed_out_account_follows_only_what_its_token_came_with(scenario, redeemed):
    token = token_of(scenario, redeemed.redemption.user)
    scenario.close_account(redeemed.redemption)
    with pytest.raises(NotSignedIn):
        follow(scenario, redeemed.redemption.id, token)
    ruth = token_of(scenario, scenario.user("ruth"))
    scenario.sessions.end_all("ruth")
    with pytest.raises(NotSignedIn):
        follow(scenario, redeemed.redemption.id, ruth)


def test_a_closed_account_that_is_still_signed_in_follows_nothing_else(scenario, redeemed):
    mona = scenario.user("mona", Permission.ADMIN)
    token = token_of(scenario, mona)
    scenario.database.users[mona.id] = replace(mona, state=AccountState.CLOSED)
    with pytest.raises(NotSignedIn):
        follow(scenario, redeemed.redemption.id, token)
