"""Who may change what of an invite, and what that does."""

import itertools
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.common.people import Permission
from chalicelib.common.refusals import BadInput, InviteNotFound, LimitBelowUses, NotAllowed
from chalicelib.common.times import Unit
from chalicelib.invites import editing
from chalicelib.invites.model import Status
from chalicelib.invites.options import Expiry, InviteOptions
from chalicelib.plex.model import Features
from testing.invite_builders import NOW, a_manager, a_user, an_invite, an_inviter
from tests.fakes.old_invites import Images, Invites

CODE = an_invite().code
LATER = NOW + timedelta(hours=1)
ids = map(str, itertools.count())


def edit(store, editor, now=LATER, **changes):
    images: Any = Images()
    return editing.edit(
        CODE,
        InviteOptions(**changes, named=frozenset(changes)),
        editor=editor,
        invites=store,
        images=images,
        new_id=lambda: next(ids),
        now=now,
    )


def delete(store: Any, by, images: Any = None, code=CODE):
    images = images or Images()
    editing.delete(code, by=by, invites=store, images=images, new_id=lambda: next(ids), now=LATER)


def test_every_field_can_be_changed_by_a_manager():
    edited = edit(
        Invites(an_invite()),
        a_manager(),
        usage_limit=None,
        expires_in=Expiry(2, Unit.WEEKS),
        libraries=("12", "12"),
        downloads=True,
        live_tv=True,
        plex_home=True,
        note="für später",
        enabled=False,
    )
    assert edited.usage_limit is None
    assert edited.expires_at == LATER + timedelta(weeks=2)
    assert edited.libraries == ("12",)
    assert edited.features == Features(downloads=True, live_tv=True, plex_home=True)
    assert (edited.note, edited.enabled, edited.locked) == ("für später", False, True)
    assert (edited.edition, edited.updated_at) == (2, LATER)


ADVANCED_CHANGES = [
    {"usage_limit": 2},
    {"expires_at": LATER + timedelta(days=1)},
    {"expires_in": Expiry(1, Unit.DAYS)},
    {"libraries": "all"},
    {"downloads": True},
    {"live_tv": True},
    {"plex_home": True},
]


@pytest.mark.parametrize("change", ADVANCED_CHANGES, ids=lambda change: next(iter(change)))
def test_advanced_fields_are_for_managers_and_for_creators_with_the_permission(change):
    (name,) = change
    with pytest.raises(NotAllowed) as refusal:
        edit(Invites(an_invite()), an_inviter(), **change)
    assert refusal.value.field == name
    assert edit(Invites(an_invite()), an_inviter(Permission.ADVANCED_INVITES), **change).edition == 2
    with pytest.raises(NotAllowed):
        edit(Invites(an_invite()), an_inviter(Permission.ADVANCED_INVITES, id_="other"), **change)


def test_its_creator_changes_note_and_switch_whatever_else_they_may_not_do():
    store = Invites(an_invite())
    ruth = a_user("ruth")
    assert edit(store, ruth, note="hello", enabled=False).note == "hello"
    assert edit(store, ruth, enabled=True).enabled


@pytest.mark.parametrize("stranger", [an_inviter(id_="other"), a_user("viewer", Permission.VIEW_INVITES)])
def test_somebody_else_s_invite_is_for_managers(stranger):
    store = Invites(an_invite())
    for attempt in (lambda: edit(store, stranger, note="mine"), lambda: delete(store, stranger)):
        with pytest.raises(NotAllowed):
            attempt()
    assert store.invites[CODE] == an_invite()


def test_a_field_given_as_it_is_changes_nothing_and_needs_no_permission():
    invite = an_invite(expires_at=LATER - timedelta(minutes=1))
    store = Invites(invite)
    same = {"usage_limit": 1, "expires_at": invite.expires_at, "libraries": "default", "downloads": False}
    assert edit(store, an_inviter(), **same) == invite
    assert store.entries == []


def test_a_date_that_has_passed_is_refused():
    with pytest.raises(BadInput) as refusal:
        edit(Invites(an_invite()), a_manager(), expires_at=LATER)
    assert refusal.value.field == "expires_at"


def test_one_way_of_saying_when_it_expires_is_enough():
    with pytest.raises(BadInput):
        edit(Invites(an_invite()), a_manager(), expires_at=None, expires_in=Expiry(1, Unit.DAYS))


def test_an_expired_invite_is_revived_by_its_date_and_by_nothing_else():
    store = Invites(an_invite(expires_at=NOW, enabled=False))
    assert edit(store, a_manager(), enabled=True).status(LATER) is Status.EXPIRED
    assert edit(store, a_manager(), expires_at=LATER + timedelta(days=1)).status(LATER) is Status.ACTIVE


def test_an_expiry_can_be_taken_off():
    for change in ({"expires_at": None}, {"expires_in": None}):
        assert edit(Invites(an_invite(expires_at=NOW)), a_manager(), **change).expires_at is None


def test_a_claim_meanwhile_counts_against_the_new_limit():
    store = Invites(an_invite(limit=5, uses=1), interruptions=[lambda store: store.used(CODE)] * 2)
    with pytest.raises(LimitBelowUses):
        edit(store, a_manager(), usage_limit=2)
    assert (store.invites[CODE].uses, store.invites[CODE].usage_limit) == (3, 5)


def test_two_edits_at_once_do_not_undo_each_other():
    store = Invites(an_invite(), interruptions=[lambda store: edit(store, a_manager(), note="theirs")])
    edit(store, a_manager(), usage_limit=3)
    assert (store.invites[CODE].note, store.invites[CODE].usage_limit, store.invites[CODE].edition) == ("theirs", 3, 3)
    assert [entry.after.keys() for entry in store.entries] == [{"note"}, {"usage_limit"}]


@pytest.mark.parametrize(("enabled", "action"), [(False, "switched off"), (True, "switched on")])
def test_the_switch_has_names_of_its_own_in_the_audit_trail(enabled, action):
    store = Invites(an_invite(enabled=not enabled))
    edit(store, an_inviter(), enabled=enabled)
    (entry,) = store.entries
    assert (entry.action, entry.before, entry.after) == (action, {"enabled": not enabled}, {"enabled": enabled})


def test_its_creator_deletes_it_while_nobody_redeemed_it():
    store, images = Invites(an_invite()), Images()
    delete(store, an_inviter(), images)
    assert store.invites[CODE].deleted_at == LATER
    assert images.asked == [CODE]
    assert (store.entries[0].action, store.entries[0].after) == ("deleted", {})
    with pytest.raises(InviteNotFound):
        delete(store, an_inviter())


def test_once_redeemed_only_managers_delete_it():
    store = Invites(an_invite(uses=1))
    with pytest.raises(NotAllowed):
        delete(store, an_inviter())
    delete(store, a_manager())
    assert store.invites[CODE].deleted_at


def test_redeemed_while_it_was_being_deleted_it_stays():
    store = Invites(an_invite(), interruptions=[lambda store: store.used(CODE)])
    with pytest.raises(NotAllowed):
        delete(store, an_inviter())
    assert store.invites[CODE] == replace(an_invite(), uses=1)


@pytest.mark.parametrize("code", ["nobodys1", "no code"])
def test_what_is_not_there_is_not_found(code):
    with pytest.raises(InviteNotFound):
        delete(Invites(), a_manager(), code=code)
