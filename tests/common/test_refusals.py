"""Refusals and their keys."""

import re

from chalicelib.common import refusals
from chalicelib.common.refusals import BadInput, InviteExpired, PlexUnavailable, Refusal, TooManyRequests, TryAgain


def test_a_refusal_s_key_is_its_class_and_its_detail():
    assert (InviteExpired().code, InviteExpired().key) == ("InviteExpired", "InviteExpired")
    revive = InviteExpired("revive")
    assert (revive.code, revive.key, str(revive)) == ("InviteExpired", "InviteExpired.revive", "InviteExpired.revive")


def test_a_refusal_has_its_field_and_the_facts_of_its_sentence():
    refusal = BadInput("search", field="q", longest=100)
    assert (refusal.field, refusal.facts) == ("q", {"longest": 100})
    assert (BadInput().field, BadInput().facts) == (None, {})


def test_what_may_work_later_says_when():
    assert TryAgain().retry_after == 5
    assert (PlexUnavailable(retry_after=9).retry_after, TooManyRequests("x", retry_after=1).key) == (
        9,
        "TooManyRequests.x",
    )


def test_the_tree_in_the_docstring_is_that_of_the_classes():
    drawn = re.findall(r"^([│├└─ ]*)([A-Z]\w+)(?: {2}.*)?$", refusals.__doc__ or "", re.MULTILINE)
    assert [(name, len(branch) // 4) for branch, name in drawn] == list(_tree(Refusal))


def _tree(kind, depth=0):
    yield kind.__name__, depth
    for each in kind.__subclasses__():
        yield from _tree(each, depth + 1)
