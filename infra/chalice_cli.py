"""What Chalice's commands lack, so that `chalice deploy --stage prod` alone is enough; app.py calls it in their
process.

Never in Lambda: infra/ is not packaged. tests/infra/test_chalice_cli.py checks the methods that are replaced in the
pinned version.
"""

import inspect
import json
import os
import sys
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import chalice.app
from botocore.exceptions import ClientError
from chalice.awsclient import TypedAWSClient
from chalice.deploy.packager import BaseLambdaDeploymentPackager as Packager
from chalice.deploy.packager import MissingDependencyError
from chalice.deploy.swagger import SwaggerGenerator

from chalicelib.texts.catalogue import DEFAULT, sentence
from infra import packing
from infra.deploy import configuring
from infra.deploy.installation import DeploymentError, Installation

_ERRORS: dict[str, tuple[str | None, str]] = {
    "MISSING_AUTHENTICATION_TOKEN": ("404", "NotFound"),
    "THROTTLED": ("429", "TooManyRequests"),
    "REQUEST_TOO_LARGE": ("413", "BadInput.too_large"),
    "DEFAULT_4XX": (None, "BadInput"),
    "DEFAULT_5XX": (None, "InternalError"),
}
"""API Gateway's own errors, by its names for them: a status where its own is not the contract's, and the sentence's key
(chalicelib/texts/). It cannot choose the language.
"""

_HEADERS = {
    "gatewayresponse.header.Content-Language": f"'{DEFAULT}'",
    "gatewayresponse.header.Cache-Control": "'no-store'",
    "gatewayresponse.header.X-Content-Type-Options": "'nosniff'",
}

_is_role_related = TypedAWSClient._is_iam_role_related_error  # noqa: SLF001 - what is replaced calls it
_generate, _files = SwaggerGenerator.generate_swagger, Packager._iter_chalice_lib_if_needed  # noqa: SLF001 - what is replaced calls them


def extend() -> None:
    """Extend Chalice in this process, and bring the policies that it is about to read up to date."""
    for (owner, name), instead in REPLACED.items():
        setattr(owner, name, instead)
    installation = Installation(os.environ["STAGE"], os.environ["APP_NAME"])
    _drop_half_written(installation)
    try:
        configuring.bring_up_to_date(installation)
    except DeploymentError as error:
        sys.exit(str(error))


def gateway_responses() -> dict[str, Any]:
    """API Gateway's own errors in the words of the contract, as Swagger has them.

    A definition that is put anew replaces them all, so they are part of it rather than set afterwards.
    """
    return {kind: _response(kind, status, key) for kind, (status, key) in _ERRORS.items()}


def _response(kind: str, status: str | None, key: str) -> dict[str, Any]:
    """In English: API Gateway does not look at the language that the reader asks for."""
    body = {"Code": key.partition(".")[0], "Message": sentence("refusals", key, DEFAULT)}
    waiting = {"gatewayresponse.header.Retry-After": "'1'"} if kind == "THROTTLED" else {}
    return {
        **({"statusCode": status} if status else {}),
        "responseParameters": {**_HEADERS, **waiting},
        "responseTemplates": {"application/json": json.dumps(body)},
    }


def _with_errors(self: SwaggerGenerator, *arguments: Any, **more: Any) -> dict[str, Any]:
    definition = _generate(self, *arguments, **more)
    return {**definition, "x-amazon-apigateway-gateway-responses": gateway_responses()}


def _sources(self: Packager, project_dir: str) -> Iterator[tuple[str, str]]:
    """Compiled here, without what Python has compiled before: the same code always makes the same package."""
    with TemporaryDirectory() as folder:
        for path, name in sorted(_files(self, project_dir)):
            if "__pycache__" not in name:
                yield path, name
                yield from [packing.compiled(path, name, Path(folder))] if name.endswith(".py") else []
        for module in (chalice, chalice.app):  # Chalice adds their sources itself, beside these
            path = inspect.getfile(module)
            yield packing.compiled(path, f"chalice/{Path(path).name}", Path(folder))


def _all_dependencies(self: Packager, python_version: str, requirements_filepath: str, site_packages_dir: str) -> None:
    """Chalice would deploy without what it could not get, and keep that package for the next time."""
    abi, builder = self._RUNTIME_TO_ABI[python_version], self._dependency_builder
    try:
        with _hashes_from(requirements_filepath):
            builder.build_site_packages(abi, requirements_filepath, site_packages_dir)
    except MissingDependencyError as error:
        missing = ", ".join(sorted(package.identifier for package in error.missing))
        sys.exit(
            f"Not packaged: of {missing} there is no build for Lambda's {python_version}, no way to get it, "
            "or no hash of it in requirements.txt."
        )
    packing.make_lean(Path(site_packages_dir))


@contextmanager
def _hashes_from(requirements: str) -> Iterator[None]:
    """Let pip find the hashes. Where this machine's builds do not fit Lambda, Chalice asks for others by name alone."""
    before = os.environ.get("PIP_CONSTRAINT", "")
    os.environ["PIP_CONSTRAINT"] = f"{before} {Path(requirements).resolve().as_uri()}".strip()
    try:
        yield
    finally:
        os.environ["PIP_CONSTRAINT"] = before


def _drop_half_written(installation: Installation) -> None:
    """Chalice uses any package that is there, even one that it was interrupted in writing."""
    for package in (installation.project / ".chalice" / "deployments").glob("*.zip"):
        if not zipfile.is_zipfile(package):
            package.unlink()


def _is_about_a_new_role(self: TypedAWSClient, error: ClientError) -> bool:
    """Chalice tries again where Lambda does not know a new role yet, but for the triggers by streams."""
    said: str = error.response["Error"].get("Message", "")
    return bool(_is_role_related(self, error)) or "Cannot access stream" in said


REPLACED: dict[tuple[type, str], Callable[..., Any]] = {
    (SwaggerGenerator, "generate_swagger"): _with_errors,
    (Packager, "_iter_chalice_lib_if_needed"): _sources,
    (Packager, "_build_python_dependencies"): _all_dependencies,
    (TypedAWSClient, "_is_iam_role_related_error"): _is_about_a_new_role,
}
"""Methods of Chalice 1.34, and what they are replaced with."""
