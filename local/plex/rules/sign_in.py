"""PINs and tokens: how an account comes to be known to a client."""

import secrets
import string
from datetime import timedelta

from local.plex.errors import PinNotFound, Unauthorized
from local.plex.rules.model import Account, Pin, Token
from local.plex.world import World

STRONG_CODE_LENGTH = 25
SHORT_CODE_LENGTH = 4
OWN_CLIENT = "plex-stand-in"
"""The client that the stand-in's own tokens belong to: no sign-in by PIN kills those."""
CODE_LETTERS = string.ascii_lowercase + string.digits


def create_pin(world: World, client_identifier: str, product: str, *, strong: bool) -> Pin:
    length = STRONG_CODE_LENGTH if strong else SHORT_CODE_LENGTH
    now = world.now()
    pin = Pin(
        id=world.fresh_id(10),
        code="".join(secrets.choice(CODE_LETTERS) for _ in range(length)),
        client_identifier=client_identifier,
        product=product,
        created_at=now,
        expires_at=now + timedelta(seconds=world.options.pin_lifetime_seconds),
    )
    world.pins[pin.id] = pin
    return pin


def pin_of_client(world: World, pin_id: int, client_identifier: str) -> Pin:
    """Return a PIN to the client that made it; to any other, and after its time, it does not exist."""
    pin = world.pins.get(pin_id)
    if pin is None or pin.client_identifier != client_identifier or world.now() >= pin.expires_at:
        raise PinNotFound
    return pin


def pin_by_code_or_id(world: World, code_or_id: str) -> Pin:
    living = (pin for pin in world.pins.values() if world.now() < pin.expires_at)
    found = next((pin for pin in living if code_or_id in (pin.code, str(pin.id))), None)
    if found is None:
        raise PinNotFound
    return found


def approve(world: World, pin: Pin, account: Account) -> None:
    pin.token = issue_token(world, account, pin.client_identifier)


def deny(world: World, pin: Pin) -> None:
    """Forget the PIN: plex.tv knows no refused one, its client sees it gone."""
    del world.pins[pin.id]


def issue_token(world: World, account: Account, client_identifier: str, value: str | None = None) -> Token:
    """Give the client a token for the account; it kills the one that the same client had for it."""
    for token in world.tokens.values():
        if (token.account_id, token.client_identifier) == (account.id, client_identifier):
            token.live = False
    token = Token(value or world.fresh_secret(), account.id, client_identifier, world.now())
    world.ever_issued.append(token.value)
    world.tokens[token.value] = token
    return token


def sign_out(world: World, value: str | None) -> None:
    if value in world.tokens:
        world.tokens[value].live = False


def own_token(world: World, account: Account) -> str | None:
    """Return the token that came with the account, unless it was revoked."""
    mine = (token for token in world.tokens.values() if token.live and token.account_id == account.id)
    return next((token.value for token in mine if token.client_identifier == OWN_CLIENT), None)


def account_of_token(world: World, value: str | None) -> Account:
    token = world.tokens.get(value or "")
    if token is None or not token.live:
        raise Unauthorized
    return world.accounts[token.account_id]
