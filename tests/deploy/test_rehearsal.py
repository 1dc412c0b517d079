"""`make deploy` and its relatives, to an AWS where every function runs under its own policy."""

import json
from collections import Counter
from functools import cache, partial

import pytest
from botocore.exceptions import ClientError

from chalicelib.vendors.encryption import Decrypter, Encrypter
from testing.deployed_stage import secret
from testing.rehearsal import become_owner, setup_token
from tests.deploy.steps import STEPS

FUNCTIONS = ("api_handler", "provision", "sweep", "tidy_qr", "announce", "deliver")
OWNER_TOKEN, PRIVATE_KEY = "/streamarr-prod/plex-owner-token", "/streamarr-prod/tokens-private-key"
READERS = (
    lambda ssm, name: ssm.get_parameter(Name=name),
    lambda ssm, name: ssm.get_parameter(Name=name, WithDecryption=True),
    lambda ssm, name: ssm.get_parameters(Names=[name], WithDecryption=True),
    lambda ssm, name: ssm.get_parameters_by_path(Path=name.rpartition("/")[0], WithDecryption=True),
    lambda ssm, name: ssm.get_parameter_history(Name=name, WithDecryption=True),
)
"""All that SSM has for reading a parameter; GetParameter begins each one's name."""


@pytest.fixture(scope="module")
def as_role(rehearsal, deployed):
    """SSM for a user who may do exactly what that function's role may."""
    return cache(partial(_as_role, rehearsal))


def test_a_deployment_from_nothing_prints_its_checks_and_what_to_do_next(deployed, rehearsal):
    for number in range(1, 8):
        assert f"{number}/7 " in deployed
    assert "it reads its database" in deployed
    assert f"Streamarr Invites runs on {rehearsal.outputs('prod')['SiteUrl']}." in deployed
    assert setup_token(deployed)
    assert "USD a month" in deployed


@pytest.mark.parametrize("step", STEPS)
def test_every_function_does_its_work_under_its_own_policy(stage, step):
    STEPS[step](stage)


def test_no_secret_is_in_the_functions_environment_or_in_the_configuration(rehearsal, deployed):
    token, files = setup_token(deployed), (rehearsal.project / ".chalice").rglob("*.json")
    assert all(token not in file.read_text() for file in files)
    for name in FUNCTIONS:
        variables = _configuration(rehearsal, name)["Environment"]["Variables"]
        assert token not in variables.values()
        assert ("SETUP_TOKEN_HASH" in variables) is (name == "api_handler")


def test_the_api_writes_the_owner_s_token_and_cannot_read_it(stage, as_role):
    api, good = as_role("api_handler"), stage.owner_token()
    for read in READERS:
        with pytest.raises(ClientError, match="not authorized to perform: ssm:GetParameter"):
            read(api, OWNER_TOKEN)
    api.put_parameter(Name=OWNER_TOKEN, Value=good, Type="SecureString", Overwrite=True)
    assert secret(as_role("provision"), OWNER_TOKEN) == good


@pytest.mark.parametrize("name", sorted({*FUNCTIONS} - {"provision"}))
def test_only_the_queue_function_reads_what_decrypts_invitees_tokens(stage, as_role, name):
    for read in READERS:
        with pytest.raises(ClientError, match="not authorized to perform: ssm:GetParameter"):
            read(as_role(name), PRIVATE_KEY)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_no_function_replaces_what_decrypts_invitees_tokens(stage, as_role, name):
    with pytest.raises(ClientError, match="not authorized to perform: ssm:PutParameter"):
        as_role(name).put_parameter(Name=PRIVATE_KEY, Value="another", Overwrite=True)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_no_function_reads_earlier_versions_of_the_owner_s_token(stage, as_role, name):
    with pytest.raises(ClientError, match="not authorized to perform: ssm:GetParameterHistory"):
        as_role(name).get_parameter_history(Name=OWNER_TOKEN, WithDecryption=True)


def test_what_the_deployed_api_encrypts_the_queue_function_s_role_decrypts(rehearsal, deployed, as_role):
    public = _configuration(rehearsal, "api_handler")["Environment"]["Variables"]["TOKENS_PUBLIC_KEY"]
    private = secret(as_role("provision"), PRIVATE_KEY)
    encrypted = Encrypter(public).encrypt("a token", "redemption1")
    assert Decrypter(lambda: private).decrypt(encrypted, "redemption1") == "a token"


