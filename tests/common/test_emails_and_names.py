import pytest

from chalicelib.common.emails import normal_email, parse_email
from chalicelib.common.names import shown_name


@pytest.mark.parametrize(
    "address", ["maya@example.org", "MAYA@Example.ORG", "m\u00fcller@example.org", " maya@example.org "]
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
        "a\u202e@example.org",
    ],
)
def test_what_is_none(address):
    assert not parse_email(address)


def test_ways_to_write_an_address_come_to_one():
    written = [
        "M\u00dcLLER@example.org",
        "mu\u0308ller@example.org",
        " m\u00fcller@EXAMPLE.org",
        "\uff4d\u00fcller@example.org",
    ]
    assert {normal_email(each) for each in written} == {"m\u00fcller@example.org"}


def test_a_name_is_one_printable_line():
    assert shown_name("  Ma\nya\u202e \x00 B.\t") == "Ma ya B."
    assert shown_name("u\u0308") == "\u00fc"
    assert len(shown_name("x" * 500)) == 100
