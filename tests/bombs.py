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


def png_of_many_profiles() -> bytes:
    """One is allowed; each of these is a kilobyte that inflates to a megabyte."""
    profile = _chunk(b"iCCP", b"a\0\0" + zlib.compress(bytes(1_040_000), 9))
    data = encoded((8, 8), "PNG")
    return data[:33] + profile * 500 + data[33:]


def gif_of_padding() -> bytes:
    """Five megabytes of nothing behind its first frame."""
    return encoded((8, 8), "GIF")[:-1] + bytes(5_000_000) + b";"


def gif_of_empty_blocks() -> bytes:
    """Comments of which none says a word."""
    return encoded((8, 8), "GIF")[:-1] + b"!\xfe\0" * 1_500_000 + b";"


def jpeg_of_many_indexes() -> bytes:
    """Each says which further pictures there are, in as many tags as are read."""
    entries = [struct.pack("<HHII", tag, 4, 1, 8) for tag in (0x8769, 0x8825, *range(510))]
    index = b"MPF\0II*\0" + struct.pack("<IH", 8, 512) + b"".join(entries) + bytes(4)
    data = encoded((8, 8), "JPEG")
    return data[:2] + (b"\xff\xe2" + struct.pack(">H", len(index) + 2) + index) * 400 + data[2:]


def webp_of_crowded_frames() -> bytes:
    """Frames of thousands of pictures each."""
    coded = b"VP8 " + struct.pack("<I", 10) + bytes(3) + b"\x9d\x01\x2a" + struct.pack("<HH", 8, 8)
    frame = bytes(6) + bytes((7, 0, 0, 7, 0, 0)) + bytes(4) + coded * 15_000
    canvas = b"VP8X" + struct.pack("<I", 10) + bytes((2, 0, 0, 0, 7, 0, 0, 7, 0, 0))
    body = b"WEBP" + canvas + (b"ANMF" + struct.pack("<I", len(frame)) + frame) * 40
    return b"RIFF" + struct.pack("<I", len(body)) + body


def tiff_of_overlapping_pages() -> bytes:
    """Each page begins one tag after the one before it, and has 4,000: 2 million in 55 kilobytes."""
    pages, tags, first = 500, 4000, 16
    data = bytearray(first + 12 * (pages + tags) + 64)
    data[:8] = b"II*\0" + struct.pack("<I", first)
    own = dict(enumerate((256, 257, 258, 262, 273, 277, 278, 279), pages))
    for place in range(pages + tags):
        at = first + 12 * place  # a page, whose count of tags ends the tag before
        head = struct.pack("<HH", own.get(place, 5000), 3)
        if place >= tags:  # which is also where an earlier page says where the next one is
            head = struct.pack("<I", at + 12 * (1 - tags) if place + 1 < pages + tags else 0)
        data[at : at + 12] = struct.pack("<H", tags) + head + struct.pack("<IH", 1, 8)
    return bytes(data)


def tiff_of_long_tags() -> bytes:
    """Pages whose width is two million numbers, of which the first counts; they share them."""
    tags, pages, many = (256, 257, 258, 262, 273, 277, 278, 279), 100, 2_000_000
    step = 2 + 12 * len(tags) + 4
    data = b"II*\0" + struct.pack("<I", 8)
    for page in range(1, pages + 1):
        data += struct.pack("<H", len(tags))
        for tag in tags:
            values = (1, many, 8 + step * pages) if tag < 258 else (3, 1, 1 if tag == 262 else 8)
            data += struct.pack("<HHII", tag, *values)
        data += struct.pack("<I", 8 + step * page if page < pages else 0)
    return data + b"\x08" * many


def _box(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", 8 + len(body)) + kind + body


def avif_of_shared_streams() -> bytes:
    """Items that share one stream of thousands of headers, each held against thousands of sizes."""
    plain = encoded((64, 64), "AVIF")
    at = plain.index(b"\x12\0\x0a") + 2
    stream = plain[at : at + 2 + plain[at + 1]] * 4000
    items, count = 20, struct.pack(">H", 20)
    entries = [_box(b"infe", struct.pack(">IHH", 2 << 24, n, 0) + b"av01\0") for n in range(items)]
    sizes = [_box(b"ispe", struct.pack(">III", 0, 1, n)) for n in range(3900)]
    sizes.append(_box(b"ispe", struct.pack(">III", 0, 64, 64)))

    def upto(start: int) -> bytes:
        places = [struct.pack(">HHHII", n, 0, 1, start, len(stream)) for n in range(items)]
        where = _box(b"iloc", b"\0\0\0\0\x44\0" + count + b"".join(places))
        what = _box(b"iinf", b"\0\0\0\0" + count + b"".join(entries))
        known = _box(b"iprp", _box(b"ipco", b"".join(sizes)))
        head = _box(b"ftyp", b"avif\0\0\0\0avifmif1")
        return head + _box(b"meta", bytes(4) + where + what + known)

    return upto(len(upto(0)) + 8) + _box(b"mdat", stream)


LABORIOUS: dict[str, Callable[[], bytes]] = {
    "png of many profiles": png_of_many_profiles,
    "gif of padding": gif_of_padding,
    "gif of empty blocks": gif_of_empty_blocks,
    "jpeg of many indexes": jpeg_of_many_indexes,
    "webp of crowded frames": webp_of_crowded_frames,
    "tiff of overlapping pages": tiff_of_overlapping_pages,
    "tiff of long tags": tiff_of_long_tags,
    "avif of shared streams": avif_of_shared_streams,
}
"""What is small, and whose header alone asks for seconds or minutes of work."""


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
