"""Pictures made on the spot: every format, depth, profile and orientation, and hostile files."""

import struct
import zlib
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from PIL import Image, ImageCms

Encode = Callable[..., bytes]
RED, GREEN, BLUE, WHITE = (220, 30, 30), (30, 200, 40), (40, 50, 210), (245, 245, 245)


class Corpus(dict[str, bytes]):
    """Files by name, shown shortly where a test fails."""

    def __repr__(self) -> str:
        return f"<{len(self)} files>"


def _encoded(image: Image.Image, form: str, **options: Any) -> bytes:
    out = BytesIO()
    image.copy().save(out, form, **options)  # saving leaves the codec's settings on the image
    return out.getvalue()


def _corners(width: int = 48, height: int = 32) -> Image.Image:
    image = Image.new("RGB", (width, height), WHITE)
    half = (width // 2, height // 2)
    image.paste(RED, (0, 0, *half))
    image.paste(GREEN, (half[0], 0, width, half[1]))
    image.paste(BLUE, (0, half[1], half[0], height))
    return image


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _png(size: tuple[int, int], depth: int, colour: int, pixels: bytes, *more: bytes) -> bytes:
    """A PNG from its parts; `pixels` are filtered rows, `more` are chunks before them."""
    header = struct.pack(">IIBBBBB", *size, depth, colour, 0, 0, 0)
    parts = (_chunk(b"IHDR", header), *more, _chunk(b"IDAT", zlib.compress(pixels, 9)))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts) + _chunk(b"IEND", b"")


def _tiff(
    tags: dict[int, tuple[int, ...]], pixels: bytes = b"", longs: tuple[int, ...] = ()
) -> bytes:
    """A little-endian TIFF of short tags (long ones named), the pixels right after the header."""
    tags = {**tags, 273: (8,), 279: (len(pixels),)}
    start = 8 + len(pixels) + len(pixels) % 2
    behind, table, values = start + 2 + 12 * len(tags) + 4, b"", b""
    for tag, numbers in sorted(tags.items()):
        long = tag in (273, 279, *longs)
        packed = struct.pack(f"<{len(numbers)}{'I' if long else 'H'}", *numbers)
        table += struct.pack("<HHI", tag, 4 if long else 3, len(numbers))
        if len(packed) > 4:
            table += struct.pack("<I", behind + len(values))
            values += packed
        else:
            table += packed.ljust(4, b"\0")
    head = b"II*\0" + struct.pack("<I", start) + pixels.ljust(start - 8, b"\0")
    return head + struct.pack("<H", len(tags)) + table + bytes(4) + values


def _icc(space: bytes, kind: bytes, tags: dict[bytes, bytes]) -> bytes:
    """An ICC profile from its tags (each already typed)."""
    at, table, bodies = 128 + 4 + 12 * len(tags), b"", b""
    for name, body in tags.items():
        body = body.ljust(-(-len(body) // 4) * 4, b"\0")
        table += name + struct.pack(">II", at + len(bodies), len(body))
        bodies += body
    size = at + len(bodies)
    head = struct.pack(
        ">I4sI4s4s4s",
        size,
        b"lcms",
        0x02400000,
        kind,
        space,
        b"Lab " if space == b"CMYK" else b"XYZ ",
    )
    head += struct.pack(">6H", 2026, 1, 1, 0, 0, 0) + b"acsp" + bytes(28)
    head += struct.pack(">iii", 63190, 65536, 54061)
    return head.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + bodies


def _xyz(x: float, y: float, z: float) -> bytes:
    return b"XYZ \0\0\0\0" + struct.pack(">iii", *(round(v * 65536) for v in (x, y, z)))


def _rgb_icc(red: tuple[float, ...], green: tuple[float, ...], blue: tuple[float, ...]) -> bytes:
    """An RGB profile from its primaries as XYZ under D50, with sRGB's curve."""
    linear = [
        v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4
        for v in (n / 1023 for n in range(1024))
    ]
    levels = (round(v * 65535) for v in linear)
    curve = b"curv\0\0\0\0" + struct.pack(">I1024H", 1024, *levels)
    colours = {b"rXYZ": _xyz(*red), b"gXYZ": _xyz(*green), b"bXYZ": _xyz(*blue)}
    curves = dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve)
    return _icc(b"RGB ", b"mntr", {**colours, **curves, b"wtpt": _xyz(0.9642, 1.0, 0.8249)})


@pytest.fixture(scope="session")
def corners() -> Image.Image:
    """48x32: red, green over blue, white."""
    return _corners()


@pytest.fixture(scope="session")
def encoded() -> Encode:
    """`encoded(image, "PNG", **options)`: bytes, by Pillow."""
    return _encoded


@pytest.fixture(scope="session")
def png() -> Encode:
    """`png(size, depth, colour_type, filtered_rows, *chunks)`."""
    return _png


@pytest.fixture(scope="session")
def chunk() -> Encode:
    """`chunk(kind, body)`: a PNG chunk with its check sum."""
    return _chunk


@pytest.fixture(scope="session")
def tiff() -> Encode:
    """`tiff({tag: shorts}, pixels, longs)`."""
    return _tiff


@pytest.fixture(scope="session")
def p3() -> bytes:
    """The Display P3 profile, built from its primaries."""
    return _rgb_icc(
        (0.51512, 0.24120, -0.00105), (0.29198, 0.69225, 0.04189), (0.15710, 0.06657, 0.78407)
    )


@pytest.fixture(scope="session")
def small_rgb() -> bytes:
    """A profile whose colours all lie well inside sRGB."""
    return _rgb_icc((0.40, 0.26, 0.06), (0.36, 0.62, 0.16), (0.2042, 0.12, 0.6049))


@pytest.fixture(scope="session")
def srgb() -> bytes:
    """The sRGB profile."""
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]  # Pillow leaves the core untyped


