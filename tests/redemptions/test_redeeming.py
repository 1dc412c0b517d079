from datetime import timedelta

import pytest

from chalicelib.access.progress import State
from chalicelib.accounts.observing import Observing
from chalicelib.accounts.ports import Held
from chalicelib.accounts.sessions import Purpose, hash_secret, new_session
from chalicelib.accounts.tokens import HELD_FOR
from chalicelib.common.people import Permission
from chalicelib.common.records import replace
from chalicelib.common.refusals import (
    AccessEnding,
    AccountNotInvitable,
    AddressTaken,
    AlreadyHasAccess,
    GrantUnavailable,
    InviteExpired,
    InviteNotActive,
    InviteNotFound,
    NotForYou,
    PlexUnavailable,
    SignInNotFound,
    SignupDisabled,
    TryAgain,
)
from chalicelib.plex.errors import PlexRefused, PlexTokenRefused, TemporaryPlexError
from chalicelib.redemptions.redeeming import Redeeming
from tests.fakes.plex import MOVIES, MUSIC, SERIES
from tests.stores_contract.builders import an_entry

UNWELL = TemporaryPlexError("down")


@pytest.fixture
def maya(scenario):
    return scenario.plex.add_person("maya").id


@pytest.fixture
def redeeming(scenario):
    return scenario.use(Redeeming)


def complete(scenario, code, sign_in):
    return scenario.use(Redeeming).complete(code, *sign_in, now=scenario.now)


def must_have_claimed_nothing(scenario):
    assert (scenario.database.redemptions, scenario.newcomers) == ({}, [])
    assert {invite.uses for invite in scenario.database.invites.values()} == {0}
    assert scenario.messages == []


def test_a_sign_in_is_begun_for_one_invite_and_leads_back_to_it(scenario, redeeming):
    invite = scenario.invite()
    started = redeeming.start(invite.code, now=scenario.now)
    stored = scenario.database.sign_ins[started.sign_in.id]
    assert (stored.purpose, stored.code, stored.pin_id) == (Purpose.SIGN_UP, invite.code, started.pin.id)
    assert stored.expires_at == scenario.now + timedelta(minutes=30)
    assert f"https://invites.example.org/signup?icode={invite.code}" in started.pin.auth_url
    assert started.secure


def test_no_sign_in_is_begun_for_an_invite_that_cannot_be_redeemed(scenario, redeeming):
    for code, refusal in (
        ("AbCdEfGh", InviteNotFound),
        (scenario.invite(enabled=False).code, InviteNotActive),
        (scenario.invite(expires_at=scenario.now).code, InviteExpired),
    ):
        with pytest.raises(refusal):
            redeeming.start(code, now=scenario.now)
    assert scenario.plex.calls == []


def test_no_sign_in_is_begun_while_plex_does_not_answer(scenario, redeeming):
    scenario.plex.fail("start", UNWELL)
    with pytest.raises(PlexUnavailable):
        redeeming.start(scenario.invite().code, now=scenario.now)
    assert scenario.database.sign_ins == {}


def test_until_the_person_approves_nothing_is_claimed(scenario, redeeming):
    invite = scenario.invite()
    started = redeeming.start(invite.code, now=scenario.now)
    assert complete(scenario, invite.code, (started.sign_in.id, started.browser_secret)) is None
    must_have_claimed_nothing(scenario)


def test_a_person_who_approved_has_an_account_a_session_and_a_redemption_under_way(scenario, maya):
    invite = scenario.invite(live_tv=True)
    redeemed = scenario.complete(invite.code, scenario.sign_in(invite.code, maya))
    redemption = scenario.database.redemptions[redeemed.redemption.id]
    assert (redeemed.redemption, redeemed.new) == (redemption, True)
    assert (redemption.code, redemption.creator_id, scenario.plex_id(redemption)) == (invite.code, "ruth", maya)
    assert redemption.state is State.PENDING
    assert scenario.access(redemption).decided.identity.invited_as == "maya@example.org"
    assert redemption.grant.features.live_tv
    session, user = scenario.sessions.find(redeemed.token, now=scenario.now)
    assert (session.redemption_id, user.redemption_id, user.plex_id) == (redemption.id, redemption.id, maya)
    assert (user.name, user.email) == ("maya", "maya@example.org")
    assert scenario.database.invites[invite.code].uses == 1
    assert [(message.id, message.delay) for message in scenario.messages] == [(redemption.user.id, 0)]


