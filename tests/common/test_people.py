"""What people may do."""

import pytest

from chalicelib.common.people import Actor, Permission, Person, edited_permissions, known_permissions
from chalicelib.common.refusals import NotAllowed


def an_actor(*permissions):
    return Actor(id="u1", name="Maya", permissions=frozenset(permissions))


@pytest.mark.parametrize("permission", Permission)
def test_an_admin_may_do_everything(permission):
    assert an_actor(Permission.ADMIN).may(permission)
    an_actor(Permission.ADMIN).must(permission)


def test_one_of_several_permissions_is_enough():
    ruth = an_actor(Permission.VIEW_INVITES, Permission.STREAMARR)
    assert ruth.may(Permission.VIEW_INVITES)
    assert ruth.may(Permission.MANAGE_INVITES, Permission.VIEW_INVITES)
    assert not ruth.may(Permission.MANAGE_INVITES, Permission.CREATE_INVITES)
    ruth.must(Permission.MANAGE_INVITES, Permission.VIEW_INVITES)


def test_without_a_permission_a_person_may_do_nothing():
    assert not any(an_actor().may(permission) for permission in Permission)


def test_a_refusal_names_the_permissions_that_would_do_and_the_field():
    with pytest.raises(NotAllowed) as refused:
        an_actor(Permission.STREAMARR).must(Permission.ADVANCED_INVITES, Permission.MANAGE_INVITES, field="libraries")
    assert (refused.value.key, refused.value.field) == ("NotAllowed.permission", "libraries")
    assert refused.value.facts == {"permission": "advanced_invites or manage_invites"}


def test_others_see_id_and_name():
    assert an_actor().person == Person("u1", "Maya")


def test_a_permission_of_a_newer_version_allows_nothing_and_is_not_shown():
    held = frozenset({"view_invites", "rule_the_world"})
    zoe = Actor(id="u1", name="Zoe", permissions=held)
    assert [each for each in Permission if zoe.may(each)] == [Permission.VIEW_INVITES]
    assert known_permissions(held) == ["view_invites"]


def test_an_edit_leaves_the_permissions_that_no_one_saw():
    was = frozenset({"view_invites", "rule_the_world"})
    assert edited_permissions(was, frozenset({Permission.STREAMARR})) == {"streamarr", "rule_the_world"}
