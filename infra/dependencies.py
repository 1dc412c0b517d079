"""What is done to the dependencies before they are packed: what nobody calls goes, bytecode comes.

botocore describes every service of AWS, five sixths of a package. And where a package lies, Lambda lets nobody write:
without bytecode in it, each cold start compiles whatever it imports (docs/benchmarks.md, "Cold start").
"""

import compileall
import shutil
from pathlib import Path
from py_compile import PycInvalidationMode

CALLED = frozenset({"dynamodb", "kms", "s3", "secretsmanager", "sqs"})
"""The services that the adapters call; tests/deploy/test_package.py holds this to their code."""

PLACE_IN_LAMBDA = "/var/task"


def make_lean(site_packages: Path) -> None:
    """Repeatable. The bytecode is of this interpreter, as is the runtime that Chalice chooses."""
    for service in (site_packages / "botocore" / "data").glob("*/"):
        if service.name not in CALLED:
            shutil.rmtree(service)
    compileall.compile_dir(
        site_packages,
        quiet=2,
        stripdir=str(site_packages),
        prependdir=PLACE_IN_LAMBDA,
        invalidation_mode=PycInvalidationMode.UNCHECKED_HASH,
    )