def test_the_person_s_token_is_held_for_an_hour(scenario):
    redemption = scenario.redeem()
    assert scenario.database.tokens[redemption.id] == Held(tuple(scenario.plex.tokens), scenario.now + HELD_FOR)


@pytest.mark.parametrize("state", ["refused", "done"])
def test_a_token_that_is_not_needed_is_signed_out(scenario, maya, state):
    code = scenario.invite(limit=2).code
    if state == "refused":
        scenario.plex.share_by_hand(maya, MOVIES)
        with pytest.raises(AlreadyHasAccess):
            scenario.complete(code, scenario.sign_in(code, maya))
    else:
        for _ in range(2):
            scenario.complete(code, scenario.sign_in(code, maya))
            scenario.drain()
    scenario.forget_tokens()
    assert (scenario.plex.tokens, scenario.database.tokens) == ({}, {})


def test_a_person_without_an_address_is_invited_into_the_home_by_name(scenario):
    account = scenario.plex.add_person("noah", email=None)
    redemption = scenario.redeem(account_id=account.id)
    assert scenario.access(redemption).decided.identity.invited_as == "noah"


def test_a_sign_in_completed_again_leads_to_the_same_redemption(scenario, maya):
    invite = scenario.invite()
    sign_in = scenario.sign_in(invite.code, maya)
    first, calls = scenario.complete(invite.code, sign_in), len(scenario.plex.calls)
    again = scenario.complete(invite.code, sign_in)
    assert (again.redemption, again.new) == (first.redemption, False)
    assert again.token == first.token
    assert len(scenario.plex.calls) == calls
    assert scenario.database.invites[invite.code].uses == 1


def test_a_sign_in_is_not_repeated_after_moments_nor_after_signing_out(scenario, maya):
    invite = scenario.invite(None)
    sign_in = scenario.sign_in(invite.code, maya)
    first = scenario.complete(invite.code, sign_in)
    scenario.sessions.end(hash_secret(first.token))
    with pytest.raises(SignInNotFound):
        scenario.complete(invite.code, sign_in)
    sign_in = scenario.sign_in(invite.code, maya)
    scenario.complete(invite.code, sign_in)
    scenario.later(seconds=61)
    with pytest.raises(SignInNotFound):
        scenario.complete(invite.code, sign_in)


def test_a_claim_whose_message_was_lost_has_it_sent_when_the_person_asks_again(scenario, maya):
    invite = scenario.invite()
    sign_in = scenario.sign_in(invite.code, maya)
    redeemed = scenario.complete(invite.code, sign_in)
    scenario.messages.clear()
    scenario.complete(invite.code, sign_in)
    assert [message.id for message in scenario.messages] == [redeemed.redemption.user.id]


def test_a_sign_in_is_completed_by_its_own_browser_for_its_own_invite_in_time(scenario, maya):
    invite, other = scenario.invite(), scenario.invite()
    id_, secret = scenario.sign_in(invite.code, maya)
    for code, sign_in in ((invite.code, (id_, "x")), (other.code, (id_, secret)), (invite.code, ("x", secret))):
        with pytest.raises(SignInNotFound):
            complete(scenario, code, sign_in)
    scenario.later(minutes=30)
    with pytest.raises(SignInNotFound):
        complete(scenario, invite.code, (id_, secret))
    must_have_claimed_nothing(scenario)


def test_a_sign_in_whose_pin_is_gone_has_to_be_begun_again(scenario, maya):
    invite = scenario.invite()
    sign_in = scenario.sign_in(invite.code, maya)
    scenario.plex.pins.clear()
    with pytest.raises(SignInNotFound):
        complete(scenario, invite.code, sign_in)


