"""How a migration walks: through an index or one partition of a table, a page at a time. Nothing is scanned."""

import json
from collections.abc import Callable
from typing import Any

PAGE = 100
"""Items of a batch: of 1 KB each, about a second's work."""


RunBatch = Callable[[str], str | None]


def walk(query: Callable[..., Any], partition: str, change: Callable[[Any], object], *, page: int = PAGE) -> RunBatch:
    """A migration's ``run_batch``: it calls ``change`` for each record of the partition, in the index's order.

    ``query`` is that of a model or of one of its indexes. ``change`` may meet a record again, changed or not.
    """

    def run_batch(cursor: str) -> str | None:
        after = json.loads(cursor) if cursor else None
        records = query(partition, limit=page, last_evaluated_key=after)
        for record in records:
            change(record)
        return json.dumps(records.last_evaluated_key) if records.last_evaluated_key else None

    return run_batch
