"""`chalice deploy --stage prod`, typed by hand: for changed code it suffices."""

import json
import shutil

import pytest

from infra.deploy.installation import Installation
from tests.deploy.steps import STEPS

ADDED = {"Sid": "Added", "Effect": "Allow", "Action": ["dynamodb:DescribeTable"], "Resource": "${Tables}invites"}


@pytest.fixture
def chalice_deploys(rehearsal):
    def deploy():
        return rehearsal.run(rehearsal.tool("chalice"), "deploy", "--stage", "prod")

    return deploy


def test_it_brings_changed_code_with_its_policy_and_loses_nothing(rehearsal, stage, chalice_deploys):
    code, before = stage.stack.invite(note="still there"), _beside_the_code(rehearsal)
    page = rehearsal.project / "chalicelib" / "pages" / "signup.css"
    page.write_text(page.read_text() + "\n/* changed by the rehearsal */\n")

    with _one_statement_more(rehearsal):
        done = chalice_deploys()

    assert done.returncode == 0, done.stdout + done.stderr
    assert "changed by the rehearsal" in stage.stack.client().get(f"{stage.stack.origin}/signup.css").text
    assert "Added" in [each["Sid"] for each in _policy(rehearsal, "sweep")["Statement"]]
    assert _beside_the_code(rehearsal) == before
    assert stage.stack.shown(code)["note"] == "still there"
    unknown = stage.stack.client().get("/there-is-no-such-route")
    assert (unknown.status_code, unknown.json()) == (404, {"Code": "NotFound", "Message": "There is nothing here."})
    STEPS["a_person_redeems"](stage)


def test_another_machine_needs_make_config_first(rehearsal, stage, chalice_deploys):
    """Which brings Chalice's record, too: without it, Chalice would make a second API."""
    before = _beside_the_code(rehearsal)
    for name in ("generated", "deployed"):
        shutil.rmtree(rehearsal.project / ".chalice" / name)
    (rehearsal.project / ".chalice" / "config.json").unlink()
    refused = chalice_deploys()
    assert refused.returncode != 0
    assert "config file" in refused.stdout + refused.stderr

    rehearsal.make("config", "prod")
    done = chalice_deploys()
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Creating" not in done.stdout.replace("Creating deployment package", "")
    assert _beside_the_code(rehearsal) == before
    STEPS["a_person_redeems"](stage)


class _one_statement_more:  # noqa: N801 - reads as a word
    """A policy of the repository as a version with another permission has it, while the block runs."""

    def __init__(self, rehearsal):
        self.file = rehearsal.project / ".chalice" / "policies" / "sweep.json"

    def __enter__(self):
        self.whole = self.file.read_text()
        policy = json.loads(self.whole)
        self.file.write_text(json.dumps({**policy, "Statement": [*policy["Statement"], ADDED]}))

    def __exit__(self, *_):
        self.file.write_text(self.whole)


def _beside_the_code(rehearsal):
    """What a definition put anew, or a function updated, could take with it."""
    installation, gateway = Installation("prod", project=rehearsal.project), rehearsal.client("apigateway")
    api = rehearsal.outputs("prod")["ApiId"]
    (found,) = [each for each in gateway.get_rest_apis()["items"] if each["name"] == "streamarr"]
    functions, events = rehearsal.client("lambda"), rehearsal.client("events")
    groups = rehearsal.client("logs").describe_log_groups(logGroupNamePrefix="/aws/lambda/streamarr-prod")["logGroups"]
    return {
        "outputs": rehearsal.outputs("prod"),
        "api": {name: found[name] for name in ("id", "endpointConfiguration", "minimumCompressionSize")},
        "limits": gateway.get_stage(restApiId=api, stageName="api")["methodSettings"],
        "errors": gateway.get_gateway_responses(restApiId=api)["items"],
        "tags": gateway.get_tags(resourceArn=f"arn:aws:apigateway:us-east-1::/restapis/{api}")["tags"],
        "logs": {group["logGroupName"]: group["retentionInDays"] for group in groups},
        "functions": {name: _function(functions, each) for name, each in installation.functions.items()},
        "roles": {name: _role_tags(rehearsal, name) for name in installation.functions},
        "sources": sorted(
            (each["EventSourceArn"], each["FunctionArn"], each["State"])
            for each in functions.list_event_source_mappings()["EventSourceMappings"]
        ),
        "rules": [(each["Name"], each["State"]) for each in events.list_rules()["Rules"]],
    }


def _function(client, name):
    found = client.get_function(FunctionName=name)
    kept = ("Environment", "Handler", "MemorySize", "Role", "Runtime", "Timeout", "TracingConfig")
    return {
        **{each: found["Configuration"][each] for each in kept},
        "Tags": found["Tags"],
        "Concurrency": found.get("Concurrency"),
    }


def _role_tags(rehearsal, name):
    return rehearsal.client("iam").list_role_tags(RoleName=f"streamarr-prod-{name}")["Tags"]


def _policy(rehearsal, name):
    role = f"streamarr-prod-{name}"
    (policy,) = rehearsal.client("iam").list_role_policies(RoleName=role)["PolicyNames"]
    return rehearsal.client("iam").get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]
