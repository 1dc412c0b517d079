"""One list names all tables; infra/template.yaml makes them."""

import pkgutil
from importlib import import_module
from pathlib import Path
from typing import Any

import cfnlint.decode  # type: ignore[import-untyped]
import pytest
from pynamodb.attributes import TTLAttribute
from pynamodb.models import Model

import chalicelib.stores
from chalicelib.stores.tables import MODELS

TEMPLATE = Path(__file__).resolve().parents[2] / "infra" / "template.yaml"
INDEXES = "GlobalSecondaryIndexes"


@pytest.fixture(scope="module")
def made():
    """The tables that the template makes, by name."""
    content, _ = cfnlint.decode.decode(str(TEMPLATE))
    tables = [each["Properties"] for each in content["Resources"].values() if each["Type"] == "AWS::DynamoDB::Table"]
    return {table["TableName"]["Fn::Sub"].rpartition("-")[2]: table for table in tables}


def test_every_model_is_in_the_list():
    for module in pkgutil.walk_packages(chalicelib.stores.__path__, "chalicelib.stores."):
        import_module(module.name)
    assert set(MODELS) == {model for model in Model.__subclasses__() if model.__module__.startswith("chalicelib.")}


def test_the_template_makes_the_tables_of_the_list_and_no_others(made):
    assert {_table(model) for model in MODELS} == made.keys()


@pytest.mark.parametrize("model", MODELS)
def test_a_model_s_table_has_its_keys_and_its_indexes(made, model):
    table, schema = made[_table(model)], _schema(model)
    assert _keys(table["KeySchema"]) == _keys(schema["key_schema"])
    indexes = {index["IndexName"]: index for index in table.get(INDEXES, [])}
    for index in schema["global_secondary_indexes"]:
        there = indexes[index["index_name"]]
        assert _keys(there["KeySchema"]) == _keys(index["key_schema"])
        assert there["Projection"] == index["projection"]
    types = {each["AttributeName"]: each["AttributeType"] for each in table["AttributeDefinitions"]}
    assert all(types[each["AttributeName"]] == each["AttributeType"] for each in schema["attribute_definitions"])


@pytest.mark.parametrize("model", MODELS)
def test_dynamodb_removes_what_a_model_says_expires_and_nothing_else(made, model):
    """Several kinds of record may lie in one table: the attribute is that of those that expire."""
    beside = [each for each in MODELS if _table(each) == _table(model)]
    attributes = [each for one in beside for each in one.get_attributes().items()]
    expires = [name for name, each in attributes if isinstance(each, TTLAttribute)]
    declared = made[_table(model)].get("TimeToLiveSpecification")
    assert declared == ({"AttributeName": expires[0], "Enabled": True} if expires else None)


def test_every_index_of_the_template_belongs_to_a_model(made):
    there = {(name, index["IndexName"]) for name, table in made.items() for index in table.get(INDEXES, [])}
    assert there == {
        (_table(model), index["index_name"]) for model in MODELS for index in _schema(model)["global_secondary_indexes"]
    }


def _table(model: type[Model]) -> str:
    """Without the installation's prefix, which it has once a test's stack runs."""
    meta: Any = model.Meta
    name: str = meta.table_name
    return name.rpartition("-")[2]


def _schema(model: type[Model]) -> Any:
    return model._get_schema()


def _keys(schema: list[dict[str, str]]) -> dict[str, str]:
    return {each["KeyType"]: each["AttributeName"] for each in schema}
