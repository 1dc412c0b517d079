"""Each decision says when it was made and whether it holds, and stands in the list (docs/decisions/README.md)."""

import re
from datetime import date

import pytest

from local.aws import ROOT

FOLDER = ROOT / "docs" / "decisions"
DECISIONS = sorted(FOLDER.glob("[0-9]*.md"))
HEAD = re.compile(r"# (?P<title>(?P<number>\d+)\. .+)\n\n- Date: (?P<date>\S+)\n- Status: (?P<status>.+)\n\n")
STATUS = re.compile(r"proposed|accepted|superseded by (?P<by>\d+)")


def test_decisions_are_numbered_without_gaps():
    assert [int(file.name[:4]) for file in DECISIONS] == list(range(1, len(DECISIONS) + 1))


@pytest.mark.parametrize("file", DECISIONS, ids=lambda file: file.stem)
def test_a_decision_has_a_number_a_date_and_a_status(file):
    head = _head(file)
    assert int(head["number"]) == int(file.name[:4])
    assert date.fromisoformat(head["date"]).isoformat() == head["date"]
    status = STATUS.fullmatch(head["status"])
    assert status
    assert status["by"] is None or int(status["by"]) in range(1, len(DECISIONS) + 1)


def test_all_decisions_are_listed_by_title_and_in_order():
    listed = re.findall(r"^- \[(.+)\]\((\S+)\)$", (FOLDER / "README.md").read_text(), re.MULTILINE)
    assert listed == [(_head(file)["title"], file.name) for file in DECISIONS]


def _head(file):
    found = HEAD.match(file.read_text())
    assert found, f"{file.name} has no date and status in its head (docs/decisions/README.md)"
    return found
