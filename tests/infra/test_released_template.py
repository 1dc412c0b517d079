"""The template can be deployed over that of the last release, which infra/released-template.yaml is a copy of."""

from copy import deepcopy
from itertools import pairwise

import pytest

from infra.deploy import template
from infra.deploy.template import TABLE
from local.aws import ROOT

RELEASED = template.parse((ROOT / "infra" / "released-template.yaml").read_text())
FIXED = {
    TABLE: ("TableName", "KeySchema"),
    "AWS::S3::Bucket": ("BucketName",),
    "AWS::SQS::Queue": ("QueueName", "FifoQueue"),
}
"""What makes CloudFormation put a new, empty resource in an earlier one's place: "Replacement" in its documentation."""


def test_it_can_be_deployed_over_the_last_release():
    assert obstacles(RELEASED, template.load()) == []


def test_each_step_towards_it_changes_one_index_of_a_table():
    way = [RELEASED, *template.index_steps(RELEASED, template.load()), template.load()]
    assert all(template._longest(before, after) <= 1 for before, after in pairwise(way))


def lose_a_table(wanted):
    del wanted["Resources"]["Users"]


def rename_a_table(wanted):
    wanted["Resources"]["Users"]["Properties"]["TableName"] = {"Fn::Sub": "${App}-${Stage}-people"}


def take_another_key(wanted):
    wanted["Resources"]["Users"]["Properties"]["KeySchema"][0]["AttributeName"] = "number"


def rename_a_bucket(wanted):
    wanted["Resources"]["QrBucket"]["Properties"]["BucketName"] = {"Fn::Sub": "${App}-${Stage}-codes"}


def index_other_keys(wanted):
    index = wanted["Resources"]["Users"]["Properties"]["GlobalSecondaryIndexes"][0]
    index["KeySchema"][0]["AttributeName"] = "number"


def ask_for_more(wanted):
    wanted["Parameters"]["Mood"] = {"Type": "String"}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lose_a_table, "Users is gone: its data would be left behind"),
        (rename_a_table, "Users would be replaced: TableName"),
        (take_another_key, "Users would be replaced: KeySchema"),
        (rename_a_bucket, "QrBucket would be replaced: BucketName"),
        (index_other_keys, "Users has another index by the name of"),
        (ask_for_more, "Mood has no default"),
    ],
)
def test_what_cannot_be_deployed_over_it_is_noticed(change, said):
    wanted = deepcopy(RELEASED)
    change(wanted)
    (obstacle,) = obstacles(RELEASED, wanted)
    assert obstacle.startswith(said)


def obstacles(released, wanted):
    found = [
        f"{name} has no default"
        for name in wanted["Parameters"].keys() - released["Parameters"].keys()
        if "Default" not in wanted["Parameters"][name]
    ]
    for name, before in template.kept(released).items():
        after = wanted["Resources"].get(name)
        if after is None:
            found.append(f"{name} is gone: its data would be left behind")
            continue
        properties = (before["Properties"], after["Properties"])
        found += [
            f"{name} would be replaced: {each}"
            for each in FIXED[before["Type"]]
            if len({str(every.get(each)) for every in properties}) > 1
        ]
        found += [
            f"{name} has another index by the name of {index}: a reader would meet it half made"
            for index in other_indexes(*properties)
        ]
    return found


def other_indexes(before, after):
    """An index that is made anew under its name is away for a while. A new name is made beside the earlier one."""
    earlier, later = (
        {each["IndexName"]: each for each in properties.get("GlobalSecondaryIndexes", ())}
        for properties in (before, after)
    )
    return [name for name in earlier.keys() & later.keys() if earlier[name] != later[name]]
