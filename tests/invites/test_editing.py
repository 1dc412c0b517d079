"""Who may change what of an invite, and what that does."""

from datetime import timedelta

import pytest

from chalicelib.common.people import Permission
from chalicelib.common.records import replace
from chalicelib.common.refusals import BadInput, InviteNotFound, LimitBelowUses, NotAllowed, TryAgain
from chalicelib.common.times import Unit
from chalicelib.invites.editing import EditingInvites
from chalicelib.invites.model import Status
from chalicelib.invites.options import Expiry, InviteOptions
from chalicelib.plex.model import Features
from chalicelib.qr_codes.model import Format, image_of
from testing.invite_builders import NOW, SETTINGS, a_manager, a_user, an_invite, an_inviter
from tests.fakes.ports import FakePorts

CODE = an_invite().code
LATER = NOW + timedelta(hours=1)


def the_ports(*invites):
    ports = FakePorts()
    ports.database.settings = SETTINGS
    ports.database.invites = {invite.code: invite for invite in invites}
    return ports


def stored(ports):
    return ports.database.invites[CODE]


def edit(ports, by, now=LATER, **changes):
    options = InviteOptions(**changes, named=frozenset(changes))
    return ports.use(EditingInvites).edit(CODE, options, by=by, now=now)


def delete(ports, by, code=CODE):
    ports.use(EditingInvites).delete(code, by=by, now=LATER)


def use_once(ports):
    """A person redeems it meanwhile."""

    def used():
        ports.database.invites[CODE] = replace(stored(ports), uses=stored(ports).uses + 1)

    return used


def keep_an_image(ports):
    image = image_of(stored(ports), "https://invites.example.org", Format.PNG, NOW)
    ports.qr_records.keep(image, stored(ports))
    return image