@pytest.mark.parametrize("call", ["token", "account", "server_ids"])
def test_while_plex_does_not_answer_nothing_is_claimed_and_asking_again_goes_on(scenario, maya, call):
    invite = scenario.invite()
    sign_in = scenario.sign_in(invite.code, maya)
    scenario.plex.fail(call, TemporaryPlexError("down", retry_after=77))
    with pytest.raises(PlexUnavailable) as refused:
        complete(scenario, invite.code, sign_in)
    assert refused.value.retry_after == 77
    must_have_claimed_nothing(scenario)
    assert scenario.complete(invite.code, sign_in).new


@pytest.mark.parametrize("call", ["account", "server_ids"])
@pytest.mark.parametrize(
    ("error", "refusal"),
    [(PlexTokenRefused("void"), SignInNotFound), (PlexRefused("no", status=403), PlexUnavailable)],
)
def test_a_token_that_a_later_sign_in_made_void_claims_nothing(scenario, maya, call, error, refusal):
    invite = scenario.invite()
    sign_in = scenario.sign_in(invite.code, maya)
    scenario.plex.fail(call, error)
    with pytest.raises(refusal):
        complete(scenario, invite.code, sign_in)
    must_have_claimed_nothing(scenario)


def test_a_managed_profile_is_not_invitable(scenario):
    invite, child = scenario.invite(), scenario.plex.add_person("child", restricted=True)
    with pytest.raises(AccountNotInvitable):
        complete(scenario, invite.code, scenario.sign_in(invite.code, child.id))
    must_have_claimed_nothing(scenario)


def test_a_person_with_whom_the_server_is_shared_already_is_told_so(scenario, maya):
    scenario.plex.share_by_hand(maya, MOVIES)
    invite = scenario.invite()
    with pytest.raises(AlreadyHasAccess):
        complete(scenario, invite.code, scenario.sign_in(invite.code, maya))
    must_have_claimed_nothing(scenario)


def test_another_server_is_no_access_to_this_one(scenario, maya):
    stranger = scenario.plex.add_person("stranger")
    other = scenario.plex.add_server(stranger.id, "Another server", SERIES)
    scenario.plex.share_by_hand(maya, SERIES, machine_id=other.machine_id)
    assert scenario.redeem(account_id=maya)


def test_two_codes_in_two_tabs_lead_to_one_redemption(scenario, maya):
    first, other = scenario.redeem(account_id=maya), scenario.invite()
    again = scenario.complete(other.code, scenario.sign_in(other.code, maya))
    assert (again.redemption.id, again.new) == (first.id, False)
    assert scenario.database.invites[other.code].uses == 0


def done(scenario, account_id, **features):
    """A redemption that is done."""
    redemption = scenario.redeem(account_id=account_id, **features)
    scenario.drain()
    return scenario.must_be_settled(redemption)


def renew(scenario, account_id, **features):
    """With a new code, once what was shared is gone."""
    scenario.plex.end_shares(account_id)
    return scenario.redeem(account_id=account_id, **features)


def test_an_account_alone_is_no_access_and_is_renewed_by_a_new_code(scenario, maya):
    first = done(scenario, maya)
    user = scenario.database.users[first.user.id]
    again = renew(scenario, maya, downloads=True)
    assert again.user.id == user.id
    assert scenario.database.users[user.id] == replace(user, redemption_id=again.id)
    scenario.drain()
    settled = scenario.must_be_settled(again)
    assert (settled.state, settled.renewal.before) == (State.DONE, first.id)
    assert scenario.plex.share_of(maya).downloads


def test_a_renewal_that_fails_closes_no_account_and_gives_the_use_back(scenario, maya):
    first = done(scenario, maya)
    scenario.plex.fail("share", PlexRefused("no", status=403))
    again = renew(scenario, maya)
    scenario.drain()
    failed = scenario.current(again)
    user = scenario.database.users[first.user.id]
    assert (failed.state, user.is_open, user.redemption_id) == (State.FAILED, True, first.id)
    assert scenario.database.invites[failed.code].uses == 0
    assert scenario.accounts.id_of_plex_account(maya) == user.id


