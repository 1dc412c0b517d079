"""Which client at plex.tv a PIN or a token belongs to: both travel as one text, which means nothing to anyone else."""

import secrets


def new_client(name: str) -> str:
    """The identifier of a new client."""
    return f"{name}-{secrets.token_hex(8)}"


def of_client(value: str, client_id: str) -> str:
    """``value``, a PIN's id or a token, with the client that it belongs to."""
    return f"{value}@{client_id}"


def split_client(text: str, default: str) -> tuple[str, str]:
    """The value and its client; ``default`` for a token that does not name one."""
    value, _, client_id = text.partition("@")
    return value, client_id or default
