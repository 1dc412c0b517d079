"""One local stack for all tests that need one: the same as `make run`, with a less patient queue."""

import pytest
from hypothesis import settings

settings.register_profile("tests", deadline=None, derandomize=True)  # machines are busy; a failure is found again
settings.load_profile("tests")


@pytest.fixture(scope="session")
def stack(tmp_path_factory):
    """The running product, as tests use it. Started once; tests make their own invites and accounts in it."""
    from local.run import StackOptions, run_stack  # here, for unit tests do without it
    from testing.people import Stack

    options = StackOptions(
        port=0,
        state=tmp_path_factory.mktemp("stack"),
        sweep_seconds=2,
        look_apart=1,
        look_every=86_400,
        function_timeout=6,
        parameters={"VisibilitySeconds": "6", "MaxReceives": "5"},
    )
    with run_stack(options) as running, Stack(running) as stack:
        stack.has_room()
        yield stack
