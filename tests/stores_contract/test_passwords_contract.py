"""accounts.ports.HashPassword and VerifyPassword; the real ones need no stack."""

import pytest

from chalicelib.vendors.passwords import Argon2Passwords
from tests.fakes.accounts import FakePasswords


@pytest.fixture(params=[FakePasswords, Argon2Passwords])
def passwords(request):
    return request.param()


def test_a_password_is_known_by_its_hash(passwords):
    hashed = passwords.hash("correct horse")
    assert hashed != "correct horse"
    assert passwords.verify("correct horse", hashed)
    assert not passwords.verify("Correct horse", hashed)
    assert not passwords.verify("", hashed)


def test_without_a_hash_no_password_is_right(passwords):
    assert not passwords.verify("correct horse", None)
    assert not passwords.verify("", None)
