"""Where a request comes from: this machine, which network, and whether our own page sent it."""

from __future__ import annotations

import hmac
from hashlib import sha256
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

from flask import Request

LOCAL_NAMES = ("localhost", "127.0.0.1", "::1")


def from_this_machine(request: Request) -> bool:
    """Did somebody at this machine ask, by a name of this machine and through nobody else?

    A tunnel or a proxy here also connects from the loopback address, and a page elsewhere can point its own name at
    127.0.0.1, so the name and the forwarding headers count too."""
    address = _address(request.remote_addr or "")
    forwarded = "X-Forwarded-For" in request.headers or "Forwarded" in request.headers
    local = address is not None and address.is_loopback
    return local and not forwarded and urlsplit(f"//{request.host}").hostname in LOCAL_NAMES


def network(request: Request) -> str:
    """The network that guesses are counted against: an IPv4 address, or the /64 that one home or clinic has.

    One proxy of ours is trusted, where the connection comes from a private address; what a client wrote itself
    stands further left and is not read."""
    address = _address(request.remote_addr or "")
    if address is not None and address.is_private and request.access_route:
        address = _address(request.access_route[-1].strip()) or address
    if address is None:
        return ""
    if isinstance(address, IPv6Address):
        return str(ip_network((address, 64), strict=False))
    return str(address)


def is_our_own_page(request: Request, public_url: str) -> bool:
    """Was this sent by a page of ours? Browsers say where a form comes from; who says nothing is no browser."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None and site != "same-origin":
        return False
    origin = request.headers.get("Origin")
    if origin is None or origin == "null":
        return site == "same-origin"
    ours = urlsplit(public_url)
    return origin in (f"{ours.scheme}://{ours.netloc}", request.host_url.rstrip("/"))


def proof(secret: bytes, visitor: str) -> str:
    """What a form must carry to show that it was made for this visitor (the id in the cookie)."""
    return hmac.new(b"forms:" + secret, visitor.encode(), sha256).hexdigest()


def is_proof(secret: bytes, visitor: str, given: str) -> bool:
    """Was this form made for this visitor?"""
    return bool(visitor) and hmac.compare_digest(proof(secret, visitor).encode(), given.encode())


def safe_return(wanted: str) -> str:
    """Where to go after signing in: a page of the console, never another site."""
    parts = urlsplit(wanted)
    plain = wanted.isprintable() and "\\" not in wanted and not wanted.startswith("//")
    ours = not parts.scheme and not parts.netloc and parts.path.startswith("/console/")
    return wanted if plain and ours else "/console/"


def _address(written: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(written)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
