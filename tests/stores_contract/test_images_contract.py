"""qr_codes.ports.ImageStore."""

import pytest

from chalicelib.qr_codes.model import Format


@pytest.fixture
def key(ports):
    return f"qr/{ports.new_id()}/x.svg"


def test_an_object_is_there_until_it_is_deleted(ports, key):
    assert not ports.qr_images.exists(key)
    ports.qr_images.put(key, b"<svg/>", Format.SVG)
    ports.qr_images.put(key, b"<svg></svg>", Format.SVG)
    assert ports.qr_images.exists(key)
    ports.qr_images.delete(key)
    ports.qr_images.delete(key)
    assert not ports.qr_images.exists(key)


def test_an_address_names_the_object_and_the_file_to_save_it_as(ports, key):
    ports.qr_images.put(key, b"<svg/>", Format.SVG)
    url = ports.qr_images.url(key, "invite-AbCdEfGh.svg")
    assert url.startswith("http")
    assert key in url
    assert "invite-AbCdEfGh.svg" in url
