"""A first deployment that fails, what an earlier one left behind, and upgrades that AWS takes in small steps only."""

import json
from copy import deepcopy

import boto3
import pytest
from botocore.exceptions import ClientError

from infra.deploy import stack, template
from infra.deploy.stack import StackFailedError
from local.aws import CREDENTIALS
from testing.rehearsal import UNVERIFIED

DOMAIN = {"DomainName": "invites.example.org"}


@pytest.fixture
def session():
    return boto3.Session(
        aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
        region_name=CREDENTIALS["AWS_REGION"],
    )


@pytest.fixture
def settle(rehearsal, session, request):
    """Deploy the stack of an app of the test's own, in prod; gives what it told."""
    app = f"t{abs(hash(request.node.name)) % 10**8}"

    def deploy(**values: str) -> list[str]:
        told: list[str] = []
        named = {"App": app, "Stage": "prod", "Front": "on", **values}
        stack.deploy(session, deploy.name, named, endpoint=rehearsal.endpoint, delay=1, tell=told.append)  # type: ignore[attr-defined]
        return told

    deploy.name = f"{app}-prod"  # type: ignore[attr-defined]
    yield deploy
    for table in tables(rehearsal, deploy.name):  # type: ignore[attr-defined]
        rehearsal.client("dynamodb").update_table(TableName=table, DeletionProtectionEnabled=False)
    stack.delete(session, deploy.name, endpoint=rehearsal.endpoint, delay=1)  # type: ignore[attr-defined]
    for table in tables(rehearsal, deploy.name):  # type: ignore[attr-defined]
        rehearsal.client("dynamodb").delete_table(TableName=table)


@pytest.fixture
def unverified(rehearsal):
    mark = rehearsal.project.parent / UNVERIFIED
    mark.touch()
    yield mark
    mark.unlink(missing_ok=True)


def tables(rehearsal, name):
    names = rehearsal.client("dynamodb").list_tables()["TableNames"]
    return [each for each in names if each.startswith(f"{name}-")]


def status(rehearsal, name):
    return rehearsal.client("cloudformation").describe_stacks(StackName=name)["Stacks"][0]["StackStatus"]


def protected(rehearsal, name):
    described = (rehearsal.client("dynamodb").describe_table(TableName=each) for each in tables(rehearsal, name))
    return {table["Table"]["DeletionProtectionEnabled"] for table in described}


def test_an_account_that_is_not_verified_yet_fails_and_says_what_to_do_and_the_second_time_it_works(
    rehearsal, settle, unverified
):
    with pytest.raises(StackFailedError, match="Open a case at AWS Support"):
        settle()
    assert tables(rehearsal, settle.name) == []
    unverified.unlink()
    assert settle() == []
    assert protected(rehearsal, settle.name) == {False}
    settle(Protect="on")
    assert protected(rehearsal, settle.name) == {True}


def test_an_update_that_does_not_say_so_leaves_the_tables_protected(rehearsal, settle):
    settle()
    settle(Protect="on")
    settle(AlarmEmail="owner@example.org")
    assert protected(rehearsal, settle.name) == {True}


def test_a_creation_that_could_not_be_undone_is_mended_by_the_next(rehearsal, settle, unverified):
    """Tables that are protected from the first moment on: the stack can never be updated again."""
    with pytest.raises(StackFailedError):
        settle(Protect="on")
    assert status(rehearsal, settle.name) == "ROLLBACK_FAILED"
    unverified.unlink()
    (told,) = settle()
    assert f"{settle.name}-settings" in told
    assert status(rehearsal, settle.name) == "UPDATE_COMPLETE"


@pytest.mark.parametrize(
    ("zone", "sentence"),
    [(None, "no such zone in Route 53"), ("example.net", "another domain's")],
    ids=["no zone", "another zone"],
)
def test_a_zone_that_does_not_fit_fails_and_the_second_time_it_works(rehearsal, settle, zone, sentence):
    certificate, zone_id = a_certificate(rehearsal, "*.example.org"), a_zone(rehearsal, zone) if zone else "Z0000000"
    with pytest.raises(StackFailedError, match=sentence):
        settle(**DOMAIN, CertificateArn=certificate, HostedZoneId=zone_id)
    assert tables(rehearsal, settle.name) == []
    settle(**DOMAIN, CertificateArn=certificate, HostedZoneId=a_zone(rehearsal, "example.org"))


