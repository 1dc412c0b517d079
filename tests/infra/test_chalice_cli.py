"""How infra/chalice_cli.py extends the pinned version of Chalice; tests/deploy/ uses it for real."""

import json
import os
import zipfile
from types import SimpleNamespace
from typing import Any

import pytest
from chalice.app import Chalice
from chalice.deploy import packager, swagger
from chalice.utils import OSUtils

from infra import chalice_cli
from infra.deploy import configuring
from infra.deploy.installation import DeploymentError, Installation
from local.aws import ROOT
from testing.rehearsal import copy_checkout
from tests.deploy.every_package import OUTPUTS

DEPENDENCY = packager.Package("", "msgspec-0.22.0-cp311-cp311-manylinux2014_x86_64.whl")


@pytest.fixture
def project(tmp_path):
    copy_checkout(tmp_path / "checkout")
    return tmp_path / "checkout"


@pytest.fixture
def installation(project):
    return Installation("prod", project=project)


@pytest.fixture
def chalice_command(monkeypatch, installation):
    """The state of the process in which Chalice's command has loaded app.py."""
    for owner, name in chalice_cli.REPLACED:
        monkeypatch.setattr(owner, name, getattr(owner, name))
    monkeypatch.setattr(chalice_cli, "Installation", lambda *_: installation)
    monkeypatch.setenv("STAGE", "prod")
    monkeypatch.setenv("APP_NAME", "streamarr")
    configuring.write(installation, OUTPUTS)
    return chalice_cli.extend


@pytest.mark.parametrize(
    "generator",
    [swagger.SwaggerGenerator("us-east-1", {}), swagger.CFNSwaggerGenerator(), swagger.TemplatedSwaggerGenerator()],
)
def test_every_definition_carries_the_api_s_own_errors(chalice_command, generator):
    """That of `chalice deploy`, and that of `chalice package`."""
    chalice_command()
    errors = generator.generate_swagger(Chalice("any"))["x-amazon-apigateway-gateway-responses"]
    unknown_route = errors["MISSING_AUTHENTICATION_TOKEN"]
    assert unknown_route["statusCode"] == "404"
    assert json.loads(unknown_route["responseTemplates"]["application/json"])["Code"] == "NotFound"
    assert errors["THROTTLED"]["responseParameters"]["gatewayresponse.header.Retry-After"] == "'1'"


def test_the_api_s_own_errors_have_the_sentences_of_the_catalogue():
    catalogue = json.loads((ROOT / "chalicelib" / "texts" / "en.json").read_text(encoding="utf-8"))["refusals"]
    bodies = {
        kind: json.loads(response["responseTemplates"]["application/json"])
        for kind, response in chalice_cli.gateway_responses().items()
    }
    assert bodies["THROTTLED"] == {"Code": "TooManyRequests", "Message": catalogue["TooManyRequests"]}
    assert bodies["REQUEST_TOO_LARGE"] == {"Code": "BadInput", "Message": catalogue["BadInput.too_large"]}
    assert {body["Message"] for body in bodies.values()} <= set(catalogue.values())
    assert {body["Code"] for body in bodies.values()} <= catalogue.keys()


def test_what_python_compiled_is_no_part_of_the_package_nor_of_its_name(chalice_command, project):
    def files_and_name():
        made = _packager(None)
        files = [name for _, name in made._iter_app_filenames(str(project))]
        return files, made.deployment_package_filename(str(project), "python3.11")

    chalice_command()
    before = files_and_name()
    compiled = project / "chalicelib" / "invites" / "__pycache__"
    compiled.mkdir()
    (compiled / "model.cpython-311.pyc").write_bytes(b"compiled")
    assert files_and_name() == before
    assert {"chalicelib/pages/signup.js", "chalicelib/texts/de.json"} <= set(before[0])


def test_nothing_is_deployed_without_all_its_dependencies(chalice_command, project):
    class Offline:
        def build_site_packages(self, *_):
            raise packager.MissingDependencyError({DEPENDENCY})

    chalice_command()
    with pytest.raises(SystemExit, match=r"msgspec==0\.22\.0"):
        _packager(Offline()).create_deployment_package(str(project), "python3.11")
    assert not list((project / ".chalice" / "deployments").glob("*.zip"))


def test_pip_knows_the_hashes_also_where_chalice_names_none(chalice_command, project, monkeypatch):
    """For the builds that fit Lambda, Chalice asks by name alone; tests/deploy/every_package.py sees pip refuse one."""
    asked = []

    class Builder:
        def build_site_packages(self, *_):
            asked.append(os.environ["PIP_CONSTRAINT"].split())

    monkeypatch.setenv("PIP_CONSTRAINT", "constraints.txt")
    chalice_command()
    _packager(Builder()).create_deployment_package(str(project), "python3.11")
    assert asked == [["constraints.txt", (project / "requirements.txt").as_uri()]]
    assert os.environ["PIP_CONSTRAINT"] == "constraints.txt"


def test_a_package_half_written_is_made_anew_and_a_whole_one_stays(chalice_command, project):
    kept = project / ".chalice" / "deployments"
    kept.mkdir()
    (kept / "half.zip").write_bytes(b"PK\x03\x04 and then Ctrl-C was pressed")
    with zipfile.ZipFile(kept / "whole.zip", "w") as whole:
        whole.writestr("app.py", "")
    chalice_command()
    assert [file.name for file in kept.iterdir()] == ["whole.zip"]


def test_a_changed_policy_is_deployed_with_the_code_that_needs_it(chalice_command, project):
    source, made = (project / ".chalice" / each / "sweep.json" for each in ("policies", "generated/prod"))
    source.write_text(source.read_text().replace("FindDue", "FindOverdue"))
    chalice_command()
    assert json.loads(made.read_text())["Statement"][0]["Sid"] == "FindOverdue"


def test_a_changed_configuration_wants_the_command_again_as_chalice_has_read_the_old_one(chalice_command, project):
    template = project / ".chalice" / "config.template.json"
    template.write_text(template.read_text().replace('"lambda_timeout": 240', '"lambda_timeout": 120'))
    with pytest.raises(SystemExit, match="run the same command again"):
        chalice_command()
    chalice_command()
    made = json.loads((project / ".chalice" / "config.json").read_text())
    assert made["lambda_functions"]["sweep"]["lambda_timeout"] == 120


def test_what_the_stack_does_not_have_yet_wants_make_deploy(installation, project):
    configuring.write(installation, OUTPUTS)
    policy = project / ".chalice" / "policies" / "sweep.json"
    policy.write_text(policy.read_text().replace("${ProvisionQueueArn}", "${QueueOfTheNextVersion}"))
    with pytest.raises(DeploymentError, match="make deploy STAGE=prod"):
        configuring.bring_up_to_date(installation)


def test_without_the_stack_s_outputs_nothing_is_deployed(installation):
    with pytest.raises(DeploymentError, match="make config STAGE=prod"):
        configuring.bring_up_to_date(installation)


def test_chalice_is_the_version_that_is_extended():
    assert "\nchalice==1.34.0\n" in (ROOT / "requirements-dev.in").read_text()
    overriding = [each for each in swagger.SwaggerGenerator.__subclasses__() if "generate_swagger" in vars(each)]
    assert overriding == []
    assert all(hasattr(owner, name) for owner, name in chalice_cli.REPLACED)


def _packager(builder: Any) -> packager.LambdaDeploymentPackager:
    silent: Any = SimpleNamespace(write=lambda _: None)
    return packager.LambdaDeploymentPackager(OSUtils(), builder, silent)
