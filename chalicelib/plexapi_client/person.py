"""plex.ports.PlexPerson."""

from chalicelib.plexapi_client.invitations import Invitations
from chalicelib.plexapi_client.sign_in import SignIn


class PlexApiPerson(SignIn, Invitations):
    """A visitor who signs in, and an invitee who accepts."""
