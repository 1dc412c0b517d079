from datetime import timedelta

import pytest

from chalicelib.accounts.model import Kind
from chalicelib.accounts.sessions import hash_secret
from chalicelib.common.people import Permission
from chalicelib.common.records import replace
from chalicelib.common.refusals import (
    GrantUnavailable,
    InviteExpired,
    InviteNotActive,
    InviteNotFound,
    LocalSigninDisabled,
    SignupDisabled,
)
from chalicelib.plex.model import Features, Grant
from chalicelib.redemptions.offers import Newcomer, ReadingOffers, chosen_server, make_offer
from chalicelib.settings.model import Settings, Trial
from tests.fakes.plex import MOVIES, MUSIC, SERIES
from tests.redemptions.scenario import RUTH


def read(scenario, code):
    return scenario.use(ReadingOffers).read(code, now=scenario.now)


def read_for_local(scenario, code):
    return scenario.use(ReadingOffers).read_for_local(code, now=scenario.now)


def draw_up_claim(scenario, *, plex_id=41):
    offer = read(scenario, scenario.invite(code="AbCdEfGh").code)
    maya = Newcomer("Maya", "Maya@Example.org", plex_id=plex_id, invited_as="maya")
    return offer.draw_up_claim(maya, new_id=scenario.new_id, now=scenario.now)


def a_newcomer(scenario, *, plex_id=41):
    claim, _ = draw_up_claim(scenario, plex_id=plex_id)
    return claim.user


@pytest.mark.parametrize("reading", [read, read_for_local])
def test_an_offer_shows_the_invite_and_the_libraries_that_it_gives_now(scenario, reading):
    invite = scenario.invite(downloads=True)
    offer = reading(scenario, invite.code)
    assert (offer.invite, offer.settings, offer.libraries) == (invite, scenario.database.settings, (MOVIES, MUSIC))


def test_a_grant_is_of_the_server_the_libraries_and_the_features(scenario):
    offer = read(scenario, scenario.invite(libraries=(SERIES.id,), live_tv=True).code)
    server = scenario.plex.server
    assert offer.grant() == Grant(server.machine_id, server.owner_id, (SERIES,), Features(live_tv=True))


def test_there_is_no_grant_while_no_server_is_chosen(scenario):
    offer = read(scenario, scenario.invite().code)
    with pytest.raises(GrantUnavailable):
        make_offer(offer.invite, Settings(signup_enabled=True), now=scenario.now)
    with pytest.raises(GrantUnavailable):
        chosen_server(Settings())


@pytest.mark.parametrize("reading", [read, read_for_local])
def test_nothing_is_offered_while_sign_up_is_off_not_even_that_there_is_no_such_invite(scenario, reading):
    scenario.change_settings(signup_enabled=False)
    for code in (scenario.invite().code, "AbCdEfGh"):
        with pytest.raises(SignupDisabled):
            reading(scenario, code)


@pytest.mark.parametrize("reading", [read, read_for_local])
@pytest.mark.parametrize("code", ["AbCdEfGh", "../admin", ""])
def test_an_unknown_code_and_what_is_no_code_are_not_found(scenario, reading, code):
    with pytest.raises(InviteNotFound):
        reading(scenario, code)


def test_what_is_no_code_is_not_looked_up(scenario):
    scenario.invite(code="short")
    with pytest.raises(InviteNotFound):
        read(scenario, "short")


def test_a_deleted_invite_is_not_found(scenario):
    with pytest.raises(InviteNotFound):
        read(scenario, scenario.invite(deleted_at=scenario.now).code)


def test_an_invite_that_is_over_used_up_or_off_is_refused_for_that(scenario):
    with pytest.raises(InviteExpired):
        read(scenario, scenario.invite(expires_at=scenario.now).code)
    with pytest.raises(InviteNotActive):
        read(scenario, scenario.invite(uses=1).code)
    with pytest.raises(InviteNotActive):
        read(scenario, scenario.invite(enabled=False).code)


def test_an_invite_of_a_library_that_is_gone_offers_nothing(scenario):
    with pytest.raises(GrantUnavailable):
        read(scenario, scenario.invite(libraries=(MOVIES.id, "gone")).code)


def test_people_without_plex_are_offered_something_only_where_the_settings_allow_it(scenario):
    scenario.change_settings(local_signin_enabled=False)
    invite = scenario.invite()
    with pytest.raises(LocalSigninDisabled) as refused:
        read_for_local(scenario, invite.code)
    assert refused.value.detail == "sign_up"
    assert read(scenario, invite.code)


def test_a_claim_holds_account_redemption_and_session_that_belong_together(scenario):
    claim, token = draw_up_claim(scenario)
    redemption, session = claim.redemption, claim.session
    assert (redemption.code, redemption.creator_id) == ("AbCdEfGh", "ruth")
    assert claim.access.decided.identity.invited_as == "maya"
    assert (redemption.user, claim.access.plex_id, redemption.created_at) == (
        claim.user.person,
        41,
        scenario.now,
    )
    assert redemption.grant.libraries == (MOVIES, MUSIC)
    assert (session.user_id, session.redemption_id) == (claim.user.id, redemption.id)
    assert session.token_hash == hash_secret(token)
    assert claim.user.id != redemption.id


def test_a_claim_never_shows_its_secrets(scenario):
    claim, _ = draw_up_claim(scenario)
    assert "secret" not in repr(replace(claim, plex_token="secret", password_hash="secret"))


def test_a_newcomer_has_the_default_permissions_and_remembers_who_invited_them(scenario):
    scenario.change_settings(default_permissions=frozenset({Permission.CREATE_INVITES}))
    claim, _ = draw_up_claim(scenario)
    user = claim.user
    assert (user.name, user.email, user.plex_id) == ("Maya", "maya@example.org", 41)
    assert (user.permissions, user.invited_by) == ({Permission.CREATE_INVITES}, RUTH)
    assert (user.redemption_id, user.created_at, user.kind) == (claim.redemption.id, scenario.now, Kind.PLEX)
    assert user.is_open


def test_a_newcomer_without_plex_is_a_local_account(scenario):
    assert a_newcomer(scenario, plex_id=None).kind is Kind.LOCAL


def test_a_newcomer_is_on_trial_for_as_long_as_the_settings_say(scenario):
    assert a_newcomer(scenario).trial_ends_at is None
    scenario.change_settings(trial=Trial(enabled=True, days=9))
    assert a_newcomer(scenario).trial_ends_at == scenario.now + timedelta(days=9)
