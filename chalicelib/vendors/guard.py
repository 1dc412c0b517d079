"""What is sent for others reaches public addresses only, whatever the library, the name server or a redirect says.

The interpreter itself asks before each connection (an audit hook), after names were looked up: so there is nothing
between the check and the connection.
"""

import ipaddress
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from threading import local
from typing import Any

_CONNECTING = {"socket.connect", "socket.sendto", "socket.sendmsg"}
_STARTING = {"os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork", "subprocess.Popen"}
_NAT64 = tuple(ipaddress.ip_network(each) for each in ("64:ff9b::/96", "64:ff9b:1::/48"))
_COMPATIBLE = ipaddress.ip_network("::/96")

Allowed = frozenset[tuple[str, int]]

_here = local()


class NotReachable(OSError):
    """The address is not a public one."""


@contextmanager
def guarded(allowed: Allowed = frozenset()) -> Iterator[None]:
    """In this thread, and for this block, only public addresses are reached, and no program is started. ``allowed``:
    exact addresses and ports that are reached all the same.
    """
    _install()
    _here.allowed = allowed
    try:
        yield
    finally:
        del _here.allowed


def is_public(text: str) -> bool:
    """Whether this address is everybody's: what it carries within it (IPv4 in IPv6) is looked at, too."""
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    return all(_is_global(each) for each in (address, *_within(address)))


def _is_global(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    return address.is_global and not address.is_multicast and not address.is_reserved


def _within(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> list[ipaddress.IPv4Address]:
    if isinstance(address, ipaddress.IPv4Address):
        return []
    carried = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if any(address in each for each in (*_NAT64, _COMPATIBLE)):
        carried.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return [each for each in carried if each is not None]


def _check(event: str, arguments: tuple[Any, ...]) -> None:
    if event not in _CONNECTING | _STARTING:
        return
    allowed: Allowed | None = getattr(_here, "allowed", None)
    if allowed is None:
        return
    if event in _STARTING:
        raise NotReachable(f"{event} is not allowed here")
    address = arguments[1]
    is_internet = isinstance(address, tuple) and len(address) >= 2  # noqa: PLR2004 - host and port
    if not is_internet or not ((address[0], address[1]) in allowed or is_public(str(address[0]))):
        raise NotReachable("this address is not a public one")


@cache
def _install() -> None:
    """Once: it cannot be taken back. It does nothing outside of ``guarded``."""
    hook: Callable[[str, tuple[Any, ...]], None] = _check
    sys.addaudithook(hook)
