"""Reading what the control API is told, strictly: a misspelt field in a test must not pass in silence."""

from typing import Any

from flask import abort, request

from local.plex.routes.caller import the_world
from local.plex.rules.model import Account, Section, Server


def told(*required: str, optional: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return the JSON body; 400 where a required field is missing or a field is unknown."""
    said = request.get_json(force=True, silent=True) if request.get_data() else {}
    if not isinstance(said, dict):
        abort(400, "a JSON object is wanted")
    missing, unknown = {*required} - {*said}, {*said} - {*required, *optional}
    if missing or unknown:
        abort(400, f"missing: {sorted(missing)}, unknown: {sorted(unknown)}")
    return said


def account_with(account_id: object) -> Account:
    account = the_world().accounts.get(account_id) if isinstance(account_id, int) else None
    return account or abort(404, f"no account {account_id}")


def server_with(machine_id: object) -> Server:
    return the_world().servers.get(str(machine_id)) or abort(404, f"no server {machine_id}")


def section_with(server: Server, section_id: int) -> Section:
    found = next((section for section in server.sections if section.id == section_id), None)
    return found or abort(404, f"no section {section_id}")
