"""The budget, against a Budgets API in memory: one caller at a time."""

import boto3
import pytest
from moto import mock_aws

from infra.deploy import budget
from infra.deploy.installation import DeploymentError, Installation

OWNER = "owner@example.org"


@pytest.fixture
def installation(monkeypatch):
    there = {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "AWS_DEFAULT_REGION": "eu-west-1"}
    for name, value in there.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        yield Installation("prod")


def there(installation):
    client = boto3.client("budgets", region_name="us-east-1")
    found = client.describe_budgets(AccountId=installation.account)["Budgets"]
    return [(each["BudgetName"], float(each["BudgetLimit"]["Amount"]), each["TimeUnit"]) for each in found]


def test_an_owner_who_gave_an_address_has_a_budget_of_five_dollars(installation):
    said = budget.ensure(installation, email=OWNER, wanted=None)
    assert there(installation) == [("streamarr-prod", 5.0, "MONTHLY")]
    assert said == f"AWS writes to {OWNER} when the account's month comes near 5.00 USD."


def test_it_writes_at_four_fifths_at_all_of_it_and_when_it_will_be_more(installation):
    budget.ensure(installation, email=OWNER, wanted=None)
    client = boto3.client("budgets", region_name="us-east-1")
    about = {"AccountId": installation.account, "BudgetName": "streamarr-prod"}
    alerts = client.describe_notifications_for_budget(**about)["Notifications"]
    assert {(each["NotificationType"], each["Threshold"]) for each in alerts} == {
        ("ACTUAL", 80.0),
        ("ACTUAL", 100.0),
        ("FORECASTED", 100.0),
    }


def test_without_an_address_there_is_none_and_the_owner_is_told_how(installation):
    said = budget.ensure(installation, email="", wanted=None)
    assert there(installation) == []
    assert "AlarmEmail=you@example.org" in said


def test_what_is_there_stays_until_another_amount_is_named(installation):
    budget.ensure(installation, email=OWNER, wanted=20.0)
    budget.ensure(installation, email=OWNER, wanted=None)
    assert there(installation) == [("streamarr-prod", 20.0, "MONTHLY")]
    budget.ensure(installation, email=OWNER, wanted=3.5)
    assert there(installation) == [("streamarr-prod", 3.5, "MONTHLY")]


def test_none_is_wanted_with_0_and_removing_is_repeatable(installation):
    budget.ensure(installation, email=OWNER, wanted=None)
    budget.ensure(installation, email=OWNER, wanted=0.0)
    budget.remove(installation)
    assert there(installation) == []


@pytest.mark.parametrize("text", ["five", "-1", "nan", "inf", "", "1e9"])
def test_an_amount_that_is_none_is_refused(text):
    with pytest.raises(DeploymentError, match="US dollars a month"):
        budget.parse(text)


def test_an_amount_is_in_dollars():
    assert (budget.parse("7.5"), budget.parse("0")) == (7.5, 0.0)
