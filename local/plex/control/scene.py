"""Control: accounts, servers, sections, friendships, Homes."""

from dataclasses import asdict
from typing import Any

from flask import Blueprint, abort

from local.plex.control.reading import account_with, section_with, server_with, told
from local.plex.errors import Refusal
from local.plex.routes.caller import the_world
from local.plex.rules import homes, sharing
from local.plex.rules.model import Account, Home, Section, Server
from local.plex.rules.people import befriend
from local.plex.rules.sign_in import OWN_CLIENT, issue_token, own_token
from local.plex.world import NameTaken

scene = Blueprint("scene", __name__, url_prefix="/_standin")
Said = dict[str, Any]
ACCOUNT_FLAGS = ("confirmed", "subscription")


@scene.errorhandler(NameTaken)
def refuse_a_taken_name(problem: NameTaken) -> tuple[Said, int]:
    return {"error": str(problem)}, 409


@scene.errorhandler(Refusal)
def refuse(refusal: Refusal) -> tuple[Said, int]:
    return {"error": str(refusal)}, refusal.status


@scene.get("/accounts")
def list_accounts() -> Said:
    return {"accounts": [as_account(account) for account in the_world().accounts.values()]}


@scene.post("/accounts")
def add_account() -> tuple[Said, int]:
    """Add a person; `home: true` makes them the admin of a Home, `home_of: id` a member of that account's."""
    said = told("username", "email", optional=("id", "title", "home", "home_of", *ACCOUNT_FLAGS))
    flags = {name: bool(said[name]) for name in ACCOUNT_FLAGS if name in said}
    account = the_world().add_account(
        said["username"], said["email"], title=said.get("title", ""), account_id=said.get("id"), **flags
    )
    _move_in(account, said)
    issue_token(the_world(), account, OWN_CLIENT)
    return as_account(account), 201


@scene.patch("/accounts/<int:account_id>")
def change_account(account_id: int) -> Said:
    account = account_with(account_id)
    said = told(optional=("username", "email", "title", "home", "home_of", *ACCOUNT_FLAGS))
    the_world().rename(account, said.get("username", account.username), said.get("email", account.email))
    for name in {"title", *ACCOUNT_FLAGS} & {*said}:
        setattr(account, name, said[name])
    _move_in(account, said)
    return as_account(account)


@scene.delete("/accounts/<int:account_id>")
def remove_account(account_id: int) -> tuple[str, int]:
    the_world().remove_account(account_with(account_id).id)
    return "", 204


@scene.get("/homes")
def list_homes() -> Said:
    pending = [{"admin_id": admin_id, "invitee": invitee} for admin_id, invitee in the_world().home_invites]
    return {"homes": [asdict(home) for home in the_world().homes.values()], "pending": pending}


@scene.delete("/homes/<int:admin_id>/members/<int:account_id>")
def leave_home(admin_id: int, account_id: int) -> tuple[str, int]:
    """A member leaves or is removed; one who is only invited declines."""
    homes.remove(the_world(), account_with(admin_id), account_with(account_id).id)
    return "", 204


@scene.delete("/friendships/<int:owner_id>/<int:account_id>")
def unfriend(owner_id: int, account_id: int) -> tuple[str, int]:
    """The owner parts with a person: what they share with them ends, too."""
    sharing.part_with(the_world(), account_with(owner_id), account_with(account_id).id)
    return "", 204


@scene.post("/friendships")
def add_friendship() -> tuple[Said, int]:
    ids = [account_with(account_id).id for account_id in told("account_ids")["account_ids"]]
    if len({*ids}) != 2:  # noqa: PLR2004 - it takes two
        abort(400, "two accounts make a friendship")
    befriend(the_world(), *ids)
    return {"account_ids": ids}, 201


@scene.get("/servers")
def list_servers() -> Said:
    return {"servers": [_as_server(server) for server in the_world().servers.values()]}


@scene.post("/servers")
def add_server() -> tuple[Said, int]:
    said = told("owner_id", "name", optional=("machine_id", "sections"))
    if said.get("machine_id") in the_world().servers:
        abort(409, "this server is here already")
    owner = account_with(said["owner_id"])
    server = the_world().add_server(owner, said["name"], machine_id=said.get("machine_id"))
    for section in said.get("sections", []):
        _add_section(server, section)
    return _as_server(server), 201


@scene.delete("/servers/<machine_id>")
def remove_server(machine_id: str) -> tuple[str, int]:
    the_world().remove_server(server_with(machine_id))
    return "", 204


@scene.post("/servers/<machine_id>/sections")
def add_section(machine_id: str) -> tuple[Said, int]:
    said = told("title", "type", optional=("id", "key"))
    return asdict(_add_section(server_with(machine_id), said)), 201


@scene.delete("/servers/<machine_id>/sections/<int:section_id>")
def remove_section(machine_id: str, section_id: int) -> tuple[str, int]:
    server = server_with(machine_id)
    server.sections.remove(section_with(server, section_id))
    return "", 204


def as_account(account: Account) -> Said:
    home = the_world().home_of(account.id)
    return {
        "id": account.id,
        "uuid": account.uuid,
        "username": account.username,
        "email": account.email,
        "title": account.title,
        "confirmed": account.confirmed,
        "subscription": account.subscription,
        "restricted": account.restricted,
        "home_of": home.admin_id if home else None,
        "token": own_token(the_world(), account),
    }


def _move_in(account: Account, said: Said) -> None:
    admin_id = account_with(said["home_of"]).id if "home_of" in said else account.id
    if "home_of" in said or said.get("home"):
        if the_world().home_of(account.id):
            abort(409, "this account is in a Home already")
        home = the_world().homes.setdefault(admin_id, Home(admin_id, [admin_id]))
        home.member_ids = list(dict.fromkeys([*home.member_ids, account.id]))


def _add_section(server: Server, said: Said) -> Section:
    return the_world().add_section(server, said["title"], said["type"], section_id=said.get("id"), key=said.get("key"))


def _as_server(server: Server) -> Said:
    sections = [asdict(section) for section in server.sections]
    return {
        "machine_id": server.machine_id,
        "name": server.name,
        "owner_id": server.owner_id,
        "sections": sections,
    }
