"""`make deploy` and `make destroy`, interrupted at every step: the same command then finishes."""

from contextlib import contextmanager

import boto3
import pytest

from infra.deploy import destroying
from infra.deploy.deploying import STEPS, Deployment
from infra.deploy.installation import Installation

APP = "streamarr-stop"


class Interrupted(BaseException):
    """Ctrl-C, a broken line, a laptop that was closed: nothing handles it."""


@pytest.fixture
def installation(rehearsal, deployed, monkeypatch):
    """Beside the one of the other tests; its functions are deployed from the same checkout."""
    for name, value in rehearsal.environment.items():
        monkeypatch.setenv(name, value)
    return Installation("dev", APP, rehearsal.project)


def deploy_up_to(step, installation):
    """Interrupted before that step."""
    begin = Deployment._begin

    def begin_or_stop(self, number, what):
        if number == step:
            raise Interrupted
        begin(self, number, what)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Deployment, "_begin", begin_or_stop)
        with pytest.raises(Interrupted):
            deploy(installation)


def deploy(installation):
    deployment = Deployment(installation, {"AlarmEmail": "owner@example.org"}, delay=1, patience=20)
    deployment.run()
    return deployment


def names(rehearsal):
    """What is there of that app, by kind."""
    found = {
        "tables": rehearsal.client("dynamodb").list_tables()["TableNames"],
        "queues": rehearsal.client("sqs").list_queues().get("QueueUrls", []),
        "buckets": [each["Name"] for each in rehearsal.client("s3").list_buckets()["Buckets"]],
        "functions": [each["FunctionName"] for each in rehearsal.client("lambda").list_functions()["Functions"]],
        "roles": [each["RoleName"] for each in rehearsal.client("iam").list_roles()["Roles"]],
        "rules": [each["Name"] for each in rehearsal.client("events").list_rules()["Rules"]],
        "rest apis": [each["name"] for each in rehearsal.client("apigateway").get_rest_apis()["items"]],
        "stacks": [each["StackName"] for each in rehearsal.client("cloudformation").describe_stacks()["Stacks"]],
    }
    return {kind: sorted(name for name in those if APP in name) for kind, those in found.items()}


@contextmanager
def stopped_after(calls):
    """In this process, after so many calls that change something at AWS."""
    left = [calls]

    def count(model, **_):
        if not model.name.startswith(("Describe", "List", "Get", "Head")):
            left[0] -= 1
            if left[0] == 0:
                raise Interrupted

    session = boto3.Session.client

    def client(self, *arguments, **named):
        made = session(self, *arguments, **named)
        made.meta.events.register("after-call", count)
        return made

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(boto3.Session, "client", client)
        yield left


def destroy_bit_by_bit(installation, *, data):
    """Each time one call further than the time before; gives how often it was interrupted."""
    for calls in range(1, 200):
        with stopped_after(calls) as left:
            try:
                destroying.destroy(Installation("dev", APP, installation.project), data=data, delay=1)
            except Interrupted:
                continue
        assert left[0] > 0
        return calls - 1
    raise AssertionError("it never ends")


def test_a_deployment_that_is_interrupted_before_each_step_and_taken_down_call_by_call(rehearsal, installation):
    for step in range(1, STEPS + 1):
        deploy_up_to(step, installation)
    assert deploy(installation).setup_token
    assert len(names(rehearsal)["rest apis"]) == 1
    for step in (2, 4, 6):  # an upgrade goes the same way
        deploy_up_to(step, installation)
    deploy(installation)
    assert len(names(rehearsal)["rest apis"]) == 1

    assert destroy_bit_by_bit(installation, data=False) > 3
    left = names(rehearsal)
    assert left["stacks"] == [f"{APP}-dev"]
    assert f"{APP}-dev-users" in left["tables"]
    assert not left["functions"] + left["roles"] + left["rules"] + left["rest apis"]

    assert destroy_bit_by_bit(installation, data=True) > 20
    assert not any(names(rehearsal).values())
    assert (
        rehearsal.client("ssm").describe_parameters(
            ParameterFilters=[{"Key": "Name", "Option": "BeginsWith", "Values": [f"/{APP}-dev/"]}]
        )["Parameters"]
        == []
    )


def test_functions_that_were_deleted_by_hand_are_made_again_and_may_be_gone_when_all_is_taken_down(
    rehearsal, installation
):
    deploy(installation)
    functions, iam = rehearsal.client("lambda"), rehearsal.client("iam")
    functions.delete_function(FunctionName=f"{APP}-dev-sweep")
    for policy in iam.list_role_policies(RoleName=f"{APP}-dev-sweep")["PolicyNames"]:
        iam.delete_role_policy(RoleName=f"{APP}-dev-sweep", PolicyName=policy)
    iam.delete_role(RoleName=f"{APP}-dev-sweep")
    deploy(installation)
    assert f"{APP}-dev-sweep" in names(rehearsal)["functions"]
    functions.delete_function(FunctionName=f"{APP}-dev-tidy_qr")
    destroying.destroy(installation, data=True, delay=1)
    assert not any(names(rehearsal).values())
