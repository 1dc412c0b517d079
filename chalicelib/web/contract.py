"""The route that serves the contract."""

from functools import cache
from pathlib import Path

from chalice.app import Response

from chalicelib.web.http import Api, response

api = Api(__name__)


@api.route("/openapi.json", methods=["GET"])
def show_contract() -> Response:
    return response(_contract(), {"Content-Type": "application/json", "Cache-Control": "public, max-age=300"})


@cache
def _contract() -> str:
    """docs/openapi.yaml as JSON, made by local/openapi.py."""
    return (Path(__file__).parent.parent / "openapi.json").read_text(encoding="utf-8")
