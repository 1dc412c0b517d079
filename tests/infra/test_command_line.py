"""The command line, as the Makefile writes it: parameters after options."""

from infra.deploy.__main__ import _parse


def test_parameters_may_follow_the_stage():
    given = _parse(["deploy", "--stage", "prod", "AlarmEmail=a@example.org", "Budget=7"])
    assert (given.command, given.stage) == ("deploy", "prod")
    assert given.parameters == ["AlarmEmail=a@example.org", "Budget=7"]


def test_there_may_be_none():
    assert _parse(["destroy", "--stage", "dev", "--data", "--yes", "streamarr-dev"]).parameters == []
