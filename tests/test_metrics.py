"""Metrics in CloudWatch's embedded format."""

import json

from aws_lambda_powertools.metrics import MetricUnit

from chalicelib.metrics import NAMESPACE, Metric, record


def test_a_metric_is_one_line_that_cloudwatch_reads(monkeypatch, capsys):
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "streamarr-test")
    monkeypatch.setenv("STAGE", "test")
    record(Metric.PROVISIONING_SECONDS, 4.2, unit=MetricUnit.Seconds, redemption="r1")
    (line,) = capsys.readouterr().out.splitlines()
    said = json.loads(line)
    (of,) = said["_aws"]["CloudWatchMetrics"]
    assert of == {
        "Namespace": NAMESPACE,
        "Dimensions": [["stage"]],
        "Metrics": [{"Name": "ProvisioningSeconds", "Unit": "Seconds"}],
    }
    assert said["_aws"]["Timestamp"] > 1_600_000_000_000
    assert (said["stage"], said["ProvisioningSeconds"], said["redemption"]) == ("test", [4.2], "r1")


def test_there_are_no_more_metrics_than_cost_nothing():
    """CloudWatch's free tier has ten; one stage uses one of each."""
    assert len(Metric) <= 10


def test_outside_lambda_nothing_is_printed(monkeypatch, capsys):
    monkeypatch.delenv("AWS_LAMBDA_FUNCTION_NAME", raising=False)
    record(Metric.INVITES_CREATED)
    assert capsys.readouterr().out == ""