def test_a_renewal_that_fails_puts_back_what_the_person_had(scenario, maya):
    """Their own list of servers does not show it."""
    done(scenario, maya)
    share = scenario.plex.share_of(maya)
    share.accepted = False
    other = scenario.invite(libraries=(SERIES.id,))
    again = scenario.complete(other.code, scenario.sign_in(other.code, maya)).redemption
    scenario.plex.keeps_corrections = False
    scenario.drain()
    assert scenario.current(again).state is State.FAILED
    assert (scenario.plex.share_of(maya), share.library_ids) == (share, {MOVIES.id, MUSIC.id})


def test_a_place_in_the_home_that_came_with_an_earlier_code_ends_with_the_account(scenario, maya):
    done(scenario, maya, plex_home=True)
    again = renew(scenario, maya)
    scenario.drain()
    scenario.close_account(again)
    scenario.drain()
    scenario.must_have_left(again)


def test_what_an_earlier_code_had_shared_ends_with_the_account(scenario, maya):
    done(scenario, maya)
    scenario.plex.share_of(maya).accepted = False
    other = scenario.invite()
    again = scenario.complete(other.code, scenario.sign_in(other.code, maya)).redemption
    scenario.drain()
    scenario.close_account(again)
    scenario.drain()
    scenario.must_have_left(again)


def test_an_account_that_came_without_an_invite_is_renewed_by_one(scenario, maya):
    user = scenario.user("maya", plex_id=maya)
    scenario.database.identities[f"plex#{maya}"] = user.id
    again = scenario.redeem(account_id=maya)
    assert (again.user.id, again.renewal.before) == (user.id, None)
    scenario.plex.fail("share", PlexRefused("no", status=403))
    scenario.drain()
    was = scenario.database.users[user.id]
    assert (was.is_open, was.redemption_id) == (True, None)


def test_the_owner_needs_no_invite_whatever_plex_lists(scenario):
    owner = scenario.plex.owner.id
    user = scenario.user("olivia", plex_id=owner)
    scenario.database.identities[f"plex#{owner}"] = user.id
    scenario.plex.server.owner_id = 1  # so that her list lacks it
    with pytest.raises(AlreadyHasAccess):
        scenario.redeem(account_id=owner)


def test_an_account_that_changes_while_it_is_renewed_is_read_again(scenario, maya):
    first = done(scenario, maya)
    scenario.plex.end_shares(maya)
    one, other = scenario.invite(), scenario.invite()
    sign_in, faster = scenario.sign_in(one.code, maya), scenario.sign_in(other.code, maya)
    scenario.database.let_come_first(lambda: None, lambda: scenario.complete(other.code, faster))
    again = scenario.complete(one.code, sign_in)
    assert again.redemption.code == other.code
    assert again.redemption.user.id == first.user.id
    assert scenario.database.invites[one.code].uses == 0


def a_new_account_of(scenario, maya):
    """The same person, with the same verified address."""
    address = scenario.plex.accounts[maya].email
    scenario.plex.change_person(maya, email=None)
    return scenario.plex.add_person("maya anew", email=address).id


def observe(scenario):
    (message,) = [message for message in scenario.messages if message.kind == "observe"]
    scenario.messages.remove(message)
    return scenario.use(Observing).observe(int(message.id))


def redeem_once_plex_was_asked(scenario, account_id):
    invite = scenario.invite()
    sign_in = scenario.sign_in(invite.code, account_id)
    with pytest.raises(TryAgain):
        complete(scenario, invite.code, sign_in)
    observe(scenario)
    return scenario.complete(invite.code, sign_in).redemption


def test_a_plex_account_that_was_made_anew_renews_the_account_of_its_address(scenario, maya):
    first = done(scenario, maya)
    token, session = new_session(first.user.id, new_id=scenario.new_id, now=scenario.now)
    scenario.sessions.add(session, an_entry(scenario))
    scenario.plex.end_shares(maya)
    anew = a_new_account_of(scenario, maya)
    again = redeem_once_plex_was_asked(scenario, anew)
    user = scenario.database.users[first.user.id]
    assert (again.user.id, user.plex_id) == (first.user.id, anew)
    assert scenario.accounts.id_of_plex_account(anew) == user.id
    assert scenario.accounts.id_of_plex_account(maya) is None
    assert scenario.sessions.find(token, now=scenario.now)[1] is None
    scenario.drain()
    assert scenario.must_be_settled(again).state is State.DONE


