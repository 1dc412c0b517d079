import json
import logging
import re
import shutil
import subprocess
import sys
from pathlib import Path

import cfnlint.decode  # type: ignore[import-untyped]
import pytest
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER  # type: ignore[import-untyped]

from chalicelib.logs import logger
from chalicelib.metrics import NAMESPACE, Metric
from chalicelib.qr_codes.model import IDLE_LIMIT, PREFIX
from chalicelib.web.http import SECURITY_HEADERS
from chalicelib.web.origins import ORIGIN_SECRET
from chalicelib.web.rate_limits import VIEWER
from infra.deploy.template import load, write

TEMPLATE = Path(__file__).resolve().parents[2] / "infra" / "template.yaml"
ENTITIES = {
    "invites",
    "users",
    "identities",
    "redemptions",
    "access",
    "held_tokens",
    "sessions",
    "sign_ins",
    "settings",
    "qr_images",
    "rate_limits",
    "audit",
    "endpoints",
    "deliveries",
    "creations",
    "counts",
}
EXPIRING = {"held_tokens", "sessions", "sign_ins", "qr_images", "rate_limits", "deliveries"}
INDEXES = {
    "sessions": {"by_user"},
    "invites": {"newest", "by_creator", "by_status", "by_creator_and_status", "due", "by_folded_code"},
    "users": {"by_state", "trials"},
    "redemptions": {"by_code", "by_state"},
    "access": {"due", "listed", "differing", "ending"},
    "held_tokens": {"due"},
    "sign_ins": {"due"},
    "qr_images": {"due"},
    "audit": {"newest"},
}


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
def distribution(resources):
    return resources["Distribution"]["Properties"]["DistributionConfig"]


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


def test_prod_can_be_restored_but_for_what_promises_to_vanish_and_its_tables_cannot_be_deleted(tables):
    only_prod = {"Fn::If": ["Prod", True, False]}
    recoverable = {"PointInTimeRecoveryEnabled": only_prod}
    for entity, table in tables.items():
        assert table.get("PointInTimeRecoverySpecification") == (None if entity in EXPIRING else recoverable), entity
        assert table["DeletionProtectionEnabled"] == {"Fn::If": ["Protected", True, False]}


def test_what_is_for_a_while_expires_and_nothing_else_does(tables):
    expiring = {entity: table for entity, table in tables.items() if "TimeToLiveSpecification" in table}
    assert expiring.keys() == EXPIRING | {"access"}  # which keeps batches for a week
    for table in expiring.values():
        assert table["TimeToLiveSpecification"] == {"AttributeName": "expires_at", "Enabled": True}


def test_lists_have_their_indexes(tables):
    found = {
        entity: {index["IndexName"] for index in table["GlobalSecondaryIndexes"]}
        for entity, table in tables.items()
        if "GlobalSecondaryIndexes" in table
    }
    assert found == INDEXES


def test_only_qr_images_and_the_journal_have_a_stream(tables):
    streaming = {
        entity: table["StreamSpecification"] for entity, table in tables.items() if "StreamSpecification" in table
    }
    assert streaming == {
        "qr_images": {"StreamViewType": "NEW_AND_OLD_IMAGES"},
        "audit": {"StreamViewType": "NEW_IMAGE"},
    }


def test_data_outlives_its_stack(resources):
    for name, resource in resources.items():
        if "Condition" not in resource:
            assert resource.get("DeletionPolicy") == "RetainExceptOnCreate", name
            assert resource.get("UpdateReplacePolicy") == "Retain", name


def test_the_front_goes_and_nothing_else(resources):
    """`make destroy` keeps the data by turning the front off."""
    kept = {resource["Type"] for resource in resources.values() if "Condition" not in resource}
    assert kept == {
        "AWS::DynamoDB::Table",
        "AWS::SQS::Queue",
        "AWS::S3::Bucket",
        "AWS::S3::BucketPolicy",
    }
    for resource in resources.values():
        if "Condition" in resource:
            assert "DeletionPolicy" not in resource


