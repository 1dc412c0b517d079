from datetime import timedelta

import pytest

from chalicelib.access.deciding.membership import DecidingMembership
from chalicelib.access.progress import State
from chalicelib.access.reasons import MUST_ACCEPT
from chalicelib.accounts.managing import ManagingUsers
from chalicelib.accounts.model import AccountState, Kind, new_user
from chalicelib.accounts.sessions import Purpose, hash_secret, new_session
from chalicelib.common.people import Permission
from chalicelib.common.records import replace
from chalicelib.common.refusals import (
    AccessEnding,
    AddressTaken,
    ApplicationUrlMissing,
    NoAccount,
    NotForYou,
    PlexUnavailable,
    SignInNotFound,
    TryAgain,
)
from chalicelib.plex.errors import PlexRefused, TemporaryPlexError
from chalicelib.redemptions.signing_in import SigningInWithPlex
from tests.fakes.plex import MOVIES


@pytest.fixture
def maya(scenario):
    return scenario.plex.add_person("maya").id


@pytest.fixture
def newcomers(scenario, maya):
    """The settings let in those with whom the server is shared, as it is with Maya."""
    scenario.change_settings(new_plex_signin_enabled=True)
    scenario.plex.share_by_hand(maya, MOVIES)


def start(scenario):
    return scenario.use(SigningInWithPlex).start(now=scenario.now)


def approve(scenario, account_id):
    started = start(scenario)
    scenario.plex.approve(started.pin.id, account_id)
    return started.sign_in.id, started.browser_secret


def complete(scenario, sign_in):
    return scenario.use(SigningInWithPlex).complete(*sign_in, now=scenario.now)


def sign_in(scenario, account_id):
    return complete(scenario, approve(scenario, account_id))


def test_a_sign_in_leads_back_to_the_site_that_the_settings_name(scenario):
    started = start(scenario)
    stored = scenario.database.sign_ins[started.sign_in.id]
    assert (stored.purpose, stored.code) == (Purpose.SIGN_IN, None)
    assert started.pin.auth_url.endswith("forwardUrl=https://invites.example.org/")


def test_while_the_settings_name_none_it_is_the_deployment_s(scenario):
    scenario.change_settings(application_url="")
    scenario.application_url = "https://deployed.example.org"
    assert start(scenario).pin.auth_url.endswith("forwardUrl=https://deployed.example.org/")


def test_without_any_address_no_sign_in_begins(scenario):
    scenario.change_settings(application_url="")
    scenario.application_url = ""
    with pytest.raises(ApplicationUrlMissing):
        start(scenario)
    assert scenario.plex.calls == []


def test_until_the_person_approves_they_are_not_signed_in(scenario):
    started = start(scenario)
    assert complete(scenario, (started.sign_in.id, started.browser_secret)) is None


def test_an_account_that_is_known_is_signed_in_and_within_moments_with_the_same_session(scenario, maya):
    redemption = scenario.redeem(account_id=maya)
    approved, tokens = approve(scenario, maya), set()
    for _ in range(2):
        signed_in = complete(scenario, approved)
        assert signed_in.user == scenario.database.users[redemption.user.id]
        session, user = scenario.sessions.find(signed_in.token, now=scenario.now)
        assert (session.redemption_id, user) == (None, signed_in.user)
        tokens.add(signed_in.token)
        scenario.later(seconds=60)
    assert len(tokens) == 1
    assert [entry.action for entry in scenario.database.journal if entry.subject.startswith("user#")] == ["signed in"]
    with pytest.raises(SignInNotFound):
        complete(scenario, approved)


@pytest.mark.parametrize("everywhere", [True, False])
def test_a_completed_sign_in_opens_nothing_after_a_sign_out(scenario, maya, everywhere):
    scenario.redeem(account_id=maya)
    approved = approve(scenario, maya)
    signed_in = complete(scenario, approved)
    if everywhere:
        scenario.sessions.end_all(signed_in.user.id)
    else:
        scenario.sessions.end(hash_secret(signed_in.token))
    with pytest.raises(SignInNotFound):
        complete(scenario, approved)


def test_two_clicks_at_once_have_one_session(scenario, maya):
    scenario.redeem(account_id=maya)
    approved, first = approve(scenario, maya), []
    scenario.database.let_come_first(lambda: first.append(complete(scenario, approved)))
    assert complete(scenario, approved).token == first[0].token


