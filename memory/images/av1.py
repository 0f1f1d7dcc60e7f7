"""AV1: how large the frames of a coded stream may be, from its sequence and frame headers.

Names and order of the fields follow the AV1 Bitstream & Decoding Process Specification, sections
5.3 (OBU), 5.5 (sequence header) and 5.9 (frame header).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from .found import damaged, truncated

_SEQUENCE, _FRAME_HEADER, _FRAME, _REDUNDANT = 1, 3, 6, 7
_KEY, _SWITCH = 0, 3
_SELECT = 2
_MAX_OBUS = 4096
_HEADER = 1024  # bytes; more than the longest header that is read here


class _Bits:
    """Numbers from a bit stream, highest bit first."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def take(self, count: int) -> int:
        """Return the next `count` bits as a number."""
        end = self.at + count
        if end > 8 * len(self.data):
            raise truncated("AVIF")
        whole = int.from_bytes(self.data[self.at // 8 : (end + 7) // 8])
        self.at = end
        return whole >> -end % 8 & (1 << count) - 1

    def skip_uvlc(self) -> None:
        """Pass over a number whose length is written as leading zeros."""
        zeros = 0
        while not self.take(1):
            zeros += 1
        self.take(zeros if zeros < 32 else 0)


@dataclass(frozen=True, slots=True)
class _Sequence:
    """What a frame header needs to know; `largest` is what a frame may write for itself."""

    size: tuple[int, int]
    largest: tuple[int, int]
    reduced: bool
    time_bits: int
    id_bits: int
    screen: int
    integer_mv: int


@dataclass(frozen=True, slots=True)
class Coded:
    """The sizes for which a decoder of a stream may allocate frames."""

    sequences: tuple[tuple[int, int], ...]
    """The largest frame, as each sequence header promises it."""

    frames: tuple[tuple[int, int], ...]
    """Where frames write their own size, which nothing holds against that promise: the largest
    that their number of bits can name."""

    units: int = field(default=0, compare=False)
    """Open bitstream units that were gone through."""


def read(data: bytes) -> Coded:
    """Read the headers of a stream.

    Raises:
        PictureError: damaged, cut off, or without a sequence header before its first frame.
    """
    sequences: list[_Sequence] = []
    frames: list[tuple[int, int]] = []
    units = 0
    for kind, content in _units(data):
        units += 1
        if kind == _SEQUENCE:
            sequences.append(_sequence(_Bits(content)))
        elif kind in (_FRAME_HEADER, _FRAME, _REDUNDANT):
            if not sequences:
                raise damaged("AVIF", "a frame before its sequence header")
            if not sequences[-1].reduced and _sizes_itself(_Bits(content), sequences[-1]):
                frames.append(sequences[-1].largest)
    if not sequences:
        raise damaged("AVIF", "no sequence header in its stream")
    return Coded(tuple(s.size for s in sequences), tuple(frames), units)


def _units(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the type of each open bitstream unit, and the beginning of its content."""
    at = 0
    for _ in range(_MAX_OBUS):
        if at >= len(data):
            return
        head = data[at]
        if head & 0x80:
            raise damaged("AVIF", "no AV1 stream where one should be")
        at += 2 if head & 4 else 1  # an extension byte follows
        length = len(data) - at
        if head & 2:
            length, at = _leb128(data, at)
        if at + length > len(data):
            raise truncated("AVIF")
        yield head >> 3 & 15, data[at : at + min(length, _HEADER)]
        at += length
    raise damaged("AVIF", f"more than {_MAX_OBUS:,} units in its stream")


def _leb128(data: bytes, at: int) -> tuple[int, int]:
    """Return a number of 7 bits a byte, lowest first, and where it ends."""
    value = 0
    for place in range(8):
        byte = data[at + place]
        value |= (byte & 0x7F) << 7 * place
        if not byte & 0x80:
            return value, at + place + 1
    raise damaged("AVIF", "a length of more than 8 bytes")


def _sequence(bits: _Bits) -> _Sequence:
    bits.take(4)  # profile, still picture
    reduced = bool(bits.take(1))
    time_bits = 0
    if reduced:
        bits.take(5)  # level
    else:
        time_bits = _operating_points(bits)
    across, down = bits.take(4) + 1, bits.take(4) + 1
    size = (bits.take(across) + 1, bits.take(down) + 1)
    id_bits = 0
    if not reduced and bits.take(1):
        id_bits = bits.take(4) + 2 + bits.take(3) + 1
    bits.take(3)  # superblock, intra filter, intra edge
    screen, integer_mv = (_SELECT, _SELECT) if reduced else _screen_tools(bits)
    largest = (1 << across, 1 << down)
    return _Sequence(size, largest, reduced, time_bits, id_bits, screen, integer_mv)


def _operating_points(bits: _Bits) -> int:
    """Pass over timing and operating points; return the bits of a frame's presentation time."""
    delay_bits = time_bits = equal_interval = 0
    if bits.take(1):  # timing
        bits.take(64)
        if equal_interval := bits.take(1):
            bits.skip_uvlc()
        if bits.take(1):  # decoder model
            delay_bits = bits.take(5) + 1
            bits.take(32 + 5)
            time_bits = bits.take(5) + 1
    initial_delay = bits.take(1)
    for _ in range(bits.take(5) + 1):
        bits.take(12)
        if bits.take(5) > 7:  # level
            bits.take(1)  # tier
        if delay_bits and bits.take(1):
            bits.take(2 * delay_bits + 1)
        if initial_delay and bits.take(1):
            bits.take(4)
    return 0 if equal_interval else time_bits


def _screen_tools(bits: _Bits) -> tuple[int, int]:
    bits.take(4)  # compound, masked, warped, dual filter
    if order_hint := bits.take(1):
        bits.take(2)
    screen = _SELECT if bits.take(1) else bits.take(1)
    integer_mv = _SELECT
    if screen:
        integer_mv = _SELECT if bits.take(1) else bits.take(1)
    if order_hint:
        bits.take(3)
    return screen, integer_mv


def _sizes_itself(bits: _Bits, sequence: _Sequence) -> bool:
    """Whether a frame header of a full (not reduced) sequence writes a size of its own."""
    if bits.take(1):  # shows an existing frame again
        return False

    kind, shown = bits.take(2), bits.take(1)
    if shown:
        bits.take(sequence.time_bits)
    else:
        bits.take(1)  # showable
    if kind != _SWITCH and not (kind == _KEY and shown):
        bits.take(1)  # error resilient
    bits.take(1)  # CDF update
    screen = bits.take(1) if sequence.screen == _SELECT else sequence.screen
    if screen and sequence.integer_mv == _SELECT:
        bits.take(1)
    bits.take(sequence.id_bits)
    return kind == _SWITCH or bool(bits.take(1))
