"""The control API under `/_standin/`, JSON without sign-in: set the scene, cause trouble, look behind it."""

from local.plex.control.access import access
from local.plex.control.scene import scene
from local.plex.control.trouble import trouble

BLUEPRINTS = (scene, access, trouble)
