"""Pictures that are meant to do harm, made on the spot; all of them small."""

import io
import struct
import zlib
from collections.abc import Callable
from functools import cache

from PIL import Image


def encoded(size: tuple[int, int], form: str, **options: object) -> bytes:
    """A picture with something in it."""
    image = Image.new("RGB", size, (200, 120, 40))
    image.paste((20, 40, 200), (0, 0, max(1, size[0] // 2), max(1, size[1] // 2)))
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _png(size: tuple[int, int], packed: bytes) -> bytes:
    header = struct.pack(">IIBBBBB", *size, 8, 0, 0, 0, 0)
    parts = (_chunk(b"IHDR", header), _chunk(b"IDAT", packed), _chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def png_of_169_megapixels() -> bytes:
    return _png((13_000, 13_000), zlib.compress(bytes(1_000_000), 9))


def gif_with_a_huge_canvas() -> bytes:
    data = encoded((8, 8), "GIF")
    return data[:6] + struct.pack("<HH", 65_535, 65_535) + data[10:]


def webp_with_a_huge_canvas() -> bytes:
    """A lossless WebP, whose size is in the 28 bits after its signature."""
    data = encoded((8, 8), "WEBP", lossless=True)
    at = data.index(b"VP8L") + 9
    bits = int.from_bytes(data[at : at + 4], "little") | 0x0FFF_FFFF
    return data[:at] + bits.to_bytes(4, "little") + data[at + 4 :]


def tiff_of_a_million_columns() -> bytes:
    tags = {256: 1_000_000, 257: 1_000_000, 258: 8, 262: 1, 273: 8, 277: 1, 278: 1, 279: 1}
    table = b"".join(struct.pack("<HHII", tag, 4, 1, n) for tag, n in tags.items())
    return b"II*\0" + struct.pack("<IH", 8, len(tags)) + table + bytes(8)


def jpeg_of_a_gigapixel() -> bytes:
    data = encoded((8, 8), "JPEG")
    at = data.index(b"\xff\xc0") + 5
    return data[:at] + struct.pack(">HH", 65_000, 65_000) + data[at + 4 :]


def avif_with_a_huge_canvas() -> bytes:
    """`ispe` claims a size of its own; the coded picture is as small as ever."""
    data = encoded((64, 64), "AVIF")
    at = data.index(b"ispe") + 8
    return data[:at] + struct.pack(">II", 60_000, 60_000) + data[at + 8 :]


@cache
def jpeg_of_many_scans() -> bytes:
    """64 megapixels, gone over as often as is let through: half a minute of work in 320 KB."""
    image = Image.new("L", (8000, 8000), 128)
    image.paste(140, (0, 0, 4000, 4000))
    out = io.BytesIO()
    image.save(out, "JPEG", progressive=True, quality=50)
    data = out.getvalue()
    last, end = data.rindex(b"\xff\xda"), data.rindex(b"\xff\xd9")
    return data[:end] + data[last:end] * 480 + data[end:]


def png_that_inflates_to_100_megabytes() -> bytes:
    """Its header claims a kilobyte; what comes after those rows is nobody's."""
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(bytes(1_000_000)) for _ in range(100))
    return _png((32, 32), packed + packer.flush())


def cut(form: str) -> bytes:
    data = encoded((200, 150), form)
    return data[: len(data) * 2 // 3]


REFUSED: dict[str, Callable[[], bytes]] = {
    "png of 169 megapixels": png_of_169_megapixels,
    "gif with a huge canvas": gif_with_a_huge_canvas,
    "webp with a huge canvas": webp_with_a_huge_canvas,
    "tiff of a million columns": tiff_of_a_million_columns,
    "jpeg of a gigapixel": jpeg_of_a_gigapixel,
    "avif with a huge canvas": avif_with_a_huge_canvas,
    "cut png": lambda: cut("PNG"),
    "cut jpeg": lambda: cut("JPEG"),
    "cut webp": lambda: cut("WEBP"),
    "cut gif": lambda: cut("GIF"),
    "cut tiff": lambda: cut("TIFF"),
    "cut avif": lambda: cut("AVIF"),
    "svg": lambda: (
        b'<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>'
    ),
    "xml with an entity": lambda: (
        b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><svg>&b;</svg>'
    ),
    "web page": lambda: b"<html><script>alert(1)</script></html>",
    "postscript": lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n(/etc/passwd) (r) file",
    "pdf": lambda: b"%PDF-1.7\n",
    "zip": lambda: b"PK\3\4" + bytes(60),
    "gzip": lambda: b"\x1f\x8b\x08" + bytes(20),
    "fits": lambda: b"SIMPLE  =                    T" + bytes(3000),
    "psd": lambda: b"8BPS\0\1" + bytes(60),
    "nothing": lambda: b"",
    "noise": lambda: bytes(range(256)) * 20,
    "a page in a png": lambda: encoded((8, 8), "PNG")[:8] + b"<html><script>" + bytes(40),
}
"""What every door refuses as no picture that is taken, by name."""
