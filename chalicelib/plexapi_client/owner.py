"""plex.ports.PlexOwner."""

from chalicelib.plexapi_client.libraries import Libraries
from chalicelib.plexapi_client.surveying import Surveying


class PlexApiOwner(Surveying, Libraries):
    """Shares, the Plex Home and the libraries, through one connection and with one token."""
