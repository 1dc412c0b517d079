from datetime import timedelta

import pytest

from chalicelib.access.progress import State
from chalicelib.access.reasons import LINK_PLEX
from chalicelib.accounts.model import Kind
from chalicelib.common.records import replace
from chalicelib.common.refusals import (
    AlreadyHasAccess,
    BadInput,
    InviteNotActive,
    LocalSigninDisabled,
    SignupDisabled,
    TryAgain,
    UserNameTaken,
)
from chalicelib.redemptions.joining_locally import Applicant, parse_applicant
from tests.fakes.plex import SERIES
from tests.stores_contract.builders import an_entry

INSTANT = timedelta.resolution


def test_an_applicant_has_an_address_in_its_normal_form_and_a_name_without_needless_spaces():
    who = parse_applicant(" Tom@Example.ORG ", "  Tom \t Jones ", "12345678")
    assert who == Applicant("tom@example.org", "Tom Jones", "12345678")


@pytest.mark.parametrize(
    ("field", "email", "username", "password"),
    [
        ("email", "tom", "Tom", "12345678"),
        ("username", "tom@example.org", " ", "12345678"),
        ("username", "tom@example.org", "x" * 61, "12345678"),
        ("password", "tom@example.org", "Tom", "1234567"),
    ],
)
def test_a_field_that_cannot_be_taken_is_named(field, email, username, password):
    with pytest.raises(BadInput) as refused:
        parse_applicant(email, username, password)
    assert (refused.value.field, refused.value.key) == (field, f"BadInput.{field}")


@pytest.mark.parametrize("username", ["Tom\u200b", "Ol\u0456via", "\ufdfa" * 60])
def test_a_name_that_could_pass_for_another_s_is_not_taken(username):
    with pytest.raises(BadInput) as refused:
        parse_applicant("tom@example.org", username, "12345678")
    assert (refused.value.field, refused.value.key) == ("username", "BadInput.plain_name")


def test_a_name_that_looks_like_one_that_is_here_is_taken_already(scenario):
    invite = scenario.invite(2)
    scenario.join(invite, name="coco", email="one@example.org")
    with pytest.raises(UserNameTaken):
        scenario.join(invite, name="\u0441\u043e\u0441\u043e", email="two@example.org")


def test_a_refused_field_says_what_would_do():
    with pytest.raises(BadInput) as refused:
        parse_applicant("tom@example.org", "", "12345678")
    assert refused.value.facts == {"longest": 60}
    with pytest.raises(BadInput) as refused:
        parse_applicant("tom@example.org", "Tom", "")
    assert refused.value.facts == {"shortest": 8, "longest": 200}


def test_a_name_of_sixty_characters_and_a_password_of_eight_will_do():
    assert parse_applicant("tom@example.org", "x" * 60, "12345678").username == "x" * 60


def test_a_local_account_waits_to_be_linked_with_plex(scenario):
    invite = scenario.invite(downloads=True)
    redeemed = scenario.join(invite, name="Tom")
    redemption = scenario.current(redeemed.redemption)
    assert (redemption.state, redemption.reason, redeemed.new) == (State.NEEDS_ATTENTION, LINK_PLEX, True)
    assert (scenario.plex_id(redemption), redemption.creator_id) == (None, "ruth")
    session, user = scenario.sessions.find(redeemed.token, now=scenario.now)
    assert (user.name, user.email, user.kind, user.plex_id) == ("Tom", "tom@example.org", Kind.LOCAL, None)
    assert session.redemption_id == user.redemption_id == redemption.id
    assert scenario.database.invites[invite.code].uses == 1
    assert (scenario.messages, scenario.database.tokens) == ([], {})


def test_a_local_account_with_a_place_at_home_is_provided_at_once(scenario):
    redemption = scenario.redeem_locally(plex_home=True)
    assert scenario.access(redemption).decided.identity.managed
    assert [(message.id, message.delay) for message in scenario.messages] == [(redemption.user.id, 0)]


def test_a_password_is_stored_as_its_hash(scenario):
    scenario.join(scenario.invite(), password="correct horse")
    credential, _ = scenario.accounts.find_credential("tom@example.org")
    assert credential.password_hash == scenario.passwords.hash("correct horse")