@pytest.mark.parametrize("at_home", [True, False])
def test_it_does_not_while_the_earlier_one_has_access(scenario, maya, at_home):
    done(scenario, maya, plex_home=at_home)
    if at_home:
        scenario.plex.end_shares(maya)
    anew = a_new_account_of(scenario, maya)
    with pytest.raises(AddressTaken):
        redeem_once_plex_was_asked(scenario, anew)


@pytest.mark.parametrize("permission", [Permission.ADMIN, Permission.MANAGE_USERS, Permission.MANAGE_INVITES])
def test_no_address_opens_an_account_that_manages_anything(scenario, maya, permission):
    first = done(scenario, maya)
    scenario.database.users[first.user.id] = replace(
        scenario.database.users[first.user.id], permissions=frozenset({permission})
    )
    scenario.plex.end_shares(maya)
    with pytest.raises(AddressTaken):
        scenario.redeem(account_id=a_new_account_of(scenario, maya))
    assert scenario.messages == []


def test_no_address_opens_the_owner_s_account(scenario):
    """On their own server nothing is shared with them."""
    owner = scenario.plex.owner
    user = scenario.user("olivia", plex_id=owner.id, holds_address=True)
    scenario.database.users[user.id] = replace(user, email=owner.email)
    scenario.database.identities |= {f"plex#{owner.id}": user.id, f"email#{owner.email}": user.id}
    with pytest.raises(AddressTaken):
        scenario.redeem(account_id=a_new_account_of(scenario, owner.id))
    assert scenario.accounts.id_of_plex_account(owner.id) == user.id


def test_an_address_that_was_given_to_another_account_does_not_stand_in_its_way(scenario, maya):
    first = done(scenario, maya)
    address = scenario.plex.accounts[maya].email
    scenario.plex.change_person(maya, email="moved@example.org")
    noah = scenario.plex.add_person("noah", email=address).id
    redemption = redeem_once_plex_was_asked(scenario, noah)
    assert redemption.user.id != first.user.id
    assert scenario.accounts.find_credential(address)[0].user_id == redemption.user.id
    assert not scenario.database.users[first.user.id].holds_address


def test_what_plex_said_counts_for_two_minutes(scenario, maya):
    done(scenario, maya)
    scenario.plex.end_shares(maya)
    anew = a_new_account_of(scenario, maya)
    invite = scenario.invite()
    sign_in = scenario.sign_in(invite.code, anew)
    with pytest.raises(TryAgain):
        complete(scenario, invite.code, sign_in)
    observe(scenario)
    scenario.later(minutes=2)
    with pytest.raises(TryAgain):
        complete(scenario, invite.code, sign_in)


def must_be_unused(scenario):
    assert {invite.uses for invite in scenario.database.invites.values()} == {0}


def test_an_address_that_no_one_verified_keeps_its_person_from_nothing(scenario, maya):
    invite = scenario.invite(limit=2)
    local = scenario.join(invite, email="maya@example.org").redemption
    redemption = scenario.redeem(invite, maya)
    assert redemption.user.id != local.user.id
    user = scenario.database.users[redemption.user.id]
    assert (user.email, user.holds_address) == ("maya@example.org", False)
    assert scenario.accounts.find_credential("maya@example.org")[0].user_id == local.user.id
    scenario.drain()
    assert scenario.current(redemption).state is State.DONE
    scenario.close_account(redemption)
    assert scenario.accounts.find_credential("maya@example.org")[0].user_id == local.user.id


def test_an_address_that_plex_did_not_verify_is_kept_from_no_one(scenario):
    noah = scenario.plex.add_person("noah", email="maya@example.org", confirmed=False)
    redemption = scenario.redeem(account_id=noah.id)
    assert not scenario.database.users[redemption.user.id].holds_address
    assert scenario.accounts.find_credential("maya@example.org")[0] is None


