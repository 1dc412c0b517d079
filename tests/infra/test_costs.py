"""What `make deploy` says it costs is what the template has, and what docs/operations.md says."""

import re
from pathlib import Path

from infra.deploy import costs

ROOT = Path(__file__).resolve().parents[2]
FREE_ALARMS, FREE_DASHBOARDS = 10, 3


def test_everything_that_costs_by_being_there_is_told():
    template = (ROOT / "infra" / "template.yaml").read_text()
    assert "AWS::KMS::Key" not in template
    assert "AWS::SecretsManager::Secret" not in template
    assert template.count("Type: AWS::CloudWatch::Alarm") <= FREE_ALARMS
    assert template.count("Type: AWS::CloudWatch::Dashboard") <= FREE_DASHBOARDS


def test_operations_md_has_the_same_figures():
    told = (ROOT / "docs" / "operations.md").read_text().partition("## What it costs")[2].partition("\n## ")[0]
    figures = {float(figure) for figure in re.findall(r"\d+\.\d\d", told)}
    assert {*costs.STANDING.values(), round(sum(costs.STANDING.values()), 2), costs.PER_HUNDRED_INVITES} <= figures
