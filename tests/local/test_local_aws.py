import os
import signal
import subprocess
import sys
from pathlib import Path

import boto3
import pytest

from chalicelib.aws.owner_token import NOT_SET
from chalicelib.vendors.encryption import Decrypter, Encrypter
from infra.deploy.stack import StackFailedError, deploy
from local.aws import PYTHON, ROOT, EmulatorFailedError, LocalAws, free_port, ministack

TABLES = {
    "invites",
    "users",
    "identities",
    "redemptions",
    "held_tokens",
    "sessions",
    "sign_ins",
    "settings",
    "qr_images",
    "rate_limits",
    "audit",
}


OWNER_TOKEN = "/streamarr-dev/plex-owner-token"


def test_every_table_of_the_template_is_there(local_client):
    names = local_client("dynamodb").list_tables()["TableNames"]
    assert {f"streamarr-test-{table}" for table in TABLES} <= set(names)


def test_expiry_is_on_where_the_template_says_so(local_client):
    answer = local_client("dynamodb").describe_time_to_live(TableName="streamarr-test-sessions")
    assert answer["TimeToLiveDescription"] == {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires_at"}


def test_an_index_answers_queries(local_client):
    dynamodb = local_client("dynamodb")
    item = {
        "user_id": {"S": "u1"},
        "due_kind": {"S": "retry"},
        "due_at": {"N": "1700000000"},
    }
    dynamodb.put_item(TableName="streamarr-test-access", Item=item)
    found = dynamodb.query(
        TableName="streamarr-test-access",
        IndexName="due",
        KeyConditionExpression="due_kind = :kind AND due_at <= :now",
        ExpressionAttributeValues={":kind": {"S": "retry"}, ":now": {"N": "1700000001"}},
    )
    assert found["Items"] == [{name: item[name] for name in ("user_id", "due_kind", "due_at")}]


def test_what_is_encrypted_to_the_public_key_is_decrypted_with_the_stored_one(local_aws, local_client):
    stored = secret(local_client("ssm"), "/streamarr-test/tokens-private-key")
    encrypted = Encrypter(local_aws.environment["TOKENS_PUBLIC_KEY"]).encrypt("token", "r1")
    assert Decrypter(lambda: stored).decrypt(encrypted, "r1") == "token"


def test_the_owners_token_is_there_and_not_set(local_client):
    assert secret(local_client("ssm"), "/streamarr-test/plex-owner-token") == NOT_SET


def secret(ssm, name):
    return ssm.get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"]


def test_the_bucket_takes_an_image(local_aws, local_client):
    bucket = local_aws.environment["QR_BUCKET"]
    local_client("s3").put_object(Bucket=bucket, Key="qr/ABC.png", Body=b"png")
    assert local_client("s3").get_object(Bucket=bucket, Key="qr/ABC.png")["Body"].read() == b"png"


def test_the_environment_is_all_that_the_app_needs(local_aws):
    assert local_aws.environment.keys() == {
        "AWS_ENDPOINT_URL",
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_REGION",
        "AWS_DEFAULT_REGION",
        "APP_NAME",
        "STAGE",
        "PROVISION_QUEUE_NAME",
        "PROVISION_QUEUE_URL",
        "QR_BUCKET",
        "QR_STREAM_ARN",
        "JOURNAL_STREAM_ARN",
        "TOKENS_PUBLIC_KEY",
        "DELIVERY_PUBLIC_KEY",
    }


def test_a_stack_that_is_there_is_updated(local_aws, local_client):
    for seconds in ("10", "20", "20"):
        values = {"App": "other", "Stage": "dev", "VisibilitySeconds": seconds}
        outputs = deploy(session_of(local_aws), "other-dev", values, endpoint=local_aws.endpoint, delay=1)
        url = outputs["ProvisionQueueUrl"]
        answer = local_client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["VisibilityTimeout"])
        assert answer["Attributes"]["VisibilityTimeout"] == seconds


def test_only_prod_can_be_restored_and_cannot_be_deleted(local_aws, local_client):
    values = {"App": "other", "Stage": "prod", "Protect": "on"}
    deploy(session_of(local_aws), "other-prod", values, endpoint=local_aws.endpoint, delay=1)
    assert safety(local_client("dynamodb"), "other-prod-users") == ("ENABLED", True)
    assert safety(local_client("dynamodb"), "streamarr-test-users") == ("DISABLED", False)


def safety(dynamodb, table):
    backups = dynamodb.describe_continuous_backups(TableName=table)["ContinuousBackupsDescription"]
    recovery = backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"]
    return recovery, dynamodb.describe_table(TableName=table)["Table"]["DeletionProtectionEnabled"]


