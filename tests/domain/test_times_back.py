"""Months, backwards."""

from chalicelib.domain.times import FIRST_MONTH, months_back


def test_months_go_back_over_the_turn_of_the_year():
    assert months_back("2028-02", 4) == ["2028-02", "2028-01", "2027-12", "2027-11"]


def test_nothing_is_older_than_the_product():
    assert months_back("2026-02", 24) == ["2026-02", FIRST_MONTH]
    assert months_back("1999-01", 24) == []
