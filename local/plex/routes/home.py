"""Plex Home: `/api/home/users`."""

from http import HTTPStatus
from xml.etree.ElementTree import Element

from flask import Blueprint, Response, request

from local.plex.answers import container, element, xml_answer
from local.plex.errors import Malformed
from local.plex.routes.caller import account, the_world
from local.plex.routes.lists import page
from local.plex.rules import homes
from local.plex.rules.model import Account
from local.plex.rules.people import invitee_named

home = Blueprint("home", __name__, url_prefix="/api/home/users")


@home.get("")
def list_members() -> Response:
    members = homes.members(the_world(), account())
    return xml_answer(page(*map(_as_element, members)))


@home.post("")
def add() -> Response:
    """Make a managed user (`title`) or invite an existing account (`invitedEmail`)."""
    admin = account()
    if "invitedEmail" in request.args:
        return _invite(admin, request.args["invitedEmail"])
    if "title" in request.args:
        made = homes.create_managed_user(the_world(), admin, request.args["title"])
        return xml_answer(_as_element(made), HTTPStatus.CREATED)
    raise Malformed("Say whom to add")


@home.delete("/<int:user_id>")
def remove(user_id: int) -> Response:
    homes.remove(the_world(), account(), user_id)
    return xml_answer(container())


def _invite(admin: Account, name: str) -> Response:
    invitee = invitee_named(the_world(), name)
    homes.invite(the_world(), admin, invitee)
    if the_world().options.home_invites_answered_barely:
        return xml_answer(element("Response", {"code": 0, "status": "User invited"}))
    if isinstance(invitee, int):
        return xml_answer(_as_element(the_world().accounts[invitee]), HTTPStatus.CREATED)
    return xml_answer(element("User", {"id": "", "title": name, "email": name}), HTTPStatus.CREATED)


def _as_element(person: Account) -> Element:
    their_home = the_world().home_of(person.id)
    about = {
        "id": person.id,
        "uuid": person.uuid,
        "title": person.title,
        "username": person.username,
        "email": person.email,
        "admin": their_home is not None and their_home.admin_id == person.id,
        "guest": False,
        "restricted": person.restricted,
        "protected": False,
        "hasPassword": not person.restricted,
        "thumb": f"https://plex.tv/users/{person.uuid}/avatar",
    }
    return element("User", about)
