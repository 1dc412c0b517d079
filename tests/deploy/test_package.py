"""The package that goes to Lambda: small, for Lambda's machines, and complete by itself."""

import gzip
import json
import re
import subprocess
from importlib import import_module
from importlib.util import cache_from_source
from pathlib import Path

import pytest

from infra.chalice_cli import gateway_responses
from infra.packing import CALLED
from testing.packages import packaged

ROOT = Path(__file__).resolve().parents[2]
HANDLERS = (
    "app.app",
    *(f"chalicelib.functions.handlers.{name}" for name in ("provision", "sweep", "tidy_qr", "announce", "deliver")),
)


@pytest.fixture(scope="session")
def package(rehearsal, deployed, tmp_path_factory):
    out = tmp_path_factory.mktemp("package")
    return packaged(rehearsal.project, out, environment=rehearsal.environment, chalice=rehearsal.tool("chalice"))


def test_it_is_small(package):
    """Of the 20 MB that it may have; 16 were botocore's descriptions of services that are not called here."""
    assert package.zip.stat().st_size < 11_000_000


@pytest.mark.parametrize(
    ("module", "how"),
    [("botocore/session.py", 0b01), ("chalicelib/wiring.py", 0b11), ("chalice/app.py", 0b11)],
)
def test_modules_are_compiled_for_their_place_in_lambda(package, module, how):
    """By hash, PEP 552: never by time, which a zip does not keep; ours are checked against their source."""
    compiled = Path(cache_from_source(str(package.folder / module))).read_bytes()
    assert int.from_bytes(compiled[4:8], "little") == how
    assert f"/var/task/{module}".encode() in compiled


def test_every_module_of_ours_is_compiled_and_nothing_else(package):
    """Chalice itself compiles the code, by importing it, before it packages: that is not packed."""
    ours = [file for file in (package.folder / "chalicelib").rglob("*.py*") if file.is_file()]
    sources = {str(file) for file in ours if file.suffix == ".py"}
    assert {str(file) for file in ours if file.suffix == ".pyc"} == {cache_from_source(source) for source in sources}