def test_a_sign_in_that_vanished_meanwhile_is_to_be_tried_again(scenario, maya):
    scenario.redeem(account_id=maya)
    approved = approve(scenario, maya)
    scenario.database.let_come_first(scenario.database.sign_ins.clear)
    with pytest.raises(TryAgain):
        complete(scenario, approved)


def test_a_sign_in_is_completed_by_its_own_browser_in_time_and_for_its_purpose(scenario, maya):
    scenario.redeem(account_id=maya)
    invite = scenario.invite()
    for_an_invite, (id_, secret) = scenario.sign_in(invite.code, maya), approve(scenario, maya)
    for wrong in (for_an_invite, (id_, "x"), ("x", secret)):
        with pytest.raises(SignInNotFound):
            complete(scenario, wrong)
    scenario.later(minutes=30)
    with pytest.raises(SignInNotFound):
        complete(scenario, (id_, secret))


@pytest.mark.parametrize("call", ["token", "account", "server_ids"])
def test_while_plex_does_not_answer_no_one_is_let_in(scenario, maya, newcomers, call):
    approved = approve(scenario, maya)
    scenario.plex.fail(call, TemporaryPlexError("down"))
    with pytest.raises(PlexUnavailable):
        complete(scenario, approved)
    assert scenario.newcomers == []
    assert complete(scenario, approved)


def test_a_local_account_of_the_same_address_is_linked_and_signed_in(scenario):
    redemption = scenario.redeem_locally(name="Tom")
    tom = scenario.plex.add_person("tom")
    scenario.later(seconds=1)
    signed_in = sign_in(scenario, tom.id)
    assert (signed_in.user.id, signed_in.user.plex_id) == (redemption.user.id, tom.id)
    assert scenario.sessions.find(signed_in.token, now=scenario.now)[1]
    scenario.drain()
    assert scenario.must_be_settled(redemption).state is State.DONE


def test_a_person_with_whom_the_server_is_shared_is_let_in_where_the_settings_allow_it(scenario, maya, newcomers):
    scenario.change_settings(default_permissions=frozenset({Permission.CREATE_INVITES}))
    signed_in = sign_in(scenario, maya)
    user = scenario.database.users[signed_in.user.id]
    assert (user.plex_id, user.name, user.email, user.kind) == (maya, "maya", "maya@example.org", Kind.PLEX)
    assert (user.permissions, user.created_at) == ({Permission.CREATE_INVITES}, scenario.now)
    assert scenario.sessions.find(signed_in.token, now=scenario.now)[1] == user
    scenario.later(days=1)
    assert sign_in(scenario, maya).user == user


def test_a_person_without_an_account_is_not_let_in_otherwise(scenario, maya):
    scenario.plex.share_by_hand(maya, MOVIES)
    scenario.change_settings(new_plex_signin_enabled=False)
    with pytest.raises(NoAccount):
        sign_in(scenario, maya)
    scenario.change_settings(new_plex_signin_enabled=True, server=None)
    with pytest.raises(NoAccount):
        sign_in(scenario, maya)
    assert scenario.newcomers == []


def test_a_person_with_whom_another_server_is_shared_is_not_let_in(scenario, newcomers):
    noah, stranger = scenario.plex.add_person("noah"), scenario.plex.add_person("stranger")
    other = scenario.plex.add_server(stranger.id, "Another server", MOVIES)
    scenario.plex.share_by_hand(noah.id, MOVIES, machine_id=other.machine_id)
    with pytest.raises(NoAccount):
        sign_in(scenario, noah.id)


def test_a_closed_account_is_not_signed_in(scenario, maya):
    """Its Plex id is free in the end; until it is, it is no one's."""
    redemption = scenario.redeem(account_id=maya)
    user = scenario.database.users[redemption.user.id]
    scenario.database.users[user.id] = replace(user, state=AccountState.CLOSED)
    with pytest.raises(NoAccount):
        sign_in(scenario, maya)


def close(scenario, user, *, left=False):
    managing, admin = scenario.use(ManagingUsers), scenario.user("admin", Permission.ADMIN)
    if left:
        managing.leave(by=user, now=scenario.now)
    else:
        managing.close(user.id, by=admin, now=scenario.now)


def test_a_person_whose_access_is_ending_is_not_let_in_by_the_share_that_goes(scenario, maya, newcomers):
    user = sign_in(scenario, maya).user
    close(scenario, user)
    with pytest.raises(AccessEnding):
        sign_in(scenario, maya)


