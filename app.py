"""The Chalice application: its routes and events stand in chalicelib/entrypoints/."""

from chalice.app import Chalice

from chalicelib.entrypoints import events, invites, pages, public
from chalicelib.settings import environment

app = Chalice(app_name=environment().app)
for blueprint in (public.api, invites.api, pages.api, events.events):
    app.register_blueprint(blueprint)