def test_every_file_of_ours_is_in_it(package):
    """Texts and pages as well, which no import asks for."""
    kept = subprocess.run(["git", "ls-files", "chalicelib"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert [name for name in kept.stdout.split() if not (package.folder / name).is_file()] == []


def test_botocore_describes_what_the_code_calls_and_nothing_else(package):
    called = {"dynamodb", *re.findall(r'boto3\.client\("([a-z0-9]+)"', _rim())}
    assert called == CALLED
    assert {each.name for each in (package.folder / "botocore" / "data").glob("*/")} == called


def test_what_botocore_reads_at_each_start_is_short(package):
    described = package.folder / "botocore" / "data"
    (model,) = described.glob("dynamodb/*/service-2.json.gz")
    assert len(gzip.decompress(model.read_bytes())) < 200_000
    assert (described / "endpoints.json").stat().st_size < 50_000


def test_nothing_in_it_was_built_for_this_machine_only(package):
    assert not [tag for tag in package.tags() if re.search(r"(^|\.)linux_", tag)]
    assert package.machines() == {"x86_64"}


@pytest.mark.parametrize("handler", HANDLERS)
def test_every_handler_imports_from_the_package_alone(package, handler):
    assert package.foreign_imports(handler) == []


def test_the_handlers_are_those_of_the_packaged_template(package):
    assert {function["Handler"] for function in package.functions.values()} == set(HANDLERS)


def test_every_function_has_a_configuration_and_a_policy():
    configured = json.loads((ROOT / ".chalice" / "config.template.json").read_text())["lambda_functions"]
    names = {handler.rpartition(".")[2].replace("app", "api_handler") for handler in HANDLERS}
    assert set(configured) == names
    assert {file.stem for file in (ROOT / ".chalice" / "policies").glob("*.json")} == names


def test_the_packaged_template_carries_the_api_s_own_errors(package):
    (api,) = [each for each in package.template["Resources"].values() if each["Type"] == "AWS::Serverless::Api"]
    errors = api["Properties"]["DefinitionBody"]["x-amazon-apigateway-gateway-responses"]
    assert errors == gateway_responses()


def test_cfn_lint_has_nothing_to_say_of_it_raw_and_translated(package, rehearsal, tmp_path, monkeypatch):
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    raw = package.zip.parent / "sam.json"
    translated = tmp_path / "translated.json"
    translated.write_text(json.dumps(_translated(package.template)))
    for template in (raw, translated):
        said = subprocess.run(
            [rehearsal.tool("cfn-lint"), "--regions", "us-east-1", "--ignore-checks", "W3002", "--", template],
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert said.stdout + said.stderr == ""


def test_policies_name_only_what_the_stack_made(rehearsal, deployed):
    for file in (rehearsal.project / ".chalice" / "generated" / "prod").glob("*.json"):
        for statement in json.loads(file.read_text())["Statement"]:
            assert "*" not in "".join(statement["Action"]), statement["Sid"]
            resources = statement["Resource"]
            for resource in resources if isinstance(resources, list) else [resources]:
                assert "streamarr-prod" in resource


def test_policies_allow_what_the_code_calls_and_nothing_else():
    """Action by action, for all functions together; tests/deploy/every_permission.py looks at each alone."""
    source = _rim()
    allowed = {
        action
        for file in (ROOT / ".chalice" / "policies").glob("*.json")
        for statement in json.loads(file.read_text())["Statement"]
        for action in statement["Action"]
    }
    assert allowed - BY_LAMBDA == {action for action, call in CALLS.items() if re.search(call, source)}
    assert not re.search(r"\.scan\(|batch_write", source)


BY_LAMBDA = {
    "sqs:ReceiveMessage",
    "sqs:DeleteMessage",
    "sqs:GetQueueAttributes",
    "dynamodb:GetRecords",
    "dynamodb:GetShardIterator",
    "dynamodb:DescribeStream",
    "dynamodb:ListStreams",
    "logs:CreateLogStream",
    "logs:PutLogEvents",
}
"""What Lambda does in the role's name."""

CALLS = {
    "dynamodb:GetItem": r"Model\.get\(|TransactGet\(",
    "dynamodb:BatchGetItem": r"\.batch_get",
    "dynamodb:Query": r"\.query\(",
    "dynamodb:PutItem": r"\.save\(",
    "dynamodb:UpdateItem": r"\.update\(",
    "dynamodb:DeleteItem": r"\.delete\(",
    "dynamodb:ConditionCheckItem": r"\.check\(|condition_check\(",
    "sqs:SendMessage": r"\.send_message\(",
    "sqs:ChangeMessageVisibility": r"\.change_message_visibility\(",
    "sqs:GetQueueUrl": r"\.get_queue_url\(",
    "lambda:InvokeFunction": r"\.invoke\(",
    "s3:PutObject": r"\.put_object\(",
    "s3:GetObject": r"\.get_object\(|\.head_object\(",
    "s3:DeleteObject": r"\.delete_object\(",
    "s3:ListBucket": r"list_objects_v2|\.head_object\(",
    "ssm:GetParameter": r"\.get_parameter\(",
    "ssm:PutParameter": r"\.put_parameter\(",
    "dynamodb:Scan": r"\.scan\(",
    "sqs:PurgeQueue": r"\.purge_queue\(",
    "ssm:GetParameterHistory": r"\.get_parameter_history\(",
    "ssm:GetParameters": r"\.get_parameters\(",
    "ssm:GetParametersByPath": r"\.get_parameters_by_path\(",
    "ssm:DeleteParameter": r"\.delete_parameter\(",
}
"""How the code calls what needs a permission."""


def _rim():
    """The code of all that speaks to AWS."""
    return "\n".join(
        file.read_text() for part in ("aws", "stores") for file in (ROOT / "chalicelib" / part).rglob("*.py")
    )


def _translated(template):
    """As CloudFormation has it after SAM's transformation."""

    class NoManagedPolicies:
        def load(self):
            return {}

    uploaded = json.loads(json.dumps(template).replace('"./deployment.zip"', '"s3://bucket/deployment.zip"'))
    return import_module("samtranslator.translator.transform").transform(uploaded, {}, NoManagedPolicies())
