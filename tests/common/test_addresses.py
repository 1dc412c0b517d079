"""Which web addresses are taken."""

import pytest

from chalicelib.common.addresses import must_be_address
from chalicelib.common.refusals import BadInput


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:8000",
        "https://a.example.org/",
        "https://a.example.org/x/y_z~1",
        "http://[::1]:8000",
        "https://a",
        "https://a.example.org:65535",
        "https://a.example.org/" + "x" * 478,
    ],
)
def test_an_address_is_taken(address):
    must_be_address(address, field="application_url")


@pytest.mark.parametrize(
    "address",
    [
        "",
        "example.org",
        "//example.org",
        "https://",
        "https:///path",
        "https://-a.example.org",
        "https://a.example.org:0x50",
        "https://a.example.org:65536",
        "https://a@b.example.org",
        "https://a.example.org?",
        "https://a.example.org#",
        "https://a.example.org/\n",
        "https://a.example.org/ä",
        'https://a.example.org/"><script>',
        "HTTPS://a.example.org",
        "data:text/html,x",
        "https://a.example.org/" + "x" * 479,
    ],
)
def test_an_address_is_refused(address):
    with pytest.raises(BadInput) as refused:
        must_be_address(address, field="application_url")
    assert (refused.value.key, refused.value.field) == ("BadInput.address", "application_url")
