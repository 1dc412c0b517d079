"""E-mail addresses and names, as every entrance reads them."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.common.emails import LONGEST_EMAIL, parse_email
from chalicelib.common.names import (
    LONGEST_NAME,
    folded,
    is_of_one_script,
    is_plain_name,
    normal_name,
    shown_name,
    shown_person,
)

LOCAL_PART = "x" * 64


@pytest.mark.parametrize(
    "address",
    [
        "maya@example.org",
        "MAYA@Example.ORG",
        " maya@example.org ",
        "a.b+c@mail.example.org",
        f"{LOCAL_PART}@example.org",
        "o'hara@example.org",
        "maya@xn--mller-kva.example",
        "a@" + ".".join(["b" * 60] * 4) + ".example",
    ],
)
def test_what_is_an_address(address):
    assert parse_email(address) == address.strip().lower()


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
        f"{LOCAL_PART}x@example.org",
        "a@" + "b" * 64 + ".org",
        "a@" + ".".join(["b" * 60] * 5) + ".example",
        "maya@-example.org",
        "maya@example-.org",
        "maya@exam_ple.org",
        "a\u202e@example.org",
        "ma\u200bya@example.org",
        "maya@exam\u200bple.org",
        "maya@.example.org",
        "maya@example.org.",
        "maya@example.",
        "m\u00fcller@example.org",
        "x@stra\u00dfe.example",
        "\uff4daya@example.org",
        "maya@\u0435xample.org",
        "\ufb03@example.org",
        "ma\u212aa@example.org",
    ],
)
def test_what_is_none(address):
    assert parse_email(address) is None


def test_no_two_addresses_come_to_one_but_for_their_case():
    assert parse_email("x@strasse.example") != parse_email("x@stra\u00dfe.example")
    assert parse_email("Maya@Example.org") == parse_email("maya@example.ORG")


@given(st.text(max_size=40))
def test_reading_an_address_twice_changes_nothing(text):
    for address in (parse_email(text), parse_email(f"{text}@example.org")):
        if address is not None:
            assert parse_email(address) == address
            assert address.isascii()
            assert len(address.encode()) <= LONGEST_EMAIL


def test_a_name_is_one_printable_line():
    assert shown_name("  Ma\nya\u202e \x00 B.\t") == "Ma ya B."
    assert shown_name("u\u0308") == "\u00fc"
    assert shown_name("Ma\u3164ya\ufe0f") == "Ma ya"
    assert len(shown_name("x" * 500)) == 100


@given(st.text(max_size=150))
def test_a_name_is_shown_in_one_way(text):
    shown = shown_name(text)
    assert shown_name(shown) == shown.strip()
    assert len(shown) <= LONGEST_NAME
    assert shown.isprintable()


NAMES = [
    "Zo\u00eb",
    "\u041e\u043b\u044c\u0433\u0430",
    "\u674e\u96f7",
    "\u3055\u304f\u3089 \u82b1",
    "\u30bf\u30ed\u30a6 Taro",
    "\uae40\ubbfc\uc900",
    "\u03a3\u03bf\u03c6\u03af\u03b1",
    "\u0645\u0631\u064a\u0645",
    "\u05e9\u05e8\u05d4",
    "\u0938\u0940\u0924\u093e",
    "O'Hara-2 \U0001f3ac",
]


@pytest.mark.parametrize("name", NAMES)
def test_names_of_every_script_are_welcome(name):
    assert is_plain_name(name)
    assert shown_person(name, 7) == shown_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "Ol\u0456via",
        "M\u03b1ya",
        "\u041cay\u0430",
        "\u0418\u0432\u0430\u03bd",
    ],
)
def test_a_name_that_mixes_scripts_is_not_taken_and_not_repeated(name):
    assert not is_of_one_script(name)
    assert not is_plain_name(name)
    assert shown_person(name, 7) == "Plex 7"


@pytest.mark.parametrize("unseen", ["\u200b", "\u202e", "\u3164", "\u2800", "\ufe0f", "\u034f", "\u115f", "\u00ad"])
def test_a_name_with_something_unseen_is_not_taken_and_shown_without_it(unseen):
    assert not is_plain_name(f"Ma{unseen}ya")
    assert unseen not in shown_person(f"Ma{unseen}ya", 7)


def test_a_person_without_a_name_has_a_number():
    assert shown_person("\u3164 ", 7) == "Plex 7"


def test_a_name_that_grows_beyond_measure_is_not_taken():
    assert not is_plain_name("\ufdfa" * 60)
    assert len(normal_name("\ufdfa" * 60).encode()) > 300


def test_two_names_are_the_same_however_they_are_written():
    written = ["J\u00fcrgen  M.", " j\u00dcRGEN M. ", "ju\u0308rgen\tm.", "\uff2a\u00fcrgen M."]
    assert {normal_name(name) for name in written} == {"j\u00fcrgen m."}
    assert normal_name("J\u00fcrgenM.") != normal_name("J\u00fcrgen M.")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("coco", "\u0441\u043e\u0441\u043e"),
        ("MAYA", "\u041c\u0410\u0423\u0410"),
        ("NIKH", "\u039d\u0399\u039a\u0397"),
        ("bob", "b0b"),
    ],
)
def test_names_that_look_alike_are_the_same(one, other):
    assert normal_name(one) == normal_name(other)


def test_accents_tell_names_apart():
    assert normal_name("Zoe") != normal_name("Zo\u00eb")


@given(st.text(max_size=60))
def test_a_normal_form_is_its_own(name):
    assert normal_name(normal_name(name)) == normal_name(name) or not unicodedata.is_normalized("NFKC", name.casefold())


def test_a_search_folds_what_it_compares():
    assert folded(" M\u00dcLLER ") == "m\u00fcller"
