"""Streamarr Invites, as Lambda runs it."""

__version__ = "0.1.0"
"""The one place of the version; what needs it elsewhere is held to it by tests/test_versions.py."""
