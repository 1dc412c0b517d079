"""What is done to code before it is packed: what is not called goes, bytecode comes.

botocore describes every service of AWS, five sixths of a package, and Powertools brings a web framework. And Lambda
mounts a package read-only: without bytecode in it, each cold start compiles all that it imports (docs/benchmarks.md,
"Cold start").
"""

import compileall
import py_compile
import shutil
from importlib.util import cache_from_source
from pathlib import Path
from py_compile import PycInvalidationMode

CALLED = frozenset({"dynamodb", "s3", "sqs", "ssm", "lambda"})
"""The services that are called; tests/deploy/test_package.py holds this to the code."""

PLACE_IN_LAMBDA = Path("/var/task")


def make_lean(site_packages: Path) -> None:
    """Repeatable. The bytecode is of this interpreter, as is the runtime that Chalice chooses."""
    for service in (site_packages / "botocore" / "data").glob("*/"):
        if service.name not in CALLED:
            shutil.rmtree(service)
    for framework in site_packages.glob("aws_lambda_powertools/event_handler"):
        shutil.rmtree(framework)
    compileall.compile_dir(
        site_packages,
        quiet=2,
        stripdir=str(site_packages),
        prependdir=str(PLACE_IN_LAMBDA),
        invalidation_mode=PycInvalidationMode.UNCHECKED_HASH,
    )


def compiled(source: str, name: str, into: Path) -> tuple[str, str]:
    """A module of ours as bytecode, and its name in the package. Python looks whether it still fits its source."""
    named = cache_from_source(name)
    py_compile.compile(
        source,
        str(into / named),
        str(PLACE_IN_LAMBDA / name),
        doraise=True,
        invalidation_mode=PycInvalidationMode.CHECKED_HASH,
    )
    return str(into / named), named
