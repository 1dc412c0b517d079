"""The Chalice application: its routes and events stand in chalicelib/web/ and chalicelib/functions/."""

import sys

from chalicelib import wiring
from chalicelib.environment import environment
from chalicelib.functions import handlers
from chalicelib.web import contract
from chalicelib.web.access import routes as access
from chalicelib.web.accounts import auth, keys, me, users
from chalicelib.web.events import routes as endpoints
from chalicelib.web.http import Site
from chalicelib.web.invites import qr_codes
from chalicelib.web.invites import routes as invites
from chalicelib.web.redemptions import routes as redemptions
from chalicelib.web.redemptions import stats
from chalicelib.web.settings import journal, settings, setup
from chalicelib.web.signup import page
from chalicelib.web.signup import routes as signup

if "chalice.cli" in sys.modules:  # `chalice deploy` and its relatives load this; Lambda has no infra/
    from infra import chalice_cli

    chalice_cli.extend()

app = Site(app_name=environment().app)
for blueprint in (
    signup.api,
    redemptions.api,
    setup.api,
    auth.api,
    me.api,
    keys.api,
    invites.api,
    stats.api,
    qr_codes.api,
    users.api,
    access.api,
    settings.api,
    journal.api,
    endpoints.api,
    contract.api,
    page.api,
    handlers.events,
):
    app.register_blueprint(blueprint)

if environment().in_lambda:
    wiring.warm_up()
