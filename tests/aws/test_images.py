from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from botocore.exceptions import ClientError
from moto.core import set_initial_no_auth_action_count

from chalicelib.aws import clients
from chalicelib.aws.images import S3Images
from chalicelib.qr_codes.model import Format

BUCKET, KEY = "images", "qr/AbCdEfGh/5d41402a.svg"


@pytest.fixture
def images():
    clients.s3().create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    return S3Images(BUCKET)


def test_an_image_is_there_until_it_is_deleted(images):
    assert not images.exists(KEY)
    images.put(KEY, b"<svg/>", Format.SVG)
    assert images.exists(KEY)
    images.delete(KEY)
    images.delete(KEY)
    assert not images.exists(KEY)


def test_an_image_of_the_same_key_takes_the_place_of_the_older_one(images):
    for content in (b"<svg/>", b"<svg></svg>"):
        images.put(KEY, content, Format.SVG)
    assert clients.s3().get_object(Bucket=BUCKET, Key=KEY)["Body"].read() == b"<svg></svg>"


def test_what_s3_refuses_is_not_taken_for_missing(images):
    look = set_initial_no_auth_action_count(0)(images.exists)  # moto asks for real credentials from then on
    with pytest.raises(ClientError, match="InvalidAccessKeyId"):
        look(KEY)


@pytest.mark.parametrize(("format_", "kind"), [(Format.SVG, "image/svg+xml"), (Format.PNG, "image/png")])
def test_a_browser_saves_the_image_under_its_name(images, format_, kind):
    images.put(KEY, b"an image", format_)
    answer = requests.get(images.url(KEY, "invite-AbCdEfGh.svg"), timeout=5)
    assert (answer.status_code, answer.content) == (200, b"an image")
    assert answer.headers["Content-Type"] == kind
    assert answer.headers["Content-Disposition"] == 'attachment; filename="invite-AbCdEfGh.svg"'


def test_an_address_is_good_for_five_minutes_and_that_image(images):
    address = urlsplit(images.url(KEY, "any.svg"))
    assert address.path == f"/{KEY}"
    assert parse_qs(address.query)["X-Amz-Expires"] == ["300"]


@pytest.mark.parametrize(("region", "host"), [("us-east-1", "s3"), ("eu-central-1", "s3.eu-central-1")])
def test_a_presigned_url_names_the_bucket_s_own_region(monkeypatch, region, host):
    monkeypatch.setenv("AWS_DEFAULT_REGION", region)
    url = S3Images("some-bucket").url("qr/a/b.png", "b.png")
    assert url.startswith(f"https://some-bucket.{host}.amazonaws.com/qr/a/b.png?")
    assert parse_qs(urlsplit(url).query)["X-Amz-Algorithm"] == ["AWS4-HMAC-SHA256"]