def test_a_parameter_is_made_with_tags_by_those_who_may_tag(rehearsal, deployed):
    """As AWS has it; the deployment tags what it makes."""
    name = "/streamarr-prod/tagged"
    given = {"Name": name, "Value": "x", "Type": "SecureString", "Tags": [{"Key": "app", "Value": "streamarr"}]}
    may_put = {"Effect": "Allow", "Action": "ssm:PutParameter", "Resource": "*"}
    may_tag = {"Effect": "Allow", "Action": "ssm:AddTagsToResource", "Resource": f"arn:aws:ssm:*:*:parameter{name}"}
    with pytest.raises(ClientError, match="not authorized to perform: ssm:AddTagsToResource"):
        _as_user(rehearsal, "putter", [may_put]).put_parameter(**given)
    _as_user(rehearsal, "tagger", [may_put, may_tag]).put_parameter(**given)
    rehearsal.client("ssm").delete_parameter(Name=name)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions_are_made_as_the_configuration_says(rehearsal, deployed, name):
    made = _configuration(rehearsal, name)
    said = json.loads((rehearsal.project / ".chalice" / "config.template.json").read_text())
    own = said["lambda_functions"][name]
    assert made["Timeout"] == own.get("lambda_timeout", said["lambda_timeout"])
    assert made["MemorySize"] == own.get("lambda_memory_size", said["lambda_memory_size"])
    assert made["TracingConfig"] == {"Mode": "PassThrough"}
    assert made["Role"].endswith(f"/streamarr-prod-{name}")


def test_the_queue_function_leaves_room_for_the_others(rehearsal, deployed):
    """A new account has ten executions in all: nothing is reserved, and the queue is read for five at once."""
    functions = rehearsal.client("lambda")
    for name in FUNCTIONS:
        made = _configuration(rehearsal, name)["FunctionName"]
        answer = functions.get_function_concurrency(FunctionName=made)
        assert "ReservedConcurrentExecutions" not in answer
    (mapping,) = functions.list_event_source_mappings(FunctionName="streamarr-prod-provision")["EventSourceMappings"]
    assert mapping["ScalingConfig"] == {"MaximumConcurrency": 5}


def test_a_new_account_reserves_no_executions(rehearsal, deployed):
    functions = rehearsal.client("lambda")
    with pytest.raises(ClientError, match="below its minimum value"):
        functions.put_function_concurrency(FunctionName="streamarr-prod-sweep", ReservedConcurrentExecutions=1)


def test_the_api_is_regional_limited_and_tagged(rehearsal, deployed):
    gateway = rehearsal.client("apigateway")
    (api,) = [each for each in gateway.get_rest_apis()["items"] if each["id"] == rehearsal.outputs("prod")["ApiId"]]
    assert api["endpointConfiguration"]["types"] == ["REGIONAL"]
    tags = gateway.get_tags(resourceArn=f"arn:aws:apigateway:us-east-1::/restapis/{api['id']}")["tags"]
    assert tags == {"app": "streamarr", "stage": "prod"}
    limits = gateway.get_stage(restApiId=api["id"], stageName="api")["methodSettings"]["*/*"]
    assert (limits["throttlingRateLimit"], limits["throttlingBurstLimit"]) == (10, 50)


def test_logs_are_kept_for_as_long_as_the_template_says(rehearsal, deployed):
    groups = rehearsal.client("logs").describe_log_groups(logGroupNamePrefix="/aws/lambda/streamarr-prod")["logGroups"]
    assert {group["logGroupName"]: group["retentionInDays"] for group in groups} == {
        f"/aws/lambda/streamarr-prod{suffix}": 90
        for suffix in ("", "-provision", "-sweep", "-tidy_qr", "-announce", "-deliver")
    }


def test_schedules_and_sources_are_wired(rehearsal, deployed):
    events = rehearsal.client("events")
    rules = {
        rule["Name"]: rule["ScheduleExpression"] for rule in events.list_rules(NamePrefix="streamarr-prod")["Rules"]
    }
    assert rules == {"streamarr-prod-sweep-event": "rate(5 minutes)"}
    for rule in rules:
        (target,) = events.list_targets_by_rule(Rule=rule)["Targets"]
        assert target["Arn"].endswith(rule.removesuffix("-event"))


def test_deploying_again_changes_nothing_that_people_have(rehearsal, stage):
    code, before = stage.stack.invite(note="still there"), rehearsal.outputs("prod")
    again = rehearsal.make("deploy", "prod").stdout
    assert "0 files changed" in again
    assert "Set-up token" not in again
    assert stage.stack.shown(code)["note"] == "still there"
    assert rehearsal.outputs("prod") == {**before, "SetupTokenHash": "none"}
    answer = stage.stack.client().get("/there-is-no-such-route")
    assert (answer.status_code, answer.json()) == (404, {"Code": "NotFound", "Message": "There is nothing here."})


