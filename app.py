"""The Chalice application: its routes and events stand in chalicelib/entrypoints/."""

from chalice.app import Chalice

from chalicelib.entrypoints import admin, events, pages, public
from chalicelib.settings import environment

app = Chalice(app_name=environment().app)
for blueprint in (public.api, admin.api, pages.api, events.events):
    app.register_blueprint(blueprint)
