"""From which version to which a deployment goes, and when it must not."""

from types import SimpleNamespace
from typing import Any

import pytest
import requests
from botocore.exceptions import ClientError

from chalicelib import __version__
from infra.deploy import versions
from infra.deploy.installation import DeploymentError
from infra.deploy.versions import Upgrade, prepare_upgrade, schema_of_data


class Stored:
    """An installation of which the settings' item has these attributes; None: there is no table yet."""

    name = "streamarr-prod"

    def __init__(self, item):
        self.item = item

    def client(self, service):
        assert service == "dynamodb"
        return SimpleNamespace(get_item=self._get_item)

    def _get_item(self, *, TableName, Key, ConsistentRead):  # noqa: N803 - boto3's names
        assert (TableName, Key, ConsistentRead) == ("streamarr-prod-settings", {"id": {"S": "settings"}}, True)
        if self.item is None:
            raise ClientError({"Error": {"Code": "ResourceNotFoundException", "Message": ""}}, "GetItem")
        return {"Item": self.item} if self.item else {}


def an_installation(item) -> Any:
    return Stored(item)


@pytest.fixture
def site(monkeypatch):
    """Answers with what it is told to; nothing else is asked."""
    site = SimpleNamespace(answer=lambda: {"version": "0.0.9"})

    def get(path):
        assert path == "/api/health"
        return SimpleNamespace(json=site.answer)

    monkeypatch.setattr(versions, "Site", lambda _: SimpleNamespace(get=get))
    return site


@pytest.mark.parametrize(
    ("item", "schema"),
    [
        (None, 0),
        ({}, 1),
        ({"id": {"S": "settings"}}, 1),
        ({"schema_version": {"N": "3"}}, 3),
        ({"schema_version": {"N": "3"}, "migration_cursor": {"S": ""}}, 4),
        ({"migration_cursor": {"S": "here"}}, 2),
    ],
)
def test_the_schema_is_the_newest_that_an_item_may_be_of(item, schema):
    assert schema_of_data(an_installation(item)) == schema


@pytest.mark.parametrize(
    ("was", "said"),
    [
        ("0.0.9", f"from 0.0.9 to {__version__}"),
        (__version__, f"version {__version__} again"),
        (None, f"version {__version__}"),
    ],
)
def test_it_says_from_which_version_to_which(was, said):
    assert str(Upgrade(was)) == said


@pytest.mark.parametrize("item", [None, {}, {"schema_version": {"N": "2"}}, {"schema_version": {"N": "3"}}])
def test_data_of_the_same_or_an_older_schema_are_taken(monkeypatch, site, item):
    monkeypatch.setattr(versions, "SCHEMA", 3)
    assert prepare_upgrade(an_installation(item), {"SiteUrl": "https://site", "DistributionDomain": "site"}) == Upgrade(
        "0.0.9"
    )


@pytest.mark.parametrize(
    "item", [{"schema_version": {"N": "4"}}, {"schema_version": {"N": "3"}, "migration_cursor": {"S": ""}}]
)
def test_data_of_a_newer_schema_are_refused_with_what_to_do(monkeypatch, site, item):
    monkeypatch.setattr(versions, "SCHEMA", 3)
    with pytest.raises(DeploymentError, match=r"streamarr-prod are of schema 4.* knows schema 3.*Check out 0\.0\.9"):
        prepare_upgrade(an_installation(item), {"SiteUrl": "https://site", "DistributionDomain": "site"})


def _fail(error):
    def fail():
        raise error

    return fail


@pytest.mark.parametrize(
    "answer", [_fail(requests.ConnectionError()), _fail(ValueError("no JSON")), lambda: {"Code": "NotFound"}]
)
def test_a_site_that_does_not_tell_its_version_stands_in_no_way(site, answer):
    site.answer = answer
    assert prepare_upgrade(an_installation({}), {"SiteUrl": "https://site", "DistributionDomain": "site"}) == Upgrade(
        None
    )
    assert prepare_upgrade(an_installation(None), {}) == Upgrade(None)