def test_every_field_can_be_changed_by_a_manager():
    edited = edit(
        the_ports(an_invite()),
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
        edit(the_ports(an_invite()), an_inviter(), **change)
    assert refusal.value.field == name
    assert edit(the_ports(an_invite()), an_inviter(Permission.ADVANCED_INVITES), **change).edition == 2
    with pytest.raises(NotAllowed):
        edit(the_ports(an_invite()), an_inviter(Permission.ADVANCED_INVITES, id_="other"), **change)


def test_its_creator_changes_the_note_and_switches_it_off_though_they_may_do_nothing_else():
    ports = the_ports(an_invite())
    ruth = a_user("ruth")
    assert edit(ports, ruth, note="hello", enabled=False).note == "hello"
    with pytest.raises(NotAllowed) as refused:
        edit(ports, ruth, enabled=True)
    assert refused.value.field == "enabled"
    assert edit(ports, an_inviter(), enabled=True).enabled


@pytest.mark.parametrize("stranger", [an_inviter(id_="other"), a_user("viewer", Permission.VIEW_INVITES)])
def test_another_s_invite_is_for_managers(stranger):
    ports = the_ports(an_invite())
    for attempt in (lambda: edit(ports, stranger, note="mine"), lambda: delete(ports, stranger)):
        with pytest.raises(NotAllowed):
            attempt()
    assert stored(ports) == an_invite()


def test_a_field_given_as_it_is_changes_nothing_and_needs_no_permission():
    invite = an_invite(expires_at=LATER - timedelta(minutes=1))
    ports = the_ports(invite)
    same = {"usage_limit": 1, "expires_at": invite.expires_at, "libraries": "default", "downloads": False}
    assert edit(ports, an_inviter(), **same) == invite
    assert ports.database.journal == []


def test_a_date_that_has_passed_is_refused():
    with pytest.raises(BadInput) as refusal:
        edit(the_ports(an_invite()), a_manager(), expires_at=LATER)
    assert refusal.value.field == "expires_at"


def test_one_way_of_saying_when_it_expires_is_enough():
    with pytest.raises(BadInput):
        edit(the_ports(an_invite()), a_manager(), expires_at=None, expires_in=Expiry(1, Unit.DAYS))


def test_an_expired_invite_is_revived_by_its_date_and_by_nothing_else():
    ports = the_ports(an_invite(expires_at=NOW, enabled=False))
    assert edit(ports, a_manager(), enabled=True).status(LATER) is Status.EXPIRED
    assert edit(ports, a_manager(), expires_at=LATER + timedelta(days=1)).status(LATER) is Status.ACTIVE


def test_an_expiry_can_be_taken_off():
    for change in ({"expires_at": None}, {"expires_in": None}):
        assert edit(the_ports(an_invite(expires_at=NOW)), a_manager(), **change).expires_at is None


def test_a_claim_meanwhile_counts_against_the_new_limit():
    ports = the_ports(an_invite(limit=5, uses=1))
    ports.database.let_come_first(use_once(ports), use_once(ports))
    with pytest.raises(LimitBelowUses):
        edit(ports, a_manager(), usage_limit=2)
    assert (stored(ports).uses, stored(ports).usage_limit) == (3, 5)


def test_two_edits_at_once_do_not_undo_each_other():
    ports = the_ports(an_invite())
    ports.database.let_come_first(lambda: edit(ports, a_manager(), note="theirs"))
    edit(ports, a_manager(), usage_limit=3)
    assert (stored(ports).note, stored(ports).usage_limit, stored(ports).edition) == ("theirs", 3, 3)
    assert [entry.after.keys() for entry in ports.database.journal] == [{"note"}, {"usage_limit"}]


def test_too_many_edits_at_once_are_told_so():
    ports = the_ports(an_invite())
    ports.database.let_come_first(*[lambda: edit(ports, a_manager(), note=str(ports.new_id()))] * 5)
    with pytest.raises(TryAgain):
        edit(ports, a_manager(), usage_limit=3)


@pytest.mark.parametrize(("enabled", "action"), [(False, "switched off"), (True, "switched on")])
def test_the_switch_has_names_of_its_own_in_the_journal(enabled, action):
    ports = the_ports(an_invite(enabled=not enabled))
    edit(ports, an_inviter(), enabled=enabled)
    (entry,) = ports.database.journal
    assert (entry.action, entry.before, entry.after) == (action, {"enabled": not enabled}, {"enabled": enabled})


def test_a_switch_that_is_locked_is_told_as_a_switch():
    ports = the_ports(an_invite())
    edit(ports, a_manager(), enabled=False)
    (entry,) = ports.database.journal
    assert entry.action == "switched off"
    assert entry.after == {"enabled": False, "locked": True}


def test_a_switch_with_another_change_is_a_change():
    ports = the_ports(an_invite())
    edit(ports, an_inviter(), enabled=False, note="over")
    assert [entry.action for entry in ports.database.journal] == ["changed"]


def test_an_edit_is_told_with_the_person_and_the_time():
    ports = the_ports(an_invite())
    edit(ports, an_inviter(), note="hello")
    (entry,) = ports.database.journal
    assert (entry.subject, entry.by.id, entry.at) == (f"invite#{CODE}", "ruth", LATER)
    assert (entry.before, entry.after) == ({"note": None}, {"note": "hello"})


@pytest.mark.parametrize("change", [{"expires_at": LATER + timedelta(days=3)}, {"expires_in": Expiry(3, Unit.DAYS)}])
def test_images_follow_an_edited_expiry(change):
    ports = the_ports(an_invite())
    image = keep_an_image(ports)
    edited = edit(ports, a_manager(), **change)
    assert ports.qr_records.of_invite(CODE) == [image.following(edited, LATER)]
    assert edited.expires_at == LATER + timedelta(days=3)


def test_images_are_left_alone_by_all_other_edits():
    ports = the_ports(an_invite())
    image = keep_an_image(ports)
    edit(ports, a_manager(), now=LATER + timedelta(days=3), note="hello", usage_limit=3)
    assert ports.qr_records.of_invite(CODE) == [image]


def test_images_follow_an_expiry_given_once_more():
    """The first edit may have ended between its two writes."""
    ports = the_ports(an_invite(expires_at=LATER + timedelta(days=3)))
    image = keep_an_image(ports)
    ports.database.images[image.object_key] = replace(image, expires_at=NOW)
    edit(ports, a_manager(), expires_at=LATER + timedelta(days=3))
    assert ports.qr_records.of_invite(CODE) == [image]


def test_its_creator_deletes_it_while_no_one_has_redeemed_it():
    ports = the_ports(an_invite())
    keep_an_image(ports)
    delete(ports, an_inviter())
    assert (stored(ports).deleted_at, stored(ports).updated_at, stored(ports).edition) == (LATER, LATER, 2)
    assert ports.qr_records.of_invite(CODE) == []
    (entry,) = ports.database.journal
    assert (entry.action, entry.after, entry.by.id) == ("deleted", {}, "ruth")
    assert entry.before["usage_limit"] == 1
    with pytest.raises(InviteNotFound):
        delete(ports, an_inviter())


def test_once_redeemed_only_managers_delete_it():
    ports = the_ports(an_invite(uses=1))
    with pytest.raises(NotAllowed) as refusal:
        delete(ports, an_inviter())
    assert refusal.value.key == "NotAllowed.delete_redeemed"
    delete(ports, a_manager())
    assert stored(ports).deleted_at


def test_redeemed_while_it_was_being_deleted_it_stays():
    ports = the_ports(an_invite())
    ports.database.let_come_first(use_once(ports))
    with pytest.raises(NotAllowed):
        delete(ports, an_inviter())
    assert stored(ports) == replace(an_invite(), uses=1)


@pytest.mark.parametrize("code", ["NeverMade1", "no code"])
def test_what_is_not_there_is_not_found(code):
    with pytest.raises(InviteNotFound):
        delete(the_ports(), a_manager(), code=code)


def test_what_cannot_be_a_code_is_not_even_looked_for(monkeypatch):
    ports = the_ports()
    monkeypatch.setattr(ports.invites, "change", lambda *_: pytest.fail("the store was asked"))
    for attempt in (lambda: delete(ports, a_manager(), code="no code"), lambda: delete(ports, a_manager(), code="")):
        with pytest.raises(InviteNotFound):
            attempt()