def test_without_a_server_there_is_nothing_to_give(scenario, maya):
    invite = scenario.invite()
    sign_in = scenario.sign_in(invite.code, maya)
    scenario.change_settings(server=None)
    with pytest.raises(GrantUnavailable):
        complete(scenario, invite.code, sign_in)
    must_have_claimed_nothing(scenario)


def test_what_became_of_the_invite_since_the_sign_in_counts(scenario, maya):
    invite = scenario.invite()
    sign_in = scenario.sign_in(invite.code, maya)
    for changes, refusal in (
        ({"enabled": False}, InviteNotActive),
        ({"expires_at": scenario.now}, InviteExpired),
        ({"deleted_at": scenario.now}, InviteNotFound),
    ):
        scenario.database.invites[invite.code] = replace(invite, **changes)
        with pytest.raises(refusal):
            complete(scenario, invite.code, sign_in)
    scenario.database.invites[invite.code] = invite
    scenario.change_settings(signup_enabled=False)
    with pytest.raises(SignupDisabled):
        complete(scenario, invite.code, sign_in)
    must_have_claimed_nothing(scenario)


def test_two_people_cannot_share_the_last_use(scenario, maya):
    invite, noah = scenario.invite(), scenario.plex.add_person("noah").id
    mine, theirs = scenario.sign_in(invite.code, maya), scenario.sign_in(invite.code, noah)
    scenario.database.let_come_first(lambda: scenario.complete(invite.code, theirs))
    with pytest.raises(InviteNotActive):
        complete(scenario, invite.code, mine)
    assert [scenario.plex_id(redemption) for redemption in scenario.database.redemptions.values()] == [noah]
    assert scenario.database.invites[invite.code].uses == 1


def test_two_people_at_once_share_an_invite_that_has_uses_for_both(scenario, maya):
    invite, noah = scenario.invite(limit=2), scenario.plex.add_person("noah").id
    mine, theirs = scenario.sign_in(invite.code, maya), scenario.sign_in(invite.code, noah)
    scenario.database.let_come_first(lambda: scenario.complete(invite.code, theirs))
    assert scenario.complete(invite.code, mine).new
    assert scenario.database.invites[invite.code].uses == 2


def test_what_is_granted_is_what_the_invite_gives_when_it_is_claimed(scenario, maya):
    invite = scenario.invite()
    sign_in = scenario.sign_in(invite.code, maya)

    def edit():
        scenario.database.invites[invite.code] = replace(invite, edition=2, libraries=(SERIES.id,))

    scenario.database.let_come_first(edit)
    assert scenario.complete(invite.code, sign_in).redemption.grant.libraries == (SERIES,)


def test_a_claim_that_keeps_meeting_others_says_to_try_again(scenario, maya):
    invite = scenario.invite()
    sign_in = scenario.sign_in(invite.code, maya)

    def edit():
        was = scenario.database.invites[invite.code]
        scenario.database.invites[invite.code] = replace(was, edition=was.edition + 1)

    scenario.database.before_write = edit
    with pytest.raises(TryAgain):
        complete(scenario, invite.code, sign_in)
    must_have_claimed_nothing(scenario)


def test_a_sign_in_that_is_gone_when_it_is_read_again_has_to_be_begun_again(scenario, maya):
    invite = scenario.invite()
    sign_in = scenario.sign_in(invite.code, maya)
    scenario.database.let_come_first(scenario.database.sign_ins.clear)
    with pytest.raises(SignInNotFound):
        complete(scenario, invite.code, sign_in)


def test_the_same_sign_in_completed_twice_at_once_leads_to_one_redemption(scenario, maya):
    invite = scenario.invite(limit=2)
    sign_in, others = scenario.sign_in(invite.code, maya), []
    scenario.database.let_come_first(lambda: others.append(scenario.complete(invite.code, sign_in)))
    redeemed = scenario.complete(invite.code, sign_in)
    assert redeemed.redemption.id == others[0].redemption.id
    assert (redeemed.new, len(scenario.database.redemptions)) == (False, 1)