def test_the_template_as_it_is_sent_says_the_same(resources):
    """As cfn-lint reads it, and within what CloudFormation takes from S3."""
    sent = write(load())
    assert json.loads(sent)["Resources"] == json.loads(json.dumps(resources))
    assert len(sent) < 1_000_000


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
    # DynamoDB always encrypts; where there is a choice, it must be on.
    for queue in of_kind(resources, "AWS::SQS::Queue").values():
        assert queue["SqsManagedSseEnabled"] is True
    for bucket in of_kind(resources, "AWS::S3::Bucket").values():
        (rule,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        assert rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"] in {"AES256", "aws:kms"}
    for table in of_kind(resources, "AWS::DynamoDB::Table").values():
        assert table.get("SSESpecification", {"SSEEnabled": True})["SSEEnabled"] is True


def test_buckets_are_private(resources):
    for bucket in of_kind(resources, "AWS::S3::Bucket").values():
        assert bucket["PublicAccessBlockConfiguration"] == {
            "BlockPublicAcls": True,
            "BlockPublicPolicy": True,
            "IgnorePublicAcls": True,
            "RestrictPublicBuckets": True,
        }
        assert bucket["OwnershipControls"] == {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}


@pytest.mark.parametrize("bucket", ["QrBucket", "SiteBucket"])
def test_buckets_speak_tls_only(resources, bucket):
    statement = resources[f"{bucket}Policy"]["Properties"]["PolicyDocument"]["Statement"][0]
    assert (statement["Effect"], statement["Principal"], statement["Action"]) == ("Deny", "*", "s3:*")
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert statement["Resource"] == [{"Fn::GetAtt": [bucket, "Arn"]}, {"Fn::Sub": f"${{{bucket}.Arn}}/*"}]


def test_only_cloudfront_reads_the_site(resources):
    _, reads, lists = resources["SiteBucketPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    for statement, action in ((reads, "s3:GetObject"), (lists, "s3:ListBucket")):
        assert statement["Principal"] == {"Service": "cloudfront.amazonaws.com"}
        assert statement["Action"] == action
        assert statement["Condition"]["StringEquals"]["AWS:SourceArn"]["Fn::Sub"].endswith("/${Distribution}")


def test_forgotten_images_expire_at_last(resources):
    images, uploads = resources["QrBucket"]["Properties"]["LifecycleConfiguration"]["Rules"]
    assert (images["Prefix"], images["Status"]) == (PREFIX, "Enabled")
    assert images["ExpirationInDays"] == IDLE_LIMIT.days  # no image is kept longer than one that is looked at
    assert uploads["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 1}


def test_cloudfront_sends_the_site_to_s3_and_the_rest_to_the_api(distribution):
    origins = {origin["Id"]: origin for origin in distribution["Origins"]}
    routes = {each["PathPattern"]: each["TargetOriginId"] for each in distribution["CacheBehaviors"]}
    assert routes == {"/api/*": "api", "/signup*": "pages"}
    assert distribution["DefaultCacheBehavior"]["TargetOriginId"] == "site"
    assert origins["pages"]["OriginPath"] == "/api"
    assert "OriginPath" not in origins["api"]
    for name in ("api", "pages"):
        assert origins[name]["OriginCustomHeaders"] == [
            {"HeaderName": ORIGIN_SECRET, "HeaderValue": {"Ref": "OriginSecret"}}
        ]
        assert origins[name]["CustomOriginConfig"]["OriginProtocolPolicy"] == "https-only"


def test_no_error_is_hidden_or_remembered_by_cloudfront(distribution):
    for response in distribution["CustomErrorResponses"]:
        assert response["ErrorCachingMinTTL"] == 0
        assert "ResponsePagePath" not in response


def test_the_api_gets_the_viewer_s_address_and_the_headers_that_it_needs(resources):
    request = resources["ApiRequests"]["Properties"]["OriginRequestPolicyConfig"]["HeadersConfig"]["Headers"]
    cache = resources["ApiCaching"]["Properties"]["CachePolicyConfig"]
    assert {VIEWER, "Accept", "Accept-Language", "Content-Type"} <= set(request)
    assert len(request) <= 10  # CloudFront's quota
    assert cache["ParametersInCacheKeyAndForwardedToOrigin"]["HeadersConfig"]["Headers"] == ["Authorization"]
    assert cache["MaxTTL"] == 1


def test_the_site_gets_the_headers_that_the_api_sends(resources):
    policy = resources["SecurityHeaders"]["Properties"]["ResponseHeadersPolicyConfig"]
    said = policy["SecurityHeadersConfig"]
    site, pages = (
        dict(each.strip().split(" ", 1) for each in policy.split(";"))
        for policy in (
            said["ContentSecurityPolicy"]["ContentSecurityPolicy"]["Fn::Sub"],
            SECURITY_HEADERS["Content-Security-Policy"],
        )
    )
    assert site.pop("img-src").startswith(pages.pop("img-src"))  # the site shows QR codes from their bucket
    assert site == pages
    age = said["StrictTransportSecurity"]["AccessControlMaxAgeSec"]
    assert SECURITY_HEADERS["Strict-Transport-Security"] == f"max-age={age}"
    assert said["StrictTransportSecurity"]["IncludeSubdomains"] is False
    assert said["FrameOptions"]["FrameOption"] == SECURITY_HEADERS["X-Frame-Options"]
    assert said["ReferrerPolicy"]["ReferrerPolicy"] == SECURITY_HEADERS["Referrer-Policy"]
    (opener,) = policy["CustomHeadersConfig"]["Items"]
    assert opener["Value"] == SECURITY_HEADERS["Cross-Origin-Opener-Policy"]
    every = [*(each for name, each in said.items()), opener]
    assert not any(each["Override"] for each in every)


def test_every_alarm_is_sent_and_explained(resources):
    handbook = (TEMPLATE.parents[1] / "docs" / "operations.md").read_text()
    for alarm in of_kind(resources, "AWS::CloudWatch::Alarm").values():
        assert alarm["AlarmActions"] == [{"Ref": "Alarms"}]
        assert alarm["TreatMissingData"] == "notBreaching"
        name = alarm["AlarmName"]["Fn::Sub"].removeprefix("${App}-${Stage}-")
        assert f"`{name}`" in handbook, name


def test_every_function_has_a_log_and_a_place_on_the_dashboard(resources):
    suffixes = _suffixes()
    logs = {log["LogGroupName"]["Fn::Sub"] for log in of_kind(resources, "AWS::Logs::LogGroup").values()}
    assert logs == {f"/aws/lambda/${{App}}-${{Stage}}{suffix}" for suffix in suffixes}
    dashboard = resources["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"]
    assert all(f'"${{App}}-${{Stage}}{suffix}"' in dashboard for suffix in suffixes)


def _suffixes():
    functions = json.loads((TEMPLATE.parents[1] / ".chalice" / "config.template.json").read_text())["lambda_functions"]
    return {"" if name == "api_handler" else f"-{name}" for name in functions}


def _failure_filters(resources):
    """The pattern and the weight, by the end of the function's name."""
    found = {}
    for each in of_kind(resources, "AWS::Logs::MetricFilter").values():
        (made,) = each["MetricTransformations"]
        if made["MetricName"] == "Failures":
            log = resources[each["LogGroupName"]["Ref"]]["Properties"]["LogGroupName"]["Fn::Sub"]
            found[log.removeprefix("/aws/lambda/${App}-${Stage}")] = (each["FilterPattern"], float(made["MetricValue"]))
    return found


def test_the_failures_of_every_function_feed_one_metric_with_one_alarm(resources):
    assert {suffix: weight for suffix, (_, weight) in _failure_filters(resources).items()} == {
        "": 1.0,
        "-provision": 0.05,
        "-sweep": 0.5,
        "-tidy_qr": 1.0,
        "-announce": 1.0,
        "-deliver": 0.5,
    }
    (alarm,) = [
        each for each in of_kind(resources, "AWS::CloudWatch::Alarm").values() if each["MetricName"] == "Failures"
    ]
    assert (alarm["Statistic"], alarm["Threshold"], alarm["Period"]) == ("Sum", 1, 300)


def _matches(pattern, line):
    """CloudWatch's filter of terms, any of which is enough: ?term, in quotes where it has blanks."""
    terms = re.findall(r'\?(?:"([^"]+)"|(\S+))', pattern)
    return any((quoted or bare) in line for quoted, bare in terms)


def _logged(level):
    formatter = logger.handlers[0].formatter
    assert formatter
    return str(formatter.format(logging.LogRecord("streamarr-invites", level, "file", 1, "a request", None, None)))


@pytest.mark.parametrize(
    ("line", "fails"),
    [
        (_logged(logging.ERROR), True),
        (_logged(logging.CRITICAL), True),
        (_logged(logging.INFO), False),
        (_logged(logging.WARNING), False),
        ("[ERROR] ChoresFailed: trials: 2\nTraceback (most recent call last):", True),
        ("[ERROR] Runtime.ImportModuleError: Unable to import module 'app'", True),
        ("2026-11-26T10:00:00.000Z 6c1e Task timed out after 25.00 seconds", True),
        ("RequestId: 6c1e Error: Runtime exited with error: signal: killed", True),
        ("REPORT RequestId: 6c1e Duration: 12 ms Billed Duration: 12 ms Memory Size: 512 MB", False),
        ("START RequestId: 6c1e Version: $LATEST", False),
    ],
)
def test_what_a_function_or_lambda_writes_of_a_failure_is_counted_and_nothing_else(resources, line, fails):
    for pattern, _ in _failure_filters(resources).values():
        assert _matches(pattern, line) is fails


def test_alarms_metrics_and_dashboards_stay_within_what_is_free_for_two_stages(resources):
    """Of an account: ten alarms, ten metrics, three dashboards. A metric that is hardly ever sent costs by the hour."""
    alarms, dashboards = (of_kind(resources, f"AWS::CloudWatch::{kind}") for kind in ("Alarm", "Dashboard"))
    filtered = {
        made["MetricName"]
        for each in of_kind(resources, "AWS::Logs::MetricFilter").values()
        for made in each["MetricTransformations"]
    }
    assert 2 * len(alarms) <= 10
    assert 2 * len(dashboards) <= 3
    assert len(filtered) + len(Metric) <= 10


def test_the_dashboard_is_json_and_reads_metrics_that_the_code_writes(resources):
    dashboard = json.loads(resources["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"])
    named = {
        metric[1]
        for widget in dashboard["widgets"]
        for metric in widget["properties"].get("metrics", [])
        if metric[0] == NAMESPACE
    }
    assert named
    assert named <= {metric.value for metric in Metric}


def test_everything_that_can_be_tagged_is(resources):
    tags = [{"Key": "app", "Value": {"Ref": "App"}}, {"Key": "stage", "Value": {"Ref": "Stage"}}]
    for name, resource in resources.items():
        known = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", resource["Type"]).schema["properties"]
        if "Tags" in known:
            assert resource["Properties"].get("Tags") == tags, name


def test_names_carry_app_and_stage(resources):
    keys = {"TableName", "QueueName", "BucketName", "Name", "AlarmName", "DashboardName", "TopicName"}
    for resource in resources.values():
        if resource["Type"] != "AWS::Route53::RecordSet":  # the domain's own
            for key in keys & resource["Properties"].keys():
                assert "${App}-${Stage}" in resource["Properties"][key]["Fn::Sub"]
