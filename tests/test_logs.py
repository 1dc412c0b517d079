"""What is scrubbed from texts that others wrote, and what stays readable."""

import json
import logging

import pytest

from chalicelib import __version__
from chalicelib.logs import logger, scrubbed


@pytest.mark.parametrize(
    "text",
    [
        "maya@example.org was refused",
        "token K3xZ-abcdef0123456789 was refused",
        "Bearer 0123456789abcdef0123456789abcdef.0123456789abcdef0123456789abcdef",
        "https://plex.tv/api?X-Plex-Token=abcdefghij0123456789",
    ],
)
def test_addresses_and_secrets_go(text):
    assert not [part for part in ("maya", "K3xZ", "0123456789") if part in scrubbed(text)]


@pytest.mark.parametrize(
    "text",
    [
        'File "chalicelib/web/settings/setup.py", line 31, in show_setup',
        "An error occurred (ConditionalCheckFailedException) when calling the PutItem operation",
        "chalicelib.stores.database.transactions.ConditionsFailed: plex id",
        "arn:aws:dynamodb:us-east-1:000000000000:table/streamarr-dev-redemptions",
    ],
)
def test_what_explains_a_failure_stays(text):
    assert scrubbed(text) == text


@pytest.mark.parametrize("text", ["x" * 1_000_000, "a@" * 500_000, "abcdefghij0123456789." * 50_000, "x9-" * 300_000])
def test_a_long_text_is_cut_before_it_is_scrubbed(text):
    assert len(scrubbed(text)) < 200_000


def test_every_line_names_the_version_that_wrote_it():
    said = logging.LogRecord("x", logging.INFO, __file__, 1, "said", None, None)
    assert json.loads(logger.registered_handler.format(said))["version"] == __version__