def test_the_same_person_in_two_tabs_gets_one_redemption(scenario, maya):
    invite = scenario.invite(limit=2)
    sign_in, others = scenario.sign_in(invite.code, maya), []
    scenario.database.let_come_first(
        lambda: others.append(scenario.complete(invite.code, scenario.sign_in(invite.code, maya)))
    )
    redeemed = scenario.complete(invite.code, sign_in)
    assert redeemed.redemption.id == others[0].redemption.id
    assert (redeemed.new, len(scenario.database.redemptions)) == (False, 1)
    assert scenario.database.invites[invite.code].uses == 1


def test_a_later_sign_in_has_its_token_held_and_the_redemption_tried_at_once(scenario, maya):
    invite = scenario.invite(limit=2)
    first = scenario.complete(invite.code, scenario.sign_in(invite.code, maya)).redemption
    scenario.plex.fail("share", UNWELL, times=None)
    for _ in range(4):
        scenario.deliver()
    scenario.messages.clear()
    scenario.plex.faults.clear()
    again = scenario.complete(invite.code, scenario.sign_in(invite.code, maya))
    assert (again.redemption.id, again.new) == (first.id, False)
    assert scenario.database.tokens[first.id] == Held(tuple(scenario.plex.tokens), scenario.now + HELD_FOR)
    assert (scenario.access(first).done.tries, scenario.access(first).done.next_try_at) == (0, scenario.now)
    assert [(message.id, message.delay) for message in scenario.messages] == [(first.user.id, 0)]


def test_a_sign_in_begun_before_the_redemption_was_done_is_welcome(scenario, maya):
    """Their other tab was faster."""
    invite = scenario.invite(limit=2)
    slow = scenario.sign_in(invite.code, maya)
    done = scenario.redeem(invite, maya)
    scenario.drain()
    scenario.messages.clear()
    scenario.plex.approve(scenario.database.sign_ins[slow[0]].pin_id, maya)
    again = scenario.complete(invite.code, slow)
    assert (again.redemption, again.new) == (scenario.current(done), False)
    assert scenario.messages == []


def test_who_redeemed_a_link_is_led_back_by_it_though_it_is_used_up(scenario, maya):
    invite = scenario.invite()
    redemption = scenario.redeem(invite, maya)
    scenario.drain()
    scenario.later(days=30)
    again = complete(scenario, invite.code, scenario.sign_in(invite.code, maya))
    assert (again.redemption.id, again.new) == (redemption.id, False)
    assert scenario.sessions.find(again.token, now=scenario.now)[1].id == redemption.user.id
    assert scenario.database.invites[invite.code].uses == 1


def test_who_redeemed_a_link_is_led_back_before_they_accepted(scenario, maya):
    invite = scenario.invite(expires_at=scenario.now + timedelta(hours=1))
    redemption = scenario.redeem(invite, maya)
    scenario.change_settings(signup_enabled=False)
    scenario.later(days=1)
    again = complete(scenario, invite.code, scenario.sign_in(invite.code, maya))
    assert again.redemption.id == redemption.id
    scenario.drain()
    assert scenario.must_be_settled(redemption).state is State.DONE


def test_a_stranger_is_not_led_in_by_a_used_up_link(scenario, maya):
    invite = scenario.invite()
    scenario.redeem(invite)
    with pytest.raises(InviteNotActive):
        complete(scenario, invite.code, scenario.sign_in(invite.code, maya))


def test_an_invite_of_another_code_leads_no_one_back(scenario, maya):
    scenario.redeem(account_id=maya)
    scenario.drain()
    with pytest.raises(AlreadyHasAccess):
        scenario.redeem(account_id=maya)


def test_a_person_who_failed_may_try_again_with_the_same_link(scenario, maya):
    invite = scenario.invite()
    scenario.plex.fail("share", PlexRefused("no", status=422))
    failed = scenario.redeem(invite, maya)
    scenario.drain()
    assert scenario.must_be_settled(failed).state is State.FAILED
    again = scenario.redeem(invite, maya)
    scenario.drain()
    assert scenario.must_be_settled(again).state is State.DONE
    assert again.user.id != failed.user.id


@pytest.fixture
def closed(scenario, maya):
    """A redemption of a person whose account an admin closed; its access has not ended yet."""
    redemption = scenario.redeem(account_id=maya)
    scenario.drain()
    scenario.close_account(redemption)
    return redemption


