"""One rehearsal for all: production deployed from nothing, its owner signed in."""

import pytest

from testing.deployed_stage import DeployedStage
from testing.rehearsal import become_owner, rehearsing, setup_token


@pytest.fixture(scope="session")
def rehearsal(tmp_path_factory):
    with rehearsing(tmp_path_factory.mktemp("rehearsal")) as rehearsal:
        yield rehearsal


@pytest.fixture(scope="session")
def deployed(rehearsal):
    """What `make deploy STAGE=prod` said, from nothing."""
    return rehearsal.make("deploy", "prod").stdout


@pytest.fixture(scope="session")
def stage(rehearsal, deployed):
    with rehearsal.stack("prod") as stack:
        token = become_owner(stack, setup_token(deployed))
    with rehearsal.stack("prod", token) as stack:
        yield DeployedStage(rehearsal, "prod", stack)
