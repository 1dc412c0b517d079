import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.invites.model import CODE_ALPHABET
from chalicelib.qr_codes.model import Format
from chalicelib.vendors.qr_rendering import QUIET_ZONE, SMALLEST_PNG, render
from testing.scanning import WHITE, png_bitmap, scanned, shrunk, svg_bitmap, turned

LINK = "https://invites.example.org/signup?icode=AbCdEfGh"


def painted(link, format_):
    content = render(link, format_)
    return svg_bitmap(content) if format_ is Format.SVG else png_bitmap(content)


@pytest.mark.parametrize("format_", Format)
def test_a_scanner_reads_the_link(format_):
    assert scanned(painted(LINK, format_)) == LINK


def test_a_png_is_large_enough_to_print():
    height, width = png_bitmap(render(LINK, Format.PNG)).shape
    assert height == width >= SMALLEST_PNG == 512


@pytest.mark.parametrize("format_", Format)
def test_it_is_read_at_120_pixels(format_):
    assert scanned(shrunk(painted(LINK, format_), 120)) == LINK


@pytest.mark.parametrize("degrees", [17, 45, 90, 133, 180, 270])
def test_it_is_read_turned(degrees):
    assert scanned(turned(shrunk(painted(LINK, Format.PNG), 240), degrees)) == LINK


@pytest.mark.parametrize("format_", Format)
def test_there_are_four_modules_of_white_around_it(format_):
    bitmap = painted(LINK, format_)
    dark = np.argwhere(bitmap != WHITE)
    first, last = dark.min(axis=0), dark.max(axis=0)
    module = int(np.argmax(bitmap[first[0], first[1] :] == WHITE)) / 7  # the finder's upper edge is seven modules wide
    assert QUIET_ZONE == 4
    assert (first >= QUIET_ZONE * module).all()
    assert (np.array(bitmap.shape) - 1 - last >= QUIET_ZONE * module).all()


def test_it_is_read_with_a_tenth_of_it_dirty():
    bitmap = painted(LINK, Format.PNG).copy()
    side = bitmap.shape[0]
    spot = int(side * 0.3)
    middle = side // 2
    bitmap[middle : middle + spot, middle : middle + spot // 3] = WHITE
    assert scanned(bitmap) == LINK


def test_the_same_link_is_drawn_the_same():
    assert render(LINK, Format.PNG) == render(LINK, Format.PNG)


def test_the_longest_address_still_fits():
    link = f"https://{'a' * 492}/signup?icode={'A' * 20}"
    assert scanned(painted(link, Format.PNG)) == link


@settings(max_examples=20, deadline=None)
@given(
    host=st.from_regex(r"[a-z]{3,30}\.example\.(org|com)", fullmatch=True),
    code=st.text(CODE_ALPHABET, min_size=8, max_size=20),
)
def test_any_link_is_read(host, code):
    link = f"https://{host}/signup?icode={code}"
    assert scanned(painted(link, Format.PNG)) == link