def redeem_late(scenario, maya, **facts):
    scenario.later(minutes=1)
    return scenario.redeem(scenario.invite(**facts), maya)


def test_a_person_whose_access_is_ending_redeems_nothing(scenario, maya, closed):
    with pytest.raises(AccessEnding):
        redeem_late(scenario, maya)
    scenario.plex.end_shares(maya)
    with pytest.raises(AccessEnding):
        redeem_late(scenario, maya)
    assert [invite.uses for invite in scenario.database.invites.values()] == [1, 0, 0]


def test_a_closed_person_comes_back_by_a_later_invite_to_the_same_account(scenario, maya, closed):
    older = scenario.invite(None)
    scenario.drain()
    with pytest.raises(NotForYou):
        scenario.redeem(older, maya)
    assert scenario.database.invites[older.code].uses == 0
    again = redeem_late(scenario, maya)
    assert again.user.id == closed.user.id
    scenario.drain()
    assert scenario.must_be_settled(again).state is State.DONE


def test_a_closed_person_with_a_share_by_hand_comes_back_by_a_later_invite_as_well(scenario, maya, closed):
    scenario.drain()
    scenario.plex.share_by_hand(maya, MOVIES)
    again = redeem_late(scenario, maya)
    scenario.drain()
    assert scenario.must_be_settled(again).state is State.DONE


def test_a_person_who_comes_back_and_fails_is_remembered_as_before(scenario, maya, closed):
    scenario.drain()
    before = scenario.accounts.tombstone_of(maya)
    scenario.plex.fail("share", PlexRefused("no", status=403), times=None)
    again = redeem_late(scenario, maya)
    scenario.drain()
    assert scenario.must_be_settled(again).state is State.FAILED
    after = scenario.accounts.tombstone_of(maya)
    assert after == replace(before, ended_at=after.ended_at)
    assert after.ended_at > before.ended_at


def test_of_two_clicks_of_a_person_who_comes_back_one_reopens_the_account(scenario, maya, closed):
    scenario.drain()
    scenario.later(minutes=1)
    invite = scenario.invite(None)
    sign_in, first = scenario.sign_in(invite.code, maya), []
    scenario.database.let_come_first(lambda: None, lambda: first.append(scenario.complete(invite.code, sign_in)))
    second = scenario.complete(invite.code, sign_in)
    assert second.redemption.id == first[0].redemption.id
    assert scenario.database.invites[invite.code].uses == 1


def test_a_person_s_own_invite_does_not_bring_them_back(scenario, maya, closed):
    scenario.drain()
    scenario.later(minutes=1)
    own = scenario.invite(created_by=closed.user)
    with pytest.raises(InviteNotActive):
        scenario.redeem(own, maya)


def meanwhile(scenario, change):
    """Have it happen while plex.tv is asked for the person's servers."""

    def before_call():
        if scenario.plex.calls[-1] == "server_ids":
            change()

    scenario.plex.before_call = before_call


def test_what_the_settings_say_once_plex_has_answered_counts(scenario, maya):
    version = scenario.database.settings.version
    invite = scenario.invite()
    meanwhile(scenario, lambda: scenario.change_settings(signup_enabled=False, version=version + 1))
    with pytest.raises(SignupDisabled):
        scenario.redeem(invite, maya)
    must_have_claimed_nothing(scenario)


def test_libraries_that_are_narrowed_while_plex_is_asked_are_what_is_granted(scenario, maya):
    version = scenario.database.settings.version
    meanwhile(scenario, lambda: scenario.change_settings(default_libraries=(SERIES.id,), version=version + 1))
    assert scenario.redeem(account_id=maya).grant.libraries == (SERIES,)


def test_an_invite_that_expires_while_plex_is_asked_has_expired(scenario, maya):
    invite = scenario.invite(expires_at=scenario.now + timedelta(seconds=2))
    meanwhile(scenario, lambda: scenario.later(seconds=2))
    with pytest.raises(InviteExpired):
        scenario.redeem(invite, maya)
    must_have_claimed_nothing(scenario)
