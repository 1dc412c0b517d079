"""`python -m local.openapi`: the contract (docs/openapi.yaml) as JSON for `GET /openapi.json`; Lambda reads no YAML."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
CONTRACT, SERVED = ROOT / "docs" / "openapi.yaml", ROOT / "chalicelib" / "openapi.json"


@cache
def contract() -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load(CONTRACT.read_text(encoding="utf-8"))
    return document


def as_json() -> str:
    return json.dumps(contract(), ensure_ascii=False, separators=(",", ":")) + "\n"


if __name__ == "__main__":
    SERVED.write_text(as_json(), encoding="utf-8")
