"""What stands where app.plex.tv asks "who are you?": a page on which a click signs in, without a password.

The browser brings everything in the fragment of the address, which only the page's own script can read.
"""

from flask import Blueprint, Response, make_response, render_template

from local.plex.control.reading import account_with, told
from local.plex.errors import PinNotFound
from local.plex.routes.caller import the_world
from local.plex.rules.sign_in import approve, pin_by_code_or_id

approval = Blueprint(
    "approval",
    __name__,
    url_prefix="/auth",
    template_folder="pages",
    static_folder="pages",
    static_url_path="/pages",
)

ONLY_ITS_OWN = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'"
)


@approval.get("/")
def show_page() -> Response:
    people = [account for account in the_world().accounts.values() if not account.restricted]
    page = make_response(render_template("approval.html", people=people))
    page.headers["Content-Security-Policy"] = ONLY_ITS_OWN
    page.headers["Referrer-Policy"] = "no-referrer"
    page.headers["Cache-Control"] = "no-store"
    return page


@approval.post("/approve")
def sign_in_as() -> tuple[dict[str, str], int]:
    said = told("code", "client_identifier", "account_id")
    try:
        pin = pin_by_code_or_id(the_world(), str(said["code"]))
    except PinNotFound:
        return {"error": "This sign-in has expired. Go back and start again."}, 404
    if pin.client_identifier != said["client_identifier"]:
        return {"error": "This sign-in was started by another application."}, 404
    approve(the_world(), pin, account_with(said["account_id"]))
    return {}, 200
