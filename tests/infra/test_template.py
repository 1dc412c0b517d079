import shutil
import subprocess
import sys
from pathlib import Path

import cfnlint.decode  # type: ignore[import-untyped]
import pytest

TEMPLATE = Path(__file__).resolve().parents[2] / "infra" / "template.yaml"
ENTITIES = {
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
    "creations",
    "counts",
}
EXPIRING = {"held_tokens", "sessions", "sign_ins", "qr_images", "rate_limits"}
INDEXES = {
    "invites": {"newest", "by_creator", "by_status", "by_creator_and_status", "due"},
    "users": {"by_state", "trials"},
    "redemptions": {"by_code", "by_state", "due"},
    "sessions": {"by_user"},
    "held_tokens": {"due"},
    "sign_ins": {"due"},
    "qr_images": {"due"},
    "audit": {"by_month"},
}
UNTAGGABLE = {"AWS::S3::BucketPolicy", "AWS::KMS::Alias"}


@pytest.fixture(scope="module")
def template():
    content, problems = cfnlint.decode.decode(str(TEMPLATE))
    assert not problems
    return content


@pytest.fixture(scope="module")
def resources(template):
    return template["Resources"]


def of_kind(resources, kind):
    return {name: each["Properties"] for name, each in resources.items() if each["Type"] == kind}


@pytest.fixture(scope="module")
def tables(resources):
    prefix = "${App}-${Stage}-"
    found = of_kind(resources, "AWS::DynamoDB::Table").values()
    return {table["TableName"]["Fn::Sub"].removeprefix(prefix): table for table in found}


def test_cfn_lint_has_nothing_to_say():
    cfn_lint = shutil.which("cfn-lint", path=Path(sys.executable).parent)
    assert cfn_lint
    said = subprocess.run([cfn_lint, TEMPLATE], capture_output=True, text=True, check=False, timeout=60)
    assert said.stdout + said.stderr == ""
    assert said.returncode == 0


def test_every_entity_has_its_table(tables):
    assert tables.keys() == ENTITIES


def test_every_table_is_paid_by_request(tables):
    assert {table["BillingMode"] for table in tables.values()} == {"PAY_PER_REQUEST"}


def test_prod_can_be_restored_and_its_tables_cannot_be_deleted(tables):
    only_prod = {"Fn::If": ["Prod", True, False]}
    for table in tables.values():
        assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": only_prod}
        assert table["DeletionProtectionEnabled"] == only_prod


def test_what_is_for_a_while_expires_and_nothing_else_does(tables):
    expiring = {entity: table for entity, table in tables.items() if "TimeToLiveSpecification" in table}
    assert expiring.keys() == EXPIRING
    for table in expiring.values():
        assert table["TimeToLiveSpecification"] == {"AttributeName": "expires_at", "Enabled": True}


def test_lists_have_their_indexes(tables):
    found = {
        entity: {index["IndexName"] for index in table["GlobalSecondaryIndexes"]}
        for entity, table in tables.items()
        if "GlobalSecondaryIndexes" in table
    }
    assert found == INDEXES


def test_only_qr_images_tell_their_changes(tables):
    streaming = {
        entity: table["StreamSpecification"] for entity, table in tables.items() if "StreamSpecification" in table
    }
    assert streaming == {"qr_images": {"StreamViewType": "NEW_AND_OLD_IMAGES"}}


def test_data_outlives_its_stack(resources):
    for name, resource in resources.items():
        if resource["Type"] != "AWS::KMS::Alias":
            assert resource.get("DeletionPolicy") == "RetainExceptOnCreate", name
            assert resource.get("UpdateReplacePolicy") == "Retain", name


def test_what_cannot_be_provisioned_goes_to_the_dead_letter_queue(resources):
    queues = of_kind(resources, "AWS::SQS::Queue")
    assert queues["ProvisionQueue"]["RedrivePolicy"] == {
        "deadLetterTargetArn": {"Fn::GetAtt": ["ProvisionDeadQueue", "Arn"]},
        "maxReceiveCount": {"Ref": "MaxReceives"},
    }
    assert queues["ProvisionQueue"]["VisibilityTimeout"] == {"Ref": "VisibilitySeconds"}


def test_a_dead_letter_is_kept_longer_than_it_can_have_waited(resources):
    queues = of_kind(resources, "AWS::SQS::Queue")
    days = {name: queue["MessageRetentionPeriod"] / 86400 for name, queue in queues.items()}
    assert days == {"ProvisionQueue": 4, "ProvisionDeadQueue": 14, "ParkedQueue": 14}


def test_nothing_is_kept_in_the_clear(resources):
    # DynamoDB and Secrets Manager always encrypt; what must not happen is that someone turns a choice off.
    for queue in of_kind(resources, "AWS::SQS::Queue").values():
        assert queue["SqsManagedSseEnabled"] is True
    for bucket in of_kind(resources, "AWS::S3::Bucket").values():
        (rule,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        assert rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"] in {"AES256", "aws:kms"}
    for table in of_kind(resources, "AWS::DynamoDB::Table").values():
        assert table.get("SSESpecification", {"SSEEnabled": True})["SSEEnabled"] is True


def test_the_key_is_rotated(resources):
    (key,) = of_kind(resources, "AWS::KMS::Key").values()
    assert key["EnableKeyRotation"] is True


def test_the_bucket_is_private(resources):
    (bucket,) = of_kind(resources, "AWS::S3::Bucket").values()
    assert bucket["PublicAccessBlockConfiguration"] == {
        "BlockPublicAcls": True,
        "BlockPublicPolicy": True,
        "IgnorePublicAcls": True,
        "RestrictPublicBuckets": True,
    }
    assert bucket["OwnershipControls"] == {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}


def test_the_bucket_speaks_tls_only(resources):
    (policy,) = of_kind(resources, "AWS::S3::BucketPolicy").values()
    (statement,) = policy["PolicyDocument"]["Statement"]
    assert (statement["Effect"], statement["Principal"], statement["Action"]) == ("Deny", "*", "s3:*")
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert statement["Resource"] == [{"Fn::GetAtt": ["QrBucket", "Arn"]}, {"Fn::Sub": "${QrBucket.Arn}/*"}]


def test_forgotten_images_expire_at_last(resources):
    (bucket,) = of_kind(resources, "AWS::S3::Bucket").values()
    images, uploads = bucket["LifecycleConfiguration"]["Rules"]
    assert (images["Prefix"], images["ExpirationInDays"], images["Status"]) == ("qr/", 400, "Enabled")
    assert uploads["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 1}


def test_the_owners_token_starts_out_as_no_token(resources):
    (secret,) = of_kind(resources, "AWS::SecretsManager::Secret").values()
    assert secret["SecretString"] == "{}"


def test_everything_that_can_be_tagged_is(resources):
    tags = [{"Key": "app", "Value": {"Ref": "App"}}, {"Key": "stage", "Value": {"Ref": "Stage"}}]
    for name, resource in resources.items():
        if resource["Type"] not in UNTAGGABLE:
            assert resource["Properties"].get("Tags") == tags, name


def test_names_carry_app_and_stage(resources):
    keys = {"TableName", "QueueName", "BucketName", "AliasName", "Name"}
    for resource in resources.values():
        for key in keys & resource["Properties"].keys():
            assert "${App}-${Stage}" in resource["Properties"][key]["Fn::Sub"]
