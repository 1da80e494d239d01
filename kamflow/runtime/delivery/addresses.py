"""Which addresses messages may go to: not to the own machine or network, unless that is allowed.

A name is resolved once, and the connection goes to the address that was looked at: a name server
that answers otherwise a moment later changes nothing.
"""

import socket
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

Address = IPv4Address | IPv6Address

_NAT64 = (ip_network("64:ff9b::/96"), ip_network("64:ff9b:1::/48"))
_SIX_TO_FOUR = ip_network("2002::/16")
# Of providers and of protocols; some clouds keep their metadata in them.
_SHARED = (ip_network("100.64.0.0/10"), ip_network("192.0.0.0/24"))
_PORTS = {"http": 80, "https": 443}


class AddressRefusedError(Exception):
    """A message must not go there; the text says why and what can be done."""


def url_problem(url: str, *, allow_http: bool) -> str:
    """Return why an address is none for messages; nothing when it is one."""
    try:
        parts = urlsplit(url)
        if "@" in parts.netloc:
            return "the address holds a password; leave that out: messages are signed instead"
        port = parts.port
    except ValueError as error:
        return f"that is no address: {error}"
    if parts.scheme not in _PORTS or not parts.hostname or port == 0:
        return f"`{url}` is no address for messages; write `https://HOST/PATH`"
    if parts.scheme == "http" and not allow_http:
        return f"`{url}` is not encrypted; write `https://`, or allow it with `--allow-http`"
    if " " in url or not url.isprintable():
        return "the address holds a space or a sign that cannot be seen; write it without"
    return ""


def resolved(host: str, port: int, *, allow_private: bool) -> list[str]:
    """Return the addresses of a host, each of which may be connected to.

    Raises:
        AddressRefusedError: One of them is private, and that is not allowed; or there is none.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise AddressRefusedError(f"`{host}` has no address: {_words(error)}") from error
    addresses = list(dict.fromkeys(str(item[4][0]) for item in found))
    if not allow_private:
        for address in addresses:
            if why := private(address):
                raise AddressRefusedError(
                    f"`{host}` is at {address}, {why}; nothing is sent there unless the endpoint "
                    "is added with `--allow-private`"
                )
    return addresses


def private(address: str) -> str:
    """Return what keeps an address from being a public one; nothing when it is one."""
    plain = address.partition("%")[0]
    try:
        found = _inner(ip_address(plain))
    except ValueError:
        return "which is no address"
    if found.is_loopback:
        return "this machine itself"
    if found.is_link_local:
        return "which is of the own link, where clouds keep their metadata"
    if found.is_multicast:
        return "which is of a group"
    if isinstance(found, IPv6Address):
        shared = found.is_site_local
    else:
        shared = any(found in network for network in _SHARED)
    if shared or not found.is_global or found.is_unspecified or found.is_reserved:
        return "which is private"
    return ""


def _inner(address: Address) -> Address:
    """Return the IPv4 address that an IPv6 address stands for, where it stands for one."""
    if isinstance(address, IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None and address in _SIX_TO_FOUR:
        return address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    if any(address in network for network in _NAT64):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    if int(address) >> 32 == 0 and int(address) > 1:  # "::10.0.0.1", an old way to write it
        return IPv4Address(int(address))
    return address


def _words(error: Exception) -> str:
    return str(getattr(error, "strerror", None) or error)