def test_what_the_settings_do_not_allow_is_refused(scenario):
    scenario.change_settings(local_signin_enabled=False)
    with pytest.raises(LocalSigninDisabled):
        scenario.join(scenario.invite())
    scenario.change_settings(signup_enabled=False, local_signin_enabled=True)
    with pytest.raises(SignupDisabled):
        scenario.join(scenario.invite())
    assert scenario.newcomers == []


def test_an_address_or_a_name_that_is_taken_is_refused(scenario):
    invite = scenario.invite(limit=3)
    scenario.join(invite, name="Tom")
    with pytest.raises(AlreadyHasAccess):
        scenario.join(invite, name="Tim", email="tom@example.org")
    with pytest.raises(UserNameTaken):
        scenario.join(invite, name="TOM", email="another@example.org")
    assert scenario.database.invites[invite.code].uses == 1


def test_two_people_cannot_share_the_last_use(scenario):
    invite = scenario.invite()
    scenario.database.let_come_first(lambda: scenario.join(invite, name="Tim"))
    with pytest.raises(InviteNotActive):
        scenario.join(invite, name="Tom")
    assert [user.name for user in scenario.newcomers] == ["Tim"]


def test_what_is_granted_is_what_the_invite_gives_when_it_is_claimed(scenario):
    invite = scenario.invite()

    def edit():
        scenario.database.invites[invite.code] = replace(invite, edition=2, libraries=(SERIES.id,))

    scenario.database.let_come_first(edit)
    assert scenario.join(invite).redemption.grant.libraries == (SERIES,)


def test_a_claim_that_keeps_meeting_others_says_to_try_again(scenario):
    invite = scenario.invite()

    def edit():
        was = scenario.database.invites[invite.code]
        scenario.database.invites[invite.code] = replace(was, edition=was.edition + 1)

    scenario.database.before_write = edit
    with pytest.raises(TryAgain):
        scenario.join(invite)
    assert scenario.newcomers == []


@pytest.mark.parametrize("limit", [1, 2])
def test_a_second_click_leads_to_the_same_redemption(scenario, limit):
    invite = scenario.invite(limit=limit)
    first = scenario.join(invite)
    again = scenario.join(invite)
    assert (again.redemption, again.new) == (first.redemption, False)
    assert again.token != first.token
    assert scenario.sessions.find(again.token, now=scenario.now)
    assert scenario.database.invites[invite.code].uses == 1


def test_two_clicks_at_once_lead_to_one_redemption(scenario):
    invite, others = scenario.invite(), []
    scenario.database.let_come_first(lambda: others.append(scenario.join(invite)))
    again = scenario.join(invite)
    assert again.redemption.id == others[0].redemption.id
    assert len(scenario.newcomers) == 1


def test_a_second_click_has_the_message_sent_that_was_lost(scenario):
    invite = scenario.invite(plex_home=True)
    first = scenario.join(invite)
    scenario.messages.clear()
    scenario.join(invite)
    assert [message.id for message in scenario.messages] == [first.redemption.user.id]


@pytest.mark.parametrize(
    "who", [{"password": "wrong horse"}, {"name": "Tim"}, {"email": "tim@example.org"}], ids=lambda who: next(iter(who))
)
def test_another_person_s_click_leads_nowhere(scenario, who):
    invite = scenario.invite()
    scenario.join(invite, email="tom@example.org")
    with pytest.raises(InviteNotActive):
        scenario.join(invite, **{"email": "tom@example.org", **who})


def test_a_click_on_another_invite_is_no_second_click(scenario):
    scenario.join(scenario.invite())
    with pytest.raises(AlreadyHasAccess):
        scenario.join(scenario.invite())


def test_a_second_click_comes_within_five_minutes(scenario):
    invite = scenario.invite()
    scenario.join(invite)
    scenario.later(minutes=5)
    assert scenario.join(invite)
    scenario.now += INSTANT
    with pytest.raises(InviteNotActive):
        scenario.join(invite)
    assert scenario.passwords.compared == 1


def test_a_second_click_needs_the_password_that_is_there(scenario):
    """By now the account signs in with Plex, and has none."""
    invite = scenario.invite()
    joined = scenario.join(invite)
    user = scenario.database.users[joined.redemption.user.id]
    scenario.claims.link(user, 41, None, entry=an_entry(scenario))
    with pytest.raises(InviteNotActive):
        scenario.join(invite)
