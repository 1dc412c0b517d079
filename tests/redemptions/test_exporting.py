"""What is stored of a person, for that person."""

import pytest

from chalicelib.access.deciding.asking import AskingForMoreTime
from chalicelib.accounts.sessions import new_session
from chalicelib.common.people import Permission
from chalicelib.common.terms import Term
from chalicelib.common.times import Unit
from chalicelib.redemptions import exporting
from chalicelib.redemptions.exporting import ExportingOwnData
from tests.redemptions.scenario import RUTH


@pytest.fixture
def member(scenario):
    redemption = scenario.redeem(scenario.invite(access_for=Term(1, Unit.MONTHS)))
    scenario.drain()
    return scenario.database.users[redemption.user.id]


def export(scenario, by):
    return scenario.use(ExportingOwnData).export(by=by, now=scenario.now)


def test_it_has_the_account_its_access_its_redemption_its_session_and_what_was_asked(scenario, member):
    request = scenario.use(AskingForMoreTime).ask("Please", by=member, now=scenario.now)
    own = export(scenario, member)
    assert (own.member.user, own.member.access) == (member, scenario.accesses.get(member.id))
    assert [each.id for each in own.redemptions] == [member.redemption_id]
    assert [session.user_id for session in own.sessions] == [member.id]
    assert own.request == request
    assert [entry.action for entry in own.entries.items] == ["asked for more time"]
    assert own.complete


def test_a_renewed_account_has_its_earlier_redemptions_too(scenario, member):
    account = scenario.accesses.get(member.id).plex_id
    scenario.plex.end_shares(account)
    scenario.redeem(scenario.invite(), account_id=account)
    scenario.drain()
    renewed = scenario.database.users[member.id]
    assert [each.id for each in export(scenario, renewed).redemptions] == [renewed.redemption_id, member.redemption_id]


def test_it_has_ones_own_invites_and_history_and_nobody_else_s(scenario, member):
    ruth, vera = scenario.database.users[RUTH.id], scenario.user("vera", Permission.ADMIN)
    own = [scenario.invite().code for _ in range(3)]
    theirs = scenario.invite(created_by=vera.person)
    codes = {invite.code for invite in export(scenario, ruth).invites.items}
    assert codes >= set(own)
    assert theirs.code not in codes
    assert export(scenario, member).invites.items == ()
    assert export(scenario, vera).entries.items == ()


def test_an_account_that_was_given_nothing_has_little(scenario):
    vera = scenario.user("vera")
    own = export(scenario, vera)
    assert (own.member.access, own.redemptions, own.request, own.sessions) == (None, (), None, [])


def test_sessions_that_do_not_count_any_more_are_left_out(scenario, member):
    _, session = new_session(member.id, new_id=scenario.new_id, now=scenario.now)
    scenario.later(days=999)
    assert session.expires_at < scenario.now
    assert export(scenario, member).sessions == []


def test_what_is_too_long_says_that_it_is_not_complete(scenario, monkeypatch):
    monkeypatch.setattr(exporting, "MOST", 100)
    ruth = scenario.database.users[RUTH.id]
    for _ in range(101):
        scenario.invite()
    own = export(scenario, ruth)
    assert (len(own.invites.items), own.complete) == (100, False)