def test_a_certificate_of_another_domain_fails_and_the_second_time_it_works(rehearsal, settle):
    with pytest.raises(StackFailedError, match="The certificate is for another domain"):
        settle(**DOMAIN, CertificateArn=a_certificate(rehearsal, "example.net"))
    settle(**DOMAIN, CertificateArn=a_certificate(rehearsal, "invites.example.org"))


def a_zone(rehearsal, name):
    made = rehearsal.client("route53").create_hosted_zone(Name=name, CallerReference=f"{name}{id(name)}")
    return made["HostedZone"]["Id"].rpartition("/")[2]


def a_certificate(rehearsal, name):
    return rehearsal.client("acm").request_certificate(DomainName=name)["CertificateArn"]


def test_what_a_deleted_stack_left_behind_is_taken_into_the_new_one(rehearsal, session, settle):
    settle()
    settle(Protect="on")
    database, table = rehearsal.client("dynamodb"), f"{settle.name}-users"
    database.put_item(TableName=table, Item={"id": {"S": "olivia"}})
    stack.delete(session, settle.name, endpoint=rehearsal.endpoint, delay=1)
    assert table in tables(rehearsal, settle.name)
    (told,) = settle()
    assert table in told
    assert database.get_item(TableName=table, Key={"id": {"S": "olivia"}})["Item"]
    assert settle(AlarmEmail="owner@example.org") == []


def test_a_queue_without_its_dead_letters_is_not_taken_over_and_the_owner_is_told(rehearsal, session, settle):
    settle()
    stack.delete(session, settle.name, endpoint=rehearsal.endpoint, delay=1)
    queues = rehearsal.client("sqs")
    queues.delete_queue(QueueUrl=queues.get_queue_url(QueueName=f"{settle.name}-provision-dead")["QueueUrl"])
    with pytest.raises(StackFailedError, match="What exists already"):
        settle()
    queues.delete_queue(QueueUrl=queues.get_queue_url(QueueName=f"{settle.name}-provision")["QueueUrl"])
    settle()


def without_indexes(*names):
    """The template as an earlier release might have had it, with an index that is no more."""
    earlier = deepcopy(template.load())
    properties = earlier["Resources"]["Invites"]["Properties"]
    kept = [each for each in properties["GlobalSecondaryIndexes"] if each["IndexName"] not in names]
    gone = {"IndexName": "gone", "KeySchema": [{"AttributeName": "gone", "KeyType": "HASH"}]}
    properties["GlobalSecondaryIndexes"] = [*kept, {**gone, "Projection": {"ProjectionType": "KEYS_ONLY"}}]
    schemas = [properties["KeySchema"], *(each["KeySchema"] for each in properties["GlobalSecondaryIndexes"])]
    used = {key["AttributeName"] for schema in schemas for key in schema}
    definitions = [*properties["AttributeDefinitions"], {"AttributeName": "gone", "AttributeType": "S"}]
    properties["AttributeDefinitions"] = [each for each in definitions if each["AttributeName"] in used]
    return earlier


def test_several_changes_of_indexes_are_made_one_at_a_time(rehearsal, settle, monkeypatch):
    was = without_indexes("due", "by_creator")
    with monkeypatch.context() as earlier:
        earlier.setattr(template, "load", lambda: was)
        settle(Front="off")
    with monkeypatch.context() as at_once:
        at_once.setattr(template, "index_steps", lambda *_: iter(()))
        with pytest.raises(StackFailedError, match="more than one GSI creation or deletion"):
            settle(Front="off")
    settle(Front="off")
    described = rehearsal.client("dynamodb").describe_table(TableName=f"{settle.name}-invites")["Table"]
    assert {each["IndexName"] for each in described["GlobalSecondaryIndexes"]} == {
        each["IndexName"] for each in template.load()["Resources"]["Invites"]["Properties"]["GlobalSecondaryIndexes"]
    }


def test_a_template_that_is_too_long_for_a_request_is_read_from_its_bucket(rehearsal, session, settle, monkeypatch):
    long = {**template.load(), "Metadata": {"Padding": "x" * 60_000}}
    with pytest.raises(ClientError, match="51200"):
        rehearsal.client("cloudformation").validate_template(TemplateBody=json.dumps(long))
    monkeypatch.setattr(template, "load", lambda: long)
    settle(Front="off")
    account = session.client("sts", endpoint_url=rehearsal.endpoint).get_caller_identity()["Account"]
    bucket = f"{settle.name}-deploy-{account}"
    said = rehearsal.client("s3").get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
    assert set(said.values()) == {True}
