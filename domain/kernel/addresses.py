"""Which addresses of the network are open to messages that customers send somewhere: the public ones alone (Q-20)."""

import ipaddress
from collections.abc import Iterator

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
"""All that was ever given out of IPv6; the library takes what nobody was given, such as ::ffff:0:127.0.0.1, for global."""
_REFUSED = [
    ipaddress.ip_network(network)
    for network in (
        "192.0.0.0/24",  # parts of it are global to the library, such as 192.0.0.192, where a cloud answers with secrets
        "168.63.129.16/32",  # a cloud's own host, on every machine of it
        "192.88.99.0/24",  # relays of 6to4, once
        "2001::/23",  # of protocols, Teredo among them
        "3fff::/20",  # of examples
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
    if address.version == 6 and address not in _GLOBAL_UNICAST and address not in _NAT64:
        return False
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