def test_a_person_whom_an_admin_removed_is_not_let_in_by_a_share_by_hand(scenario, maya, newcomers):
    close(scenario, sign_in(scenario, maya).user)
    scenario.drain()
    scenario.later(minutes=1)
    with pytest.raises(NotForYou):
        sign_in(scenario, maya)


def test_a_person_who_left_is_let_in_to_the_same_account(scenario, maya, newcomers):
    user = sign_in(scenario, maya).user
    trial_ends_at = scenario.now + timedelta(days=3)
    scenario.database.users[user.id] = user = replace(user, trial_ends_at=trial_ends_at)
    close(scenario, user, left=True)
    scenario.drain()
    scenario.later(minutes=1)
    again = sign_in(scenario, maya)
    assert (again.user.id, again.user.trial_ends_at) == (user.id, trial_ends_at)
    assert scenario.sessions.find(again.token, now=scenario.now)[1] == again.user


def test_a_person_whose_redemption_failed_is_let_in_to_an_account_of_its_own(scenario, maya, newcomers):
    scenario.plex.end_shares(maya)
    scenario.plex.fail("share", PlexRefused("no", status=403), times=None)
    failed = scenario.redeem(account_id=maya)
    scenario.drain()
    scenario.later(minutes=1)
    scenario.plex.share_by_hand(maya, MOVIES)
    assert sign_in(scenario, maya).user.id != failed.user.id


def test_settings_that_change_while_plex_is_asked_let_no_one_in(scenario, maya, newcomers):
    def before_call():
        if scenario.plex.calls[-1] == "server_ids":
            scenario.change_settings(new_plex_signin_enabled=False, version=scenario.database.settings.version + 1)

    approved = approve(scenario, maya)
    scenario.plex.before_call = before_call
    with pytest.raises(TryAgain):
        complete(scenario, approved)
    assert scenario.newcomers == []


def test_a_newcomer_whose_address_another_account_has_is_told_so(scenario, maya, newcomers):
    scenario.database.identities["email#maya@example.org"] = scenario.user("another", plex_id=5).id
    with pytest.raises(AddressTaken):
        sign_in(scenario, maya)


def another_click_opens_the_account(scenario, maya):
    user = new_user("u1", "maya", None, permissions=frozenset(), now=scenario.now, plex_id=maya)
    _, session = new_session(user.id, new_id=scenario.new_id, now=scenario.now)
    scenario.accounts.open(user, session)
    return user


def test_a_newcomer_who_clicked_twice_has_one_account(scenario, maya, newcomers):
    scenario.database.let_come_first(lambda: another_click_opens_the_account(scenario, maya))
    signed_in = sign_in(scenario, maya)
    assert signed_in.user.id == "u1"
    assert scenario.sessions.find(signed_in.token, now=scenario.now)[1]
    assert len(scenario.newcomers) == 1


def test_an_account_that_was_opened_and_closed_meanwhile_is_to_be_tried_again(scenario, maya, newcomers):
    def open_and_close():
        user = another_click_opens_the_account(scenario, maya)
        scenario.database.users[user.id] = replace(user, state=AccountState.CLOSED)

    scenario.database.let_come_first(open_and_close)
    with pytest.raises(TryAgain):
        sign_in(scenario, maya)


def test_a_sign_in_lasts_no_longer_than_half_an_hour(scenario):
    assert start(scenario).sign_in.expires_at == scenario.now + timedelta(minutes=30)


def test_a_resumed_member_who_signs_in_again_has_what_they_were_invited_to_accepted(scenario, maya):
    redemption = scenario.redeem(account_id=maya)
    scenario.drain()
    membership = scenario.use(DecidingMembership)
    manager = scenario.user("mona", Permission.MANAGE_USERS)
    membership.suspend(redemption.user.id, version=None, by=manager, now=scenario.now)
    scenario.drain()
    membership.resume(redemption.user.id, version=None, by=manager, now=scenario.now)
    scenario.drain()
    assert scenario.access(redemption).done.need == MUST_ACCEPT
    sign_in(scenario, maya)
    scenario.drain()
    assert scenario.access(redemption).is_settled
    assert scenario.plex.share_of(maya).accepted
    scenario.forget_tokens()
    assert scenario.tokens.all(redemption.user.id) is None
