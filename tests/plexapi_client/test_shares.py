"""Rows of shares, one by one: what cannot be read costs that, and no more."""

from xml.etree.ElementTree import Element, SubElement

import pytest

from chalicelib.plexapi_client.shares import account_of_v1, listed_shares, share_of_v1


def a_row(**about):
    row = Element("SharedServer", {"id": "7", "userID": "41", "acceptedAt": "1700000000", **about})
    SubElement(row, "Section", id="140000101", shared="1")
    return row


def listed(*rows):
    return listed_shares(rows, account_of=account_of_v1, read=share_of_v1)


@pytest.mark.parametrize("odd", [{"id": ""}, {"id": "seven"}])
def test_a_row_that_says_whose_it_is_and_nothing_else_hides_that_account_alone(odd):
    shares = listed(a_row(**odd), a_row(id="8", userID="42"))
    assert (set(shares.by_account), shares.unread, shares.is_whole) == ({42}, {41}, True)
    assert [shares.tells_of(account_id) for account_id in (41, 42, 43)] == [False, True, True]


def test_an_account_with_one_row_that_cannot_be_read_is_not_told():
    assert not listed(a_row(id="?"), a_row()).tells_of(41)
    assert not listed(a_row(), a_row(id="?")).tells_of(41)


@pytest.mark.parametrize("odd", [{"userID": "someone"}, {"userID": ""}, {"userID": "", "acceptedAt": "0"}])
def test_where_it_is_not_said_whose_a_row_is_nobody_is_absent(odd):
    shares = listed(a_row(**odd), a_row(id="8", userID="42"))
    assert [shares.tells_of(account_id) for account_id in (41, 42)] == [False, True]


@pytest.mark.parametrize("userid", ["", "0"])
def test_an_invite_to_an_address_that_no_account_has_is_nobody_s(userid):
    shares = listed(a_row(userID=userid, acceptedAt="0", email="maya@example.org"))
    assert (shares.by_account, shares.is_whole) == ({}, True)


@pytest.mark.parametrize("backwards", [True, False])
def test_of_two_that_an_account_has_the_accepted_one_counts(backwards):
    rows = [a_row(id="1", acceptedAt="0"), a_row(id="2")]
    assert listed(*(reversed(rows) if backwards else rows)).by_account[41].id == "2"
