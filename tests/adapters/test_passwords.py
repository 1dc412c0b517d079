"""Passwords under argon2id."""

import statistics
import time

from argon2 import PasswordHasher, extract_parameters
from argon2.low_level import Type

from chalicelib.adapters.passwords import NOBODYS, Argon2Passwords

passwords = Argon2Passwords()


def test_the_password_is_right_and_another_one_is_not():
    stored = passwords.hash("correct horse")
    assert passwords.verify("correct horse", stored)
    assert not passwords.verify("correct Horse", stored)


def test_the_same_password_is_stored_differently_each_time():
    assert passwords.hash("correct horse") != passwords.hash("correct horse")


def test_an_umlaut_is_the_same_however_the_keyboard_writes_it():
    assert passwords.verify("schlu\u0308ssel", passwords.hash("schl\u00fcssel"))


def test_nobody_s_hash_lets_nobody_in():
    assert not passwords.verify("hello there", None)
    PasswordHasher().verify(NOBODYS, "hello there")  # it would be right: there is still nobody to let in


def test_nobody_s_hash_costs_what_a_real_one_costs():
    real, nobodys = extract_parameters(passwords.hash("anything")), extract_parameters(NOBODYS)
    assert real == nobodys
    assert (real.type, real.memory_cost, real.time_cost) == (Type.ID, 19456, 2)


def test_verifying_takes_the_same_time_with_and_without_an_account():
    stored = passwords.hash("correct horse")

    def median(password_hash):
        times = []
        for _ in range(9):
            start = time.perf_counter()
            passwords.verify("wrong", password_hash)
            times.append(time.perf_counter() - start)
        return statistics.median(times)

    assert 0.5 < median(None) / median(stored) < 2
