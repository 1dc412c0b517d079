"""Which entries others hear of, and who."""

import pytest

from chalicelib.access.progress import State
from chalicelib.accounts.model import Why
from chalicelib.common.people import Permission, Person
from chalicelib.events.catalogue import NAMES, TYPES, fits, is_pattern, may_hear, name_of
from chalicelib.events.model import Entry
from local.openapi import contract
from local.run import ROOT
from testing.invite_builders import NOW, a_user


def an_entry(subject, action):
    return Entry(id="1", subject=subject, action=action, by=Person("jo", "Jo"), at=NOW, before={}, after={})


@pytest.mark.parametrize(
    ("subject", "action", "name"),
    [
        ("invite#AbCdEfGh", "created", "invite.created"),
        ("redemption#1", "needs attention", "redemption.needs_attention"),
        ("settings", "changed", "settings.changed"),
        ("user#1", "signed in", None),
        ("user#1", "password reset", None),
        ("endpoint#1", "tested", None),
    ],
)
def test_an_entry_has_the_name_of_its_event_or_is_for_the_journal_alone(subject, action, name):
    assert name_of(an_entry(subject, action)) == name


@pytest.mark.parametrize("text", ["*", "invite.*", "invite.created", "redemption.needs_attention"])
def test_a_pattern_chooses_some_event(text):
    assert is_pattern(text)


@pytest.mark.parametrize("text", ["", "invite", "invite.", "*.created", "invite.born", "invite.*x", "invites.*", " *"])
def test_what_chooses_no_event_is_no_pattern(text):
    assert not is_pattern(text)


def test_a_group_is_not_what_begins_alike():
    assert fits("invite.*", "invite.created")
    assert not fits("invite.*", "invites.created")
    assert not fits("invite.created", "invite.changed")


@pytest.mark.parametrize(
    ("name", "hearing"),
    [
        ("invite.created", {Permission.ADMIN, Permission.MANAGE_INVITES}),
        ("redemption.done", {Permission.ADMIN, Permission.MANAGE_INVITES, Permission.MANAGE_USERS}),
        ("member.changed", {Permission.ADMIN, Permission.MANAGE_USERS}),
        ("access.changed", {Permission.ADMIN, Permission.MANAGE_USERS}),
        ("settings.changed", {Permission.ADMIN}),
        ("endpoint.created", {Permission.ADMIN}),
    ],
)
def test_each_event_is_for_those_who_may_see_what_it_tells(name, hearing):
    assert {each for each in Permission if may_hear(a_user("ruth", each), name, "jo")} == hearing


def test_an_inviter_hears_of_their_own_invites_and_of_nothing_else():
    jo = a_user("jo", Permission.CREATE_INVITES)
    assert [may_hear(jo, name, "jo") for name in ("invite.created", "redemption.done", "member.changed")] == [
        True,
        True,
        False,
    ]
    assert not may_hear(jo, "invite.created", "ruth")


def test_every_action_that_is_an_event_is_noted_somewhere():
    sources = [each.read_text() for each in (ROOT / "chalicelib").rglob("*.py") if each.name != "catalogue.py"]
    states = {state.value.replace("_", " ") for state in State} | {why.value for why in Why}
    for _, action in NAMES:
        assert action in states or any(f'"{action}"' in source for source in sources), action


def test_the_contract_lists_the_events():
    assert set(contract()["components"]["schemas"]["EventType"]["enum"]) == set(TYPES) >= set(NAMES.values())