@pytest.mark.parametrize("name", ["Bad_Name", "awstream", "ssmarr"])
def test_a_template_that_is_not_taken_says_why(local_aws, name):
    with pytest.raises(StackFailedError, match="must match pattern"):
        deploy(session_of(local_aws), "bad-dev", {"App": name}, endpoint=local_aws.endpoint, delay=1)


def test_it_listens_on_this_machine_only(local_aws):
    port = int(local_aws.endpoint.rpartition(":")[2])
    listening = [line.split()[1] for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    assert [address for address in listening if address.endswith(f":{port:04X}")]
    assert not [address for address in listening if address == f"00000000:{port:04X}"]


def test_a_taken_port_is_refused(local_aws):
    port = int(local_aws.endpoint.rpartition(":")[2])
    with pytest.raises(EmulatorFailedError, match=f"Port {port} is taken"), ministack(port=port):
        pass


def test_what_was_kept_is_there_after_a_restart(tmp_path):
    port = free_port()
    with ministack(port=port, data_dir=tmp_path, persist=True) as aws:
        before = (dict(aws.outputs), dict(aws.environment))
        fill(aws)
    with ministack(port=port, data_dir=tmp_path, persist=True) as aws:
        assert (dict(aws.outputs), dict(aws.environment)) == before
        assert leftovers(aws) == ("friend", "provision r1", b"png", "owner")


def session_of(aws: LocalAws):
    settings = aws.environment
    return boto3.Session(
        settings["AWS_ACCESS_KEY_ID"], settings["AWS_SECRET_ACCESS_KEY"], region_name=settings["AWS_REGION"]
    )


def clients(aws: LocalAws):
    session = session_of(aws)
    return (
        session.client("dynamodb", endpoint_url=aws.endpoint),
        session.client("sqs", endpoint_url=aws.endpoint),
        session.client("s3", endpoint_url=aws.endpoint),
        session.client("ssm", endpoint_url=aws.endpoint),
    )


def fill(aws):
    dynamodb, sqs, s3, ssm = clients(aws)
    user = {"id": {"S": "u1"}, "state": {"S": "active"}, "order": {"S": "1"}, "name": {"S": "friend"}}
    dynamodb.put_item(TableName="streamarr-dev-users", Item=user)
    sqs.send_message(QueueUrl=aws.environment["PROVISION_QUEUE_URL"], MessageBody="provision r1")
    s3.put_object(Bucket=aws.environment["QR_BUCKET"], Key="qr/x.png", Body=b"png")
    ssm.put_parameter(Name=OWNER_TOKEN, Value="owner", Overwrite=True)


def leftovers(aws):
    dynamodb, sqs, s3, ssm = clients(aws)
    (user,) = dynamodb.query(
        TableName="streamarr-dev-users",
        IndexName="by_state",
        KeyConditionExpression="#s = :s",
        ExpressionAttributeNames={"#s": "state"},
        ExpressionAttributeValues={":s": {"S": "active"}},
    )["Items"]
    (message,) = sqs.receive_message(QueueUrl=aws.environment["PROVISION_QUEUE_URL"])["Messages"]
    image = s3.get_object(Bucket=aws.environment["QR_BUCKET"], Key="qr/x.png")["Body"].read()
    return user["name"]["S"], message["Body"], image, secret(ssm, OWNER_TOKEN)


OWNER = """
import signal, time
from local.aws import free_port, ministack
signal.signal(signal.SIGINT, signal.default_int_handler)  # background jobs start with it ignored
with ministack(port=free_port()) as aws:
    print(aws.pid, flush=True)
    time.sleep(60)
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_it_ends_with_its_owner(number, tmp_path, gone_within):
    settings = {**os.environ, "TMPDIR": str(tmp_path)}
    command = [sys.executable, "-c", OWNER]
    with subprocess.Popen(command, cwd=ROOT, env=settings, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as owner:
        assert owner.stdout
        emulator = int(owner.stdout.readline())
        owner.send_signal(number)
        owner.wait(5)
        assert gone_within(5, emulator)
    if number != signal.SIGKILL:
        assert list(tmp_path.iterdir()) == []


def test_another_version_of_ministack_is_refused():
    script = (
        "import local.ministack_extended as extended; extended.KNOWN_VERSION = '1.5.34';"
        " extended.refuse_other_versions()"
    )
    refused = subprocess.run([PYTHON, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False, timeout=20)
    assert refused.returncode == 1
    assert "ministack 1.5.33 is installed" in refused.stderr
