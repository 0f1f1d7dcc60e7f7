"""Which addresses are of the open internet, and which are somebody's inside.

Our own table, and no `is_global`: that one has changed between versions of Python, and it calls
addresses global that lead inside by translation (6to4, NAT64).
"""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

Ip = IPv4Address | IPv6Address

_INSIDE_4 = tuple(
    IPv4Network(each)
    for each in (
        "0.0.0.0/8",  # this host, this network
        "10.0.0.0/8",
        "100.64.0.0/10",  # carriers' NAT; also a cloud's metadata (100.100.100.200)
        "127.0.0.0/8",
        "169.254.0.0/16",  # link-local; the metadata of most clouds
        "172.16.0.0/12",
        "192.0.0.0/24",  # protocol assignments; also a cloud's metadata (192.0.0.192)
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "168.63.129.16/32",  # a cloud's own agent, at a public address
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, broadcast
    )
)
_OPEN_6 = IPv6Network("2000::/3")
_INSIDE_6 = tuple(
    IPv6Network(each)
    for each in (
        "2001::/23",  # protocol assignments, Teredo among them
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4: leads to whatever IPv4 address it holds
        "3fff::/20",  # documentation
    )
)
_NAT64 = IPv6Network("64:ff9b::/96")
_HOUSE = tuple(
    (IPv6Network if ":" in each else IPv4Network)(each)
    for each in (
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "::1/128",
        "fc00::/7",
    )
)
_METADATA = (IPv4Address("100.100.100.200"), IPv6Address("fd00:ec2::254"))
"""What clouds put among the addresses of houses."""


def address(text: str) -> Ip | None:
    """Read an address in the one plain spelling; an IPv4 address inside an IPv6 one is taken out."""
    try:
        found = ip_address(text)
    except ValueError:
        return None

    if isinstance(found, IPv6Address):
        if found.scope_id is not None:
            return None
        if found.ipv4_mapped is not None:
            return found.ipv4_mapped
        if found in _NAT64:  # how a network without IPv4 reaches the rest
            return IPv4Address(int(found) & 0xFFFF_FFFF)
    return found


def is_public(ip: Ip) -> bool:
    """Whether an address is of the open internet."""
    if isinstance(ip, IPv4Address):
        return not any(ip in net for net in _INSIDE_4)

    return ip in _OPEN_6 and not any(ip in net for net in _INSIDE_6)


def is_house(ip: Ip) -> bool:
    """Whether an address is one that people give their own machines: loopback, private, NAT's."""
    return ip not in _METADATA and any(ip.version == net.version and ip in net for net in _HOUSE)
