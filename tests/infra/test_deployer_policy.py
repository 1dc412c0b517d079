"""What the user who deploys may do; the rehearsal deploys, restores and destroys as a user with that policy alone."""

import json
from pathlib import Path

POLICY = json.loads((Path(__file__).resolve().parents[2] / "infra" / "deployer-policy.json").read_text())
NAMELESS = {"CloudFront", "Certificate", "Domain", "RestApis", "Triggers", "Firewall"}
"""What AWS cannot restrict by names, or what has none of ours; lists of everything besides."""


def resources(statement):
    said = statement["Resource"]
    return said if isinstance(said, list) else [said]


def test_it_fits_into_one_managed_policy():
    assert len(json.dumps(POLICY, separators=(",", ":"))) <= 6144


def test_it_reaches_nothing_but_what_has_the_installation_s_names():
    for statement in POLICY["Statement"]:
        if statement["Sid"] not in NAMELESS and not statement["Sid"].startswith("List"):
            assert all("streamarr-" in each for each in resources(statement)), statement["Sid"]


def test_roles_are_given_to_functions_only_and_nobody_else_s_rights_are_touched():
    by_name = {statement["Sid"]: statement for statement in POLICY["Statement"]}
    assert by_name["PassRoles"]["Condition"] == {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}
    iam = [each for each in POLICY["Statement"] if any("iam:" in action for action in each["Action"])]
    assert all(resources(each) == ["arn:aws:iam::*:role/streamarr-*"] for each in iam if each["Sid"] == "Roles")
    assert not any("*" in action for each in iam if each["Sid"] == "Roles" for action in each["Action"])


def test_no_key_of_kms_is_named_for_the_parameters_key_admits_the_whole_account():
    assert not any("kms:" in action for statement in POLICY["Statement"] for action in statement["Action"])
