"""How many bytes an item has, and how many units that makes, as DynamoDB counts them."""

import math
from collections.abc import Iterable, Mapping
from typing import Any

Item = Mapping[str, Any]
"""As the low-level API has it: ``{"code": {"S": "…"}, …}``."""

READ_BLOCK, WRITE_BLOCK = 4096, 1024


def read_units(items: Iterable[Item], *, consistent: bool) -> float:
    """Of one read: what it found is added up, then rounded up; finding nothing costs as much as finding little."""
    blocks = max(1, math.ceil(size(items) / READ_BLOCK))
    return blocks if consistent else blocks / 2


def write_units(before: Item | None, after: Item | None) -> int:
    """Of one record that is written: the larger of what was and what is there counts."""
    larger = max(size([each]) if each else 0 for each in (before, after))
    return max(1, math.ceil(larger / WRITE_BLOCK))


def size(items: Iterable[Item]) -> int:
    return sum(len(name) + _bytes(value) for item in items for name, value in item.items())


def _bytes(value: Mapping[str, Any]) -> int:
    """Text as UTF-8, two digits a byte, three bytes for a map or list and one for each element."""
    ((kind, content),) = value.items()
    match kind:
        case "S":
            return len(content.encode())
        case "N":
            return 1 + math.ceil(len(content.strip("-").replace(".", "")) / 2)
        case "M":
            return 3 + sum(1 + len(name) + _bytes(each) for name, each in content.items())
        case "L":
            return 3 + sum(1 + _bytes(each) for each in content)
        case "B":
            return len(content)
        case _:
            return 1
