"""The readiness probe of editors: a real edit of a tiny picture.

A server can say that it is healthy while its weights still load, or after its workers have died.
"""

import struct
import zlib
from collections.abc import Iterable

from ...memory import EditorError
from ..editor import Editor, EditRequest, Picture

_SIDE = 64
_INSTRUCTION = "Make the picture a little brighter."


async def tiny_edit(editor: Editor) -> None:
    """Have a small picture edited; whether the edit is any good is not asked.

    An editor that honours masks gets one that leaves all of it free, since some cannot do without.

    Raises:
        EditloopError: what the editor raises.
        EditorError: the answer is empty.
    """
    picture = Picture(tiny_png(), "image/png")
    mask = Picture(tiny_mask(), "image/png") if editor.abilities.mask else None
    edited = await editor.edit(EditRequest(picture, _INSTRUCTION, mask=mask))
    if not edited.picture.data:
        raise EditorError(f"{editor.name} answered a probe with nothing")


def tiny_png() -> bytes:
    """Draw 64×64 pixels of a gradient, as PNG, without an imaging library."""
    rows = (b"".join(bytes((4 * x, 4 * y, 128)) for x in range(_SIDE)) for y in range(_SIDE))
    return _png(rows)


def tiny_mask() -> bytes:
    """All white, of the size of `tiny_png`."""
    return _png([b"\xff" * (3 * _SIDE)] * _SIDE)


def _png(rows: Iterable[bytes]) -> bytes:
    pixels = b"".join(b"\0" + row for row in rows)
    header = struct.pack(">IIBBBBB", _SIDE, _SIDE, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(pixels)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in parts)


def _chunk(name: bytes, data: bytes) -> bytes:
    checksum = zlib.crc32(name + data)
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", checksum)
