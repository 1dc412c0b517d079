"""A managed profile stays when its account is closed, until a person says that it may go."""

from datetime import timedelta

import pytest

from chalicelib.access.deciding.profiles import DeletingProfiles
from chalicelib.access.looking import AskingForLooks, Looking
from chalicelib.common.people import Permission
from chalicelib.common.refusals import AccessOutOfDate, NoAccess, NotAllowed, TryAgain
from chalicelib.plex.errors import TemporaryPlexError


@pytest.fixture
def manager(scenario):
    return scenario.user("mona", Permission.MANAGE_USERS)


@pytest.fixture
def closed(scenario):
    """The redemption of a local account with a profile in the Home, which was closed."""
    redemption = scenario.redeem_locally(name="Tom", plex_home=True)
    scenario.drain()
    scenario.close_account(redemption)
    scenario.drain()
    return redemption


@pytest.fixture
def delete(scenario, manager):
    def decide(redemption, version=2, by=manager):
        deleting = scenario.use(DeletingProfiles)
        return deleting.delete(redemption.user.id, version=version, by=by, now=scenario.now)

    return decide


def look(scenario):
    scenario.use(AskingForLooks).schedule(now=scenario.now)
    scenario.messages.clear()
    scenario.use(Looking).look(deadline=scenario.now + timedelta(seconds=60))


def test_it_goes_with_a_person_s_word_and_its_seat_is_free(scenario, closed, delete, manager):
    access = scenario.access(closed)
    look(scenario)
    assert (access.has_profile, access.plex_id in scenario.plex.home, scenario.database.gate.home) == (True, True, 2)
    delete(closed)
    scenario.drain()
    look(scenario)
    gone = scenario.access(closed)
    assert (gone.has_profile, gone.is_settled, gone.plex_id in scenario.plex.home) == (False, True, False)
    assert scenario.database.gate.home == 1
    entry = scenario.database.journal[-1]
    assert (entry.action, entry.by) == ("profile deleted", manager.person)


def test_an_answer_that_is_lost_deletes_no_other_profile(scenario, closed, delete):
    delete(closed)
    scenario.plex.fail("remove_from_home", TemporaryPlexError("lost"), after=True)
    scenario.drain()
    assert scenario.plex.home == [scenario.plex.owner.id]
    assert scenario.access(closed).is_settled


def test_only_the_profile_of_a_closed_account_is_deleted(scenario, delete):
    with_profile = scenario.redeem_locally(name="Tom", plex_home=True)
    without = scenario.redeem()
    scenario.drain()
    scenario.close_account(without)
    scenario.drain()
    for redemption in (with_profile, without):
        with pytest.raises(NoAccess):
            delete(redemption)


def test_it_takes_who_manages_users_and_the_access_as_it_is(scenario, closed, delete):
    with pytest.raises(NotAllowed):
        delete(closed, by=scenario.user("ina"))
    with pytest.raises(AccessOutOfDate):
        delete(closed, version=1)
    scenario.database.let_come_first(lambda: delete(closed))
    with pytest.raises(TryAgain):
        delete(closed)
