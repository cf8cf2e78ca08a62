"""Which addresses of the network are open to messages that customers send somewhere: the public ones alone (Q-20)."""

import ipaddress
from collections.abc import Iterator

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_REFUSED = [
    ipaddress.ip_network(network)
    for network in (
        "192.0.0.0/24",  # parts of it are global to the library, such as 192.0.0.192, where a cloud answers with secrets
        "168.63.129.16/32",  # a cloud's own host, on every machine of it
        "64:ff9b:1::/48",  # NAT64 within a network
        "fec0::/10",  # site local, once
        "2001::/23",  # of protocols, Teredo among them
        "5f00::/16",  # segment routing
        "::/96",  # IPv4 in IPv6, once
    )
]


def is_public(address: str | Address) -> bool:
    """Say whether an address, and every address inside it, belongs to the public network."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0] if isinstance(address, str) else address)
    except ValueError:
        return False
    return all(_is_public(part) for part in _inside(parsed))


def is_loopback(address: str | Address) -> bool:
    """Say whether an address is this very machine."""
    parsed = ipaddress.ip_address(address)
    return (getattr(parsed, "ipv4_mapped", None) or parsed).is_loopback


def _is_public(address: Address) -> bool:
    return address.is_global and not address.is_multicast and not any(address in network for network in _REFUSED)


def _inside(address: Address) -> Iterator[Address]:
    """The address that is really meant: an IPv6 address may carry one of IPv4 (mapped, NAT64, 6to4, Teredo)."""
    if address.version == 4:
        yield address
        return
    carried = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if address in _NAT64:
        carried.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    if address.ipv4_mapped is None:
        yield address
    yield from filter(None, carried)
