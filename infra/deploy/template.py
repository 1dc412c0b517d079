"""infra/template.yaml as CloudFormation gets it, and what can be told from it without asking AWS."""

import json
from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

import yaml

Template = dict[str, Any]

FILE = Path(__file__).resolve().parents[1] / "template.yaml"

TABLE = "AWS::DynamoDB::Table"
_NAMED_BY = {TABLE: "TableName", "AWS::SQS::Queue": "QueueName", "AWS::S3::Bucket": "BucketName"}


def load() -> Template:
    """What the repository says."""
    return parse(FILE.read_text())


def parse(text: str | Mapping[str, Any]) -> Template:
    """YAML, or JSON, or what boto3 made of JSON; with intrinsic functions in their long form."""
    return dict(text) if isinstance(text, Mapping) else yaml.load(text, _Loader)  # noqa: S506 - a SafeLoader


def write(template: Template) -> str:
    """As JSON, which CloudFormation takes as well, and which has no comments."""
    return json.dumps(template, separators=(",", ":"))


def kept(template: Template) -> dict[str, Mapping[str, Any]]:
    """The resources that hold data, and that a deleted stack leaves behind."""
    return {
        name: resource
        for name, resource in template["Resources"].items()
        if resource["Type"] in _NAMED_BY and "DeletionPolicy" in resource
    }


def physical_name(resource: Mapping[str, Any], values: Mapping[str, str]) -> str:
    """What it is called, where ``values`` are those of App, Stage and AWS::AccountId."""
    name: str = resource["Properties"][_NAMED_BY[resource["Type"]]]["Fn::Sub"]
    for parameter, value in values.items():
        name = name.replace(f"${{{parameter}}}", value)
    return name


def defaults(template: Template) -> dict[str, str]:
    """What the parameters are that nobody names."""
    return {name: str(each["Default"]) for name, each in template["Parameters"].items() if "Default" in each}


def only(template: Template, names: Iterable[str]) -> Template:
    """The template with these resources alone, and without outputs."""
    wanted = set(names)
    resources = {name: resource for name, resource in template["Resources"].items() if name in wanted}
    return {**{name: part for name, part in template.items() if name != "Outputs"}, "Resources": resources}


def index_steps(live: Template, wanted: Template) -> Iterator[Template]:
    """What must be deployed before ``wanted``: a table takes one index creation or deletion per update."""
    present = deepcopy(live)
    while _longest(present, wanted) > 1:
        present = deepcopy(present)
        for name, indexes in _indexes(present).items():
            if name in _indexes(wanted):
                changed = _one_change(indexes, _indexes(wanted)[name])
                definitions = _definitions(present, name) | _definitions(wanted, name)
                _put_indexes(present["Resources"][name]["Properties"], changed, definitions)
        yield present


def _longest(live: Template, wanted: Template) -> int:
    """The most changes that one table needs."""
    before, after = _indexes(live), _indexes(wanted)
    return max((len(_changes(before[name], after[name])) for name in before.keys() & after.keys()), default=0)


def _indexes(template: Template) -> dict[str, dict[str, Any]]:
    """By table and name."""
    return {
        name: {each["IndexName"]: each for each in resource["Properties"].get("GlobalSecondaryIndexes", [])}
        for name, resource in template["Resources"].items()
        if resource["Type"] == TABLE
    }


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Names, in the order of what is done; one that is made anew goes first, and counts twice."""
    replaced = sorted(name for name in before.keys() & after.keys() if before[name] != after[name])
    return [*sorted(before.keys() - after.keys()), *replaced, *replaced, *sorted(after.keys() - before.keys())]


def _one_change(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    names = _changes(before, after)
    if not names:
        return before
    if names[0] in before:
        return {name: index for name, index in before.items() if name != names[0]}
    return {**before, names[0]: after[names[0]]}


def _definitions(template: Template, table: str) -> dict[str, str]:
    properties = template["Resources"][table]["Properties"]
    return {each["AttributeName"]: each["AttributeType"] for each in properties["AttributeDefinitions"]}


def _put_indexes(properties: dict[str, Any], indexes: Mapping[str, Any], definitions: Mapping[str, str]) -> None:
    """With the definitions of exactly those attributes that are keys, as DynamoDB wants it."""
    schemas = [properties["KeySchema"], *(index["KeySchema"] for index in indexes.values())]
    used = dict.fromkeys(key["AttributeName"] for schema in schemas for key in schema)
    properties["AttributeDefinitions"] = [{"AttributeName": name, "AttributeType": definitions[name]} for name in used]
    properties.pop("GlobalSecondaryIndexes", None)
    if indexes:
        properties["GlobalSecondaryIndexes"] = list(indexes.values())


class _Loader(yaml.SafeLoader):
    """Reads CloudFormation's short forms, such as !Ref."""


def _intrinsic(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    value: Any = None
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    elif isinstance(node, yaml.MappingNode):
        value = loader.construct_mapping(node, deep=True)
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _intrinsic)
