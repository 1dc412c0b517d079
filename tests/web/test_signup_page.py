"""The signup page as it is made: what a chat shows of its link, and what is folded away."""

import re

import pytest

from chalicelib.common.records import replace
from chalicelib.plex.model import Library
from chalicelib.redemptions.offers import Offer
from chalicelib.web.signup.page import _offer_page, _question_page
from testing.invite_builders import SETTINGS, an_invite

LIBRARIES = tuple(
    Library(id=str(number), key=str(number), title=f"Films {number}", type="movie") for number in range(14)
)


def page(libraries=LIBRARIES, language="en", **settings):
    offer = Offer(an_invite(), replace(SETTINGS, **settings), libraries)
    return str(_offer_page("AbCdEfGh", offer, language))


def meta(html, name):
    found = re.search(rf'<meta (?:property|name)="{name}" content="([^"]*)">', html)
    return found and found[1]


def test_a_shared_link_shows_who_invites_to_what_with_a_picture():
    html = page(LIBRARIES[:2], application_url="https://invites.example.org/")
    assert "invites you to" in meta(html, "og:title")
    told = "Films 0, Films 1. Open the link and sign in with Plex."
    assert meta(html, "og:description") == meta(html, "description") == told
    assert meta(html, "og:image") == "https://invites.example.org/preview.png"


def test_without_an_invite_that_is_valid_nothing_is_told():
    html = str(_question_page("en"))
    assert (meta(html, "og:title"), meta(html, "og:description")) == ("Streamarr", "An invitation to a Plex server.")
    assert meta(html, "og:image") is None


@pytest.mark.parametrize(("count", "folded"), [(1, 0), (5, 0), (6, 0), (7, 2), (14, 9)])
def test_of_many_libraries_five_are_in_sight_and_the_rest_is_folded(count, folded):
    before, _, after = page(LIBRARIES[:count]).partition('<details class="more">')
    assert before.count("<li>") == count - folded
    assert (f"and {folded} more" in after) is bool(folded)


def test_what_people_write_is_escaped_there_too():
    html = page((replace(LIBRARIES[0], title='"><script>'),))
    assert "<script>" not in html.replace('<script type="module"', "")
