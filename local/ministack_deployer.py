# ruff: noqa: SLF001 - reaching into ministack is what this module is for
"""CloudFormation acts in the name of the user who deploys, and needs their permissions: ministack 1.5.33 needs none.

Only under AUTH=true, and for what each kind of resource needs at least.
"""

import json
from collections.abc import Callable
from typing import Any

from ministack.core import iam_actions, iam_evaluator
from ministack.services.cloudformation import provisioners

Json = dict[str, Any]

NEEDED: dict[str, tuple[str, dict[str, str]]] = {
    "AWS::DynamoDB::Table": (
        "arn:aws:dynamodb:{region}:{account}:table/{TableName}",
        {"create": "dynamodb:CreateTable", "update": "dynamodb:UpdateTable", "delete": "dynamodb:DeleteTable"},
    ),
    "AWS::SQS::Queue": (
        "arn:aws:sqs:{region}:{account}:{QueueName}",
        {"create": "sqs:CreateQueue", "update": "sqs:SetQueueAttributes", "delete": "sqs:DeleteQueue"},
    ),
    "AWS::S3::Bucket": (
        "arn:aws:s3:::{BucketName}",
        {"create": "s3:CreateBucket", "update": "s3:PutEncryptionConfiguration", "delete": "s3:DeleteBucket"},
    ),
    "AWS::S3::BucketPolicy": (
        "arn:aws:s3:::{Bucket}",
        {"create": "s3:PutBucketPolicy", "update": "s3:PutBucketPolicy", "delete": "s3:DeleteBucketPolicy"},
    ),
    "AWS::SNS::Topic": (
        "arn:aws:sns:{region}:{account}:{TopicName}",
        {"create": "sns:CreateTopic", "update": "sns:SetTopicAttributes", "delete": "sns:DeleteTopic"},
    ),
    "AWS::SNS::Subscription": ("{TopicArn}", {"create": "sns:Subscribe"}),
    "AWS::CloudWatch::Alarm": (
        "arn:aws:cloudwatch:{region}:{account}:alarm:{AlarmName}",
        {
            "create": "cloudwatch:PutMetricAlarm",
            "update": "cloudwatch:PutMetricAlarm",
            "delete": "cloudwatch:DeleteAlarms",
        },
    ),
    "AWS::CloudWatch::Dashboard": (
        "arn:aws:cloudwatch::{account}:dashboard/{DashboardName}",
        {
            "create": "cloudwatch:PutDashboard",
            "update": "cloudwatch:PutDashboard",
            "delete": "cloudwatch:DeleteDashboards",
        },
    ),
    "AWS::Logs::LogGroup": (
        "arn:aws:logs:{region}:{account}:log-group:{LogGroupName}",
        {"create": "logs:CreateLogGroup", "update": "logs:PutRetentionPolicy", "delete": "logs:DeleteLogGroup"},
    ),
    "AWS::Logs::MetricFilter": (
        "arn:aws:logs:{region}:{account}:log-group:{LogGroupName}",
        {"create": "logs:PutMetricFilter", "update": "logs:PutMetricFilter", "delete": "logs:DeleteMetricFilter"},
    ),
    "AWS::Route53::RecordSet": (
        "arn:aws:route53:::hostedzone/{HostedZoneId}",
        {
            "create": "route53:ChangeResourceRecordSets",
            "update": "route53:ChangeResourceRecordSets",
            "delete": "route53:ChangeResourceRecordSets",
        },
    ),
    **{
        f"AWS::CloudFront::{kind}": (
            "*",
            {
                "create": f"cloudfront:Create{kind}",
                "update": f"cloudfront:Update{kind}",
                "delete": f"cloudfront:Delete{kind}",
            },
        )
        for kind in (
            "Distribution",
            "Function",
            "OriginAccessControl",
            "CachePolicy",
            "OriginRequestPolicy",
            "ResponseHeadersPolicy",
        )
    },
}
"""The resource's ARN from its properties, and the action for each change."""


_extract, _extract_action = iam_actions.extract_resource_arn, iam_actions.extract_iam_action


def ask_the_deployer() -> None:
    iam_actions.extract_resource_arn, iam_actions.extract_iam_action = _resource, _action
    for kind, (arn, actions) in NEEDED.items():
        handlers = provisioners._RESOURCE_HANDLERS[kind]
        for change, action in actions.items():
            if change in handlers:
                handlers[change] = _asking(handlers[change], action, arn)


def _action(service: str, *request: Any) -> str | None:
    """Budgets has two actions for all its calls."""
    found: str | None = _extract_action(service, *request)
    if found and service == "budgets":
        return "budgets:ViewBudget" if found.startswith("budgets:Describe") else "budgets:ModifyBudget"
    return found


def _resource(
    service: str, method: str, path: str, headers: Json, body: bytes, query: Json, region: str, account: str
) -> str:
    """Where ministack cannot tell what a request is about, and AWS can."""
    found: str = _extract(service, method, path, headers, body, query, region, account)
    if service == "apigateway" and found == "*":
        return f"arn:aws:apigateway:{region}::{path}"
    if found != "*" and service != "events":
        return found
    return _named(service, _json(body), f"{region}:{account}") or found


def _named(service: str, said: Json, where: str) -> str | None:
    """By the name in the request."""
    account = where.partition(":")[2]
    match service, said:
        case "lambda", {"FunctionName": name}:
            return f"arn:aws:lambda:{where}:function:{name}"
        case "events", {"Name": name} | {"Rule": name}:
            return f"arn:aws:events:{where}:rule/{name}"
        case "dynamodb", {"SourceTableName": name}:
            return f"arn:aws:dynamodb:{where}:table/{name}"
        case "budgets", {"BudgetName": name} | {"Budget": {"BudgetName": name}}:
            return f"arn:aws:budgets::{account}:budget/{name}"
    return None


def _json(body: bytes) -> Json:
    try:
        said = json.loads(body or b"{}")
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _asking(change: Callable[..., Any], action: str, arn: str) -> Callable[..., Any]:
    """The last dictionary has the properties that the resource will have."""

    def ask_first(*arguments: Any, **named: Any) -> Any:
        properties = [each for each in arguments if isinstance(each, dict)][-1]
        _must(action, arn, properties)
        return change(*arguments, **named)

    return ask_first


def _must(action: str, arn: str, properties: Json) -> None:
    caller = iam_evaluator.caller_arn()
    if ":user/" not in caller:
        return
    account, user = caller.split(":")[4], caller.rpartition("/")[2]
    resource = arn.format_map({"region": "us-east-1", "account": account, **properties})
    asked = iam_evaluator.EvalContext(
        principal_arn=caller,
        principal_type="User",
        principal_account=account,
        action=action,
        resource_arn=resource,
        region="us-east-1",
    )
    if iam_evaluator.evaluate(asked, iam_evaluator._gather_user_policies(user, account)).decision != "Allow":
        raise ValueError(
            f"User: {caller} is not authorized to perform: {action} on resource: {resource} because no identity-based"
            f" policy allows the {action} action"
        )
