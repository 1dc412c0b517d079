"""The Chalice application: its routes and events stand in chalicelib/entrypoints/."""

import sys

from chalicelib import wiring
from chalicelib.entrypoints import (
    audit,
    auth,
    contract,
    events,
    house,
    invites,
    pages,
    public,
    qr_codes,
    redemptions,
    setting_up,
    stats,
    users,
)
from chalicelib.entrypoints.http import Site
from chalicelib.settings import environment

if "chalice.cli" in sys.modules:  # `chalice deploy` and its relatives load this; Lambda has no infra/
    from infra import chalice_cli

    chalice_cli.extend()

app = Site(app_name=environment().app)
for blueprint in (
    public.api,
    redemptions.api,
    setting_up.api,
    auth.api,
    invites.api,
    stats.api,
    qr_codes.api,
    users.api,
    house.api,
    audit.api,
    contract.api,
    pages.api,
    events.events,
):
    app.register_blueprint(blueprint)

if environment().in_lambda:
    wiring.warm_up()
