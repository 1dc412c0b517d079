"""Passwords under argon2id."""

import re

from nacl.pwhash import argon2id

from chalicelib.vendors.passwords import OF_NO_ACCOUNT, Argon2Passwords

passwords = Argon2Passwords()


def test_the_password_is_right_and_another_one_is_not():
    stored = passwords.hash("correct horse")
    assert passwords.verify("correct horse", stored)
    assert not passwords.verify("correct Horse", stored)


def test_the_same_password_is_stored_differently_each_time():
    assert passwords.hash("correct horse") != passwords.hash("correct horse")


def test_an_umlaut_is_the_same_however_the_keyboard_writes_it():
    assert passwords.verify("schlu\u0308ssel", passwords.hash("schl\u00fcssel"))


def test_the_hash_of_no_account_opens_no_account():
    assert not passwords.verify("hello there", None)
    assert argon2id.verify(OF_NO_ACCOUNT.encode(), b"hello there")  # the password fits, and still opens nothing


def test_the_hash_of_no_account_costs_what_a_real_one_costs():
    parameters = re.compile(r"\$argon2id\$v=19\$m=19456,t=2,p=1\$([^$]{22})\$([^$]{43})")
    assert parameters.fullmatch(passwords.hash("anything"))
    assert parameters.fullmatch(OF_NO_ACCOUNT)


def test_a_hash_is_verified_with_and_without_an_account(monkeypatch):
    """With the test above: the same work, and so the same time, with and without an account."""
    verified = []
    monkeypatch.setattr(argon2id, "verify", lambda hashed, password: verified.append((hashed, password)))
    assert passwords.verify("wrong", "a stored one")
    assert not passwords.verify("wrong", None)
    assert verified == [(b"a stored one", b"wrong"), (OF_NO_ACCOUNT.encode(), b"wrong")]
