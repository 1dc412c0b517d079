"""docs/openapi.yaml and the app say the same."""

from app import app
from chalicelib.common import refusals
from local import openapi
from testing.contract import operations

FRAMEWORK_S_OWN = {"UnsupportedMediaType"}
UNDOCUMENTED_ON_PURPOSE = {"Refusal", "Conflict"}
"""What is never raised itself, only its kinds."""


def test_every_route_is_documented_and_every_documented_route_is_there():
    registered = {(path, method) for path, methods in app.routes.items() for method in methods}
    assert registered == set(operations())


def test_the_served_contract_is_the_documented_one():
    assert openapi.SERVED.read_text(encoding="utf-8") == openapi.as_json(), "run: python -m local.openapi"


def test_every_refusal_is_documented():
    documented = set(openapi.contract()["components"]["schemas"]["RefusalCode"]["enum"])
    assert documented == _names(refusals.Refusal) - UNDOCUMENTED_ON_PURPOSE | FRAMEWORK_S_OWN


def test_every_route_says_when_it_wants_a_token_and_when_it_does_not():
    for path, item in openapi.contract()["paths"].items():
        for method, operation in item.items():
            if method != "parameters":
                is_public = operation.get("security") == []
                assert is_public or "401" in operation["responses"], (method, path)


def test_every_route_that_asks_the_database_says_that_it_may_have_to_be_asked_again():
    without = {path for (path, _), answers in operations().items() if 503 not in answers}
    assert without == {"/signup.css", "/signup.js", "/health", "/openapi.json"}


def test_every_operation_has_a_name_of_its_own():
    names = [
        operation["operationId"]
        for item in openapi.contract()["paths"].values()
        for method, operation in item.items()
        if method != "parameters"
    ]
    assert len(names) == len(set(names))


def _names(kind):
    return {kind.__name__}.union(*(_names(each) for each in kind.__subclasses__()))
