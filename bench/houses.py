"""A running product to measure: the same local stack that tests use."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from local.run import Wish, stack
from tests.people import House


@contextmanager
def house(**wishes: Any) -> Iterator[House]:
    """``wishes``: fields of local.run.Wish. In process, so that botocore's calls by the API can be counted."""
    with TemporaryDirectory() as state:
        wish = Wish(**{"port": 0, "state": Path(state), "sweep_seconds": 3600, **wishes})
        with stack(wish) as running, House(running) as here:
            yield here