@pytest.fixture(scope="session")
def grey_linear() -> bytes:
    """A grey profile whose samples are proportional to light."""
    white = _xyz(0.9642, 1.0, 0.8249)
    return _icc(b"GRAY", b"mntr", {b"kTRC": b"curv" + bytes(8), b"wtpt": white})


@pytest.fixture(scope="session")
def odd_press() -> bytes:
    """A CMYK profile in which magenta ink prints green, so that only the profile explains it."""
    identity = bytes(range(256))
    nodes = b""
    for number in range(16):  # the last channel runs fastest
        c, m, y, k = (number >> shift & 1 for shift in (3, 2, 1, 0))
        light = 0 if k else 255 - 40 * (c + m + y)
        nodes += bytes((light, 128 - 80 * m if not k else 128, 128 + 60 * m if not k else 128))
    table = b"mft1\0\0\0\0" + struct.pack(">BBBx", 4, 3, 2)
    table += struct.pack(">9i", 65536, 0, 0, 0, 65536, 0, 0, 0, 65536)
    lut = table + identity * 4 + nodes + identity * 3
    return _icc(b"CMYK", b"prtr", {b"A2B0": lut, b"A2B1": lut, b"wtpt": _xyz(0.9642, 1.0, 0.8249)})


def _exif(orientation: int | None = None, gps: bool = False) -> bytes:
    """An EXIF block with author, camera, time, a serial number and perhaps a place."""
    exif = Image.Exif()
    exif[0x013B], exif[0x8298] = "Ada Example", "(c) Ada"
    exif[0x010F], exif[0x0110] = "Camera Works", "Model 7"
    exif[0x010E] = "secret description"
    if orientation:
        exif[0x0112] = orientation
    photo = exif.get_ifd(0x8769)
    photo[0x9003], photo[0xA431] = "2026:11:20 10:11:12", "SERIAL-123"
    photo[0x829A] = (1, 250)
    if gps:
        exif.get_ifd(0x8825).update({1: "N", 2: (52.0, 31.0, 12.0)})
    return exif.tobytes().removeprefix(b"Exif\0\0")


@pytest.fixture(scope="session")
def exif_of() -> Encode:
    """`exif_of(orientation, gps=False)`: an EXIF block without prefix."""
    return _exif


@pytest.fixture(scope="session")
def valid(corners: Image.Image, p3: bytes, odd_press: bytes) -> dict[str, bytes]:
    """One small valid file of many kinds."""
    clear = corners.convert("RGBA")
    clear.putalpha(Image.linear_gradient("L").resize(corners.size))
    other = corners.transpose(Image.Transpose.ROTATE_180)

    def two(form: str) -> bytes:
        return _encoded(corners, form, save_all=True, append_images=[other.copy()])

    cmyk = corners.convert("CMYK")
    files = {
        "jpeg": _encoded(corners, "JPEG", icc_profile=p3, exif=b"Exif\0\0" + _exif(6, gps=True)),
        "progressive": _encoded(corners, "JPEG", progressive=True),
        "grey jpeg": _encoded(corners.convert("L"), "JPEG"),
        "cmyk jpeg": _encoded(cmyk, "JPEG", icc_profile=odd_press),
        "mpo": two("MPO"),
        "png": _encoded(clear, "PNG", icc_profile=p3, exif=_exif(3)),
        "palette png": _encoded(corners.quantize(4), "PNG", transparency=1),
        "apng": two("PNG"),
        "webp": _encoded(clear, "WEBP", exif=_exif(8), icc_profile=p3),
        "lossless webp": _encoded(corners, "WEBP", lossless=True),
        "animated webp": two("WEBP"),
        "gif": two("GIF"),
        "tiff": _encoded(corners, "TIFF", compression="tiff_lzw"),
        "cmyk tiff": _encoded(cmyk, "TIFF"),
        "two-page tiff": two("TIFF"),
        "avif": _encoded(clear, "AVIF", exif=_exif(6)),
        "animated avif": two("AVIF"),
    }
    return Corpus(files)