def test_an_interrupted_deployment_goes_on_and_a_destroyed_one_is_gone(rehearsal, deployed):
    before = _everything(rehearsal)
    policy = rehearsal.project / ".chalice" / "policies" / "api_handler.json"
    whole = policy.read_text()
    policy.write_text(whole.replace('"Effect": "Allow"', '"Effect": "Perhaps"', 1))
    stopped = rehearsal.make("deploy", "dev", check=False)
    policy.write_text(whole)
    assert stopped.returncode == 1
    assert "At step 3/7 Functions" in stopped.stdout
    assert "run the same command again" in stopped.stdout

    resumed = rehearsal.make("deploy", "dev", "AlarmEmail=owner@example.org").stdout
    assert "AWS writes to owner@example.org when the account's month comes near 5.00 USD." in resumed
    assert _everything(rehearsal)["budgets"] == ["streamarr-dev"]
    assert "An earlier run, here or elsewhere, left what is not on record" in resumed
    assert Counter(_everything(rehearsal)["rest apis"]) == Counter({"streamarr": 2})
    with rehearsal.stack("dev") as stack:
        token = become_owner(stack, setup_token(resumed))

    rehearsal.make("destroy", "dev")
    left = _everything(rehearsal)
    assert left["functions"] == before["functions"]
    assert left["roles"] == before["roles"]
    assert left["distributions"] == before["distributions"]
    assert "streamarr-dev-users" in left["tables"]
    assert "/streamarr-dev/tokens-private-key" in left["secrets"]

    again = rehearsal.make("deploy", "dev").stdout
    assert "Set-up token" not in again
    with rehearsal.stack("dev") as stack:
        assert stack.client(token).get("/auth/me").json()["user"]["name"]

    refused = rehearsal.make("destroy", "dev", "--data", check=False)
    assert (refused.returncode, "--yes streamarr-dev" in refused.stdout) == (2, True)
    rehearsal.make("destroy", "dev", "--data", "--yes", "streamarr-dev")
    assert _everything(rehearsal) == before


def _configuration(rehearsal, name):
    function = "streamarr-prod" if name == "api_handler" else f"streamarr-prod-{name}"
    return rehearsal.client("lambda").get_function_configuration(FunctionName=function)


def _as_role(rehearsal, name):
    iam = rehearsal.client("iam")
    (policy,) = iam.list_role_policies(RoleName=f"streamarr-prod-{name}")["PolicyNames"]
    document = iam.get_role_policy(RoleName=f"streamarr-prod-{name}", PolicyName=policy)["PolicyDocument"]
    return _as_user(rehearsal, f"like-{name}", document["Statement"])


def _as_user(rehearsal, user, statements):
    iam, document = rehearsal.client("iam"), {"Version": "2012-10-17", "Statement": statements}
    iam.create_user(UserName=user)
    iam.put_user_policy(UserName=user, PolicyName="only", PolicyDocument=json.dumps(document))
    key = iam.create_access_key(UserName=user)["AccessKey"]
    return rehearsal.client("ssm", key["AccessKeyId"], key["SecretAccessKey"])


def _everything(rehearsal):
    """The names of all that is there, by kind."""
    queues = rehearsal.client("sqs").list_queues().get("QueueUrls", [])
    distributions = rehearsal.client("cloudfront").list_distributions()["DistributionList"].get("Items", [])
    return {
        "tables": rehearsal.client("dynamodb").list_tables()["TableNames"],
        "queues": sorted(queues),
        "buckets": [each["Name"] for each in rehearsal.client("s3").list_buckets()["Buckets"]],
        "secrets": sorted(each["Name"] for each in rehearsal.client("ssm").describe_parameters()["Parameters"]),
        "functions": sorted(each["FunctionName"] for each in rehearsal.client("lambda").list_functions()["Functions"]),
        "mappings": len(rehearsal.client("lambda").list_event_source_mappings()["EventSourceMappings"]),
        "roles": sorted(each["RoleName"] for each in rehearsal.client("iam").list_roles()["Roles"]),
        "rules": [each["Name"] for each in rehearsal.client("events").list_rules()["Rules"]],
        "rest apis": [each["name"] for each in rehearsal.client("apigateway").get_rest_apis()["items"]],
        "logs": [each["logGroupName"] for each in rehearsal.client("logs").describe_log_groups()["logGroups"]],
        "distributions": len(distributions),
        "topics": [each["TopicArn"] for each in rehearsal.client("sns").list_topics()["Topics"]],
        "alarms": len(rehearsal.client("cloudwatch").describe_alarms()["MetricAlarms"]),
        "dashboards": len(rehearsal.client("cloudwatch").list_dashboards()["DashboardEntries"]),
        "budgets": [each["BudgetName"] for each in _budgets(rehearsal)],
        "stacks": sorted(each["StackName"] for each in rehearsal.client("cloudformation").describe_stacks()["Stacks"]),
    }


def _budgets(rehearsal):
    account = rehearsal.client("sts").get_caller_identity()["Account"]
    return rehearsal.client("budgets").describe_budgets(AccountId=account).get("Budgets", [])
