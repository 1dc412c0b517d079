"""plex.ports.PlexOwner."""

from chalicelib.plexapi_client.home import Home
from chalicelib.plexapi_client.libraries import Libraries
from chalicelib.plexapi_client.shares import Shares


class PlexApiOwner(Shares, Home, Libraries):
    """Shares, the Plex Home and the libraries, through one connection and with one token."""
