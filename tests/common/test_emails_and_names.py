"""E-mail addresses and names, as every entrance reads them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.common.emails import LONGEST_EMAIL, normal_email, parse_email
from chalicelib.common.names import LONGEST_NAME, normal_name, shown_name

LOCAL_PART = "x" * 64


@pytest.mark.parametrize(
    "address",
    [
        "maya@example.org",
        "MAYA@Example.ORG",
        "m\u00fcller@example.org",
        " maya@example.org ",
        "a.b+c@mail.example.org",
        f"{LOCAL_PART}@example.org",
        "a@" + "b" * 248 + ".org",
    ],
)
def test_what_is_an_address(address):
    assert parse_email(address)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "maya",
        "maya@",
        "@example.org",
        "a@b",
        "a b@example.org",
        "a@b@example.org",
        "a@example..org",
        "a\nb@example.org",
        "a\x00@example.org",
        "a@" + "b" * 300 + ".org",
        "a@" + "b" * 249 + ".org",
        f"{LOCAL_PART}x@example.org",
        "a\u202e@example.org",
        "ma\u200bya@example.org",
        "maya@exam\u200bple.org",
        "maya@.example.org",
        "maya@example.org.",
        "maya@example.",
    ],
)
def test_what_is_none(address):
    assert parse_email(address) is None


def test_ways_to_write_an_address_come_to_one():
    written = [
        "M\u00dcLLER@example.org",
        "mu\u0308ller@example.org",
        " m\u00fcller@EXAMPLE.org",
        "\uff4d\u00fcller@example.org",
    ]
    assert {normal_email(each) for each in written} == {"m\u00fcller@example.org"}
    assert {parse_email(each) for each in written} == {"m\u00fcller@example.org"}


def test_a_name_is_one_printable_line():
    assert shown_name("  Ma\nya\u202e \x00 B.\t") == "Ma ya B."
    assert shown_name("u\u0308") == "\u00fc"
    assert len(shown_name("x" * 500)) == 100


def test_lengths_count_in_the_normal_form():
    ligatures = "\ufb03" * 22  # each becomes three letters
    assert parse_email(f"{ligatures[:21]}@example.org") == "ffi" * 21 + "@example.org"
    assert parse_email(f"{ligatures}@example.org") is None


def test_an_address_has_254_characters_at_most():
    longest = "a@" + "b" * 248 + ".org"
    assert len(longest) == LONGEST_EMAIL == 254
    assert parse_email(longest) == longest


@given(st.text(max_size=40))
def test_reading_an_address_twice_changes_nothing(text):
    for address in (parse_email(text), parse_email(f"{text}@example.org")):
        if address is not None:
            assert parse_email(address) == address == normal_email(address)
            assert address.isprintable()
            assert " " not in address


@given(st.text(max_size=150))
def test_a_name_is_shown_in_one_way(text):
    shown = shown_name(text)
    assert shown_name(shown) == shown.strip()
    assert len(shown) <= LONGEST_NAME
    assert shown.isprintable()


def test_two_names_are_the_same_however_they_are_written():
    written = ["J\u00fcrgen  M.", " j\u00dcRGEN M. ", "ju\u0308rgen\tm.", "\uff2a\u00fcrgen M."]
    assert {normal_name(name) for name in written} == {"j\u00fcrgen m."}
    assert normal_name("J\u00fcrgenM.") != normal_name("J\u00fcrgen M.")
