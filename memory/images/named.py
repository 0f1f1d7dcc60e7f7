"""Profiles for colour spaces that a PNG or an AVIF names by number (ITU-T H.273) only."""

import struct
from functools import lru_cache

_Triple = tuple[float, float, float]

_PRIMARIES: dict[int, tuple[_Triple, _Triple, _Triple]] = {
    9: ((0.67342, 0.27902, -0.00193), (0.16564, 0.67534, 0.02998), (0.12513, 0.04564, 0.79733)),
    12: ((0.51512, 0.24120, -0.00105), (0.29198, 0.69225, 0.04189), (0.15710, 0.06657, 0.78407)),
}
"""CIE XYZ under D50 of red, green and blue: BT.2020 and Display P3."""

_LIKE_SRGB = frozenset({1, 2, 6, 13, 14, 15})
_STEPS = 1024


@lru_cache(maxsize=2)
def profile(primaries: int) -> bytes:
    """Return a matrix profile with sRGB's curve for one of the numbers known here.

    Raises:
        KeyError: no such space is known.
    """
    red, green, blue = _PRIMARIES[primaries]
    linear = (_linear(step / (_STEPS - 1)) for step in range(_STEPS))
    curve = struct.pack(f">4sII{_STEPS}H", b"curv", 0, _STEPS, *(round(v * 65535) for v in linear))
    colours = {b"rXYZ": red, b"gXYZ": green, b"bXYZ": blue, b"wtpt": (0.9642, 1.0, 0.8249)}
    tags = {name: _xyz(*value) for name, value in colours.items()}
    return _profile({**tags, **dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve)})


def is_known(primaries: int, transfer: int) -> bool:
    """Whether the space can be converted: known primaries, and a curve close to sRGB's."""
    return primaries in _PRIMARIES and transfer in _LIKE_SRGB


def _linear(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


def _xyz(*values: float) -> bytes:
    return b"XYZ \0\0\0\0" + struct.pack(">3i", *(round(value * 65536) for value in values))


def _profile(tags: dict[bytes, bytes]) -> bytes:
    start = 128 + 4 + 12 * len(tags)
    table, bodies = struct.pack(">I", len(tags)), b""
    for name, body in tags.items():
        table += struct.pack(">4sII", name, start + len(bodies), len(body))
        bodies += body
    size = start + len(bodies)
    head = struct.pack(">I4sI4s4s4s", size, b"lcms", 0x02400000, b"mntr", b"RGB ", b"XYZ ")
    head += struct.pack(">6H4s28x3i", 2026, 1, 1, 0, 0, 0, b"acsp", 63190, 65536, 54061)
    return head.ljust(128, b"\0") + table + bodies
